"""A real OpenID Connect provider on loopback, and how a browser signs in with it. Skips where it is not installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import free_port, settled
from playwright.sync_api import Browser, Page

__all__ = ["environment", "provider", "signed_in"]

_START_S = 60.0
User = Mapping[str, Any]


@contextmanager
def provider(users: Sequence[User]) -> Iterator[str]:
    """Run a provider that knows these users, each by its claims (``sub`` and whatever else), and yield its address."""
    command = shutil.which("oidc-provider-mock", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("oidc-provider-mock is not installed")
    port = free_port()
    known = [f"--user-claims={json.dumps(dict(user))}" for user in users]
    server = subprocess.Popen(  # noqa: S603 - a tool of ours
        [command, f"--port={port}", *known], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_answered(f"{address}/.well-known/openid-configuration", server)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def environment(address: str, port: int, **more: str) -> dict[str, str]:
    """Return the settings with which an app at ``127.0.0.1:port`` has people sign in at the provider's ``address``.

    ``port`` is the one that browsers see: that of the app, or of a proxy before it.
    """
    return {
        "AUDIOKIT_MODE": "oidc",
        "AUDIOKIT_OIDC_METADATA_URL": f"{address}/.well-known/openid-configuration",
        "AUDIOKIT_OIDC_CLIENT_ID": "audiokit",
        "AUDIOKIT_OIDC_CLIENT_SECRET": "made-up-for-tests",
        "AUDIOKIT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "AUDIOKIT_COOKIE_SECRET": "made-up-for-tests-and-long-enough",
        **more,
    }


def signed_in(browser: Browser, address: str, subject: str) -> Page:
    """Return a page of a new visitor who signed in at the app's ``address`` as the user of that ``sub``."""
    page = browser.new_context().new_page()
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=subject, exact=True).click()
    page.wait_for_url(f"{address}/**")
    page.get_by_role("button", name="Sign in").wait_for(state="detached")
    settled(page)
    return page


def _wait_until_answered(address: str, server: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + _START_S
    while server.poll() is None and time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.1)  # another process starts; there is nothing to wait on but time
    raise AssertionError(f"{address} did not answer")
