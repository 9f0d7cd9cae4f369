"""A private S3 server for tests: moto on loopback, with a port of its own, started once a run. Skips without moto."""

from __future__ import annotations

import atexit
import itertools
import logging
import urllib.request
from functools import cache

import pytest

__all__ = ["KEY", "SECRET", "fresh_bucket", "server_url", "settings_of"]

KEY, SECRET = "AKIAMADEUPFORTESTS", "made-up-for-tests"
_numbers = itertools.count(1)


def fresh_bucket() -> str:
    """Return the name of an empty bucket on the server of this test run, which is started at the first call."""
    name = f"sound-{next(_numbers)}"
    request = urllib.request.Request(f"{server_url()}/{name}", method="PUT")  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - the same
        return name


def settings_of(bucket: str, *, prefix: str = "kept") -> dict[str, str]:
    """Return the settings with which audiokit keeps its recordings there, by their names in the environment."""
    return {
        "AUDIOKIT_BLOBS_URL": f"s3://{bucket}/{prefix}",
        "AWS_ENDPOINT_URL": server_url(),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }


@cache
def server_url() -> str:
    """Return the address of the server; other processes of the run may use it as well."""
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"
