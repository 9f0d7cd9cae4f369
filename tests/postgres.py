"""A private PostgreSQL server for tests: a folder of its own, a Unix socket, no port. Skips where none is installed."""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

__all__ = ["PASSWORD", "fresh_database_url"]

PASSWORD = "made-up-for-tests"
_numbers = itertools.count(1)


def fresh_database_url(*, password: str = PASSWORD) -> str:
    """Return the address of an empty database on the server of this test run, which is started at the first call."""
    psycopg = pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    folder, name = _server(binaries), f"test_{next(_numbers)}"
    with psycopg.connect(_address(folder, "postgres", PASSWORD), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return _address(folder, name, password)


def _address(folder: Path, name: str, password: str) -> str:
    return f"postgresql://audiokit:{password}@/{name}?host={folder}"


def _binaries() -> Path | None:
    """Return the folder of ``pg_ctl``: on the PATH, or where Debian puts it; the newest if there are several."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda place: int(place.parts[-3]))
    return places[-1].parent if places else None


def _account() -> str | None:
    """Return who shall run the server: it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@cache
def _server(binaries: Path) -> Path:
    """Start the server, stop it when the test run ends, and return the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    account = _account()
    if account:
        for path in (folder, secret):
            shutil.chown(path, account)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - our own words
            [binaries / program, "-D", data, *arguments],
            check=True,
            user=account,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            timeout=60,
        )

    def stop() -> None:
        run("pg_ctl", "stop", "-w", "-m", "immediate")
        shutil.rmtree(folder)

    run(
        "initdb",
        "--username=audiokit",
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=300 -c TimeZone=Asia/Kathmandu"
    run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
    atexit.register(stop)
    return folder
