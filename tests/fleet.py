"""A whole installation on this machine: replicas behind Caddy, workers, PostgreSQL and an S3 server, all of them real.

Each process has a data folder of its own, so that nothing is shared by accident. With ``AUDIOKIT_TEST_FLEET=1`` around
the test run, ``browser.served`` serves the app this way, and the journeys run over it unchanged.
"""

from __future__ import annotations

import hmac
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

import psycopg
import pytest
from postgres import fresh_database_url
from psycopg.rows import dict_row
from s3 import fresh_bucket, settings_of

__all__ = ["APP", "COOKIE", "Fleet", "Kind", "fleet", "installation_of", "rows_of"]

APP = Path(__file__).resolve().parents[1] / "app.py"
Kind = Literal["replica", "worker", "proxy"]

COOKIE = "audiokit_replica"
"""Where Caddy keeps which replica a visit is with."""

_CADDYFILE = APP.parent / "deploy" / "Caddyfile"
_REQUIRED = os.environ.get("AUDIOKIT_REQUIRE_BROWSER") == "1"  # read here, as in ``browser``
_START_S, _STOP_S = 300.0, 30.0
_READY = "/api/health/ready"
_SECRET = "made-up-for-tests-and-shared-by-all-of-them"
_STREAMLIT_OPTIONS = ("--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none")

_installations: dict[Path, dict[str, str]] = {}


def installation_of(data_dir: Path) -> dict[str, str]:
    """Return the settings of the database and the bucket that stand for a data folder, both empty at the first call."""
    if data_dir not in _installations:
        around = {"AUDIOKIT_DATABASE_URL": fresh_database_url(), **settings_of(fresh_bucket())}
        _installations[data_dir] = around | {"AUDIOKIT_SECRET": _SECRET}
    return _installations[data_dir]


def rows_of(data_dir: Path, query: str, *values: object) -> list[dict[str, Any]] | None:
    """Ask the database that stands for a data folder, in SQLite's words, or return None where none does."""
    around = _installations.get(data_dir)
    if around is None:
        return None
    address = around["AUDIOKIT_DATABASE_URL"]
    with psycopg.connect(address, row_factory=dict_row, options="-c search_path=audiokit") as connection:
        return connection.execute(query.replace("?", "%s").encode(), values).fetchall()


@dataclass(slots=True)
class _Process:
    """A process of the installation, and how to start it again."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None
    output: BinaryIO | None = None
    n_bytes_before: int = 0  # in the log, when it was started last

    def start(self) -> None:
        self.output = self.log.open("ab")
        self.n_bytes_before = self.output.tell()
        self.running = subprocess.Popen(  # noqa: S603 - ourselves and Caddy
            self.command, env=self.environment, stdout=self.output, stderr=subprocess.STDOUT, cwd=APP.parent
        )

    def told(self) -> bytes:
        """Return what it has said since it was started last."""
        return self.log.read_bytes()[self.n_bytes_before :]

    def tell(self, number: signal.Signals) -> None:
        if self.running is not None:
            self.running.send_signal(number)

    def end(self, number: signal.Signals) -> None:
        """Send a signal, and wait until the process is gone; it is killed if that takes long."""
        if self.running is None:
            return
        self.tell(number)
        try:
            self.running.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
        if self.output is not None:
            self.output.close()
        self.running = self.output = None


@dataclass(slots=True)
class Fleet:
    """An installation that runs. ``address`` is the proxy's, ``environment`` what all of its processes are given."""

    address: str
    folder: Path
    environment: dict[str, str]
    ports: list[int]
    processes: dict[tuple[Kind, int], _Process] = field(default_factory=dict)

    def start(self, kind: Kind, number: int = 0) -> None:
        """Start a process, for the first time or again; :meth:`wait` waits until it answers."""
        process = self.processes.setdefault((kind, number), self._process(kind, number))
        process.start()

    def kill(self, kind: Kind, number: int = 0) -> None:
        """End a process as a crash would."""
        self.processes[kind, number].end(signal.SIGKILL)

    def stop(self, kind: Kind, number: int = 0) -> None:
        """End a process in good order."""
        self.processes[kind, number].end(signal.SIGTERM)

    def stop_all(self) -> None:
        """End everything: in good order, but for those who take their time about it."""
        for process in self.processes.values():
            process.tell(signal.SIGTERM)
        for process in self.processes.values():
            process.end(signal.SIGTERM)  # the second time, at once

    def is_running(self, kind: Kind, number: int = 0) -> bool:
        """Return whether a process was started, and has not ended since."""
        running = self.processes[kind, number].running
        return running is not None and running.poll() is None

    def pid(self, kind: Kind, number: int = 0) -> int:
        """Return the id of a process that runs."""
        running = self.processes[kind, number].running
        assert running is not None
        return running.pid

    def wait(self, kind: Kind, number: int = 0) -> None:
        """Wait until a process does its work."""
        if kind == "worker":
            self._wait_until(lambda: b"takes jobs" in self.processes[kind, number].told(), kind, number)
        else:
            address = self.address if kind == "proxy" else f"http://127.0.0.1:{self.ports[number]}"
            self._wait_until(lambda: _answers(f"{address}{_READY}"), kind, number)

    def log(self, kind: Kind, number: int = 0) -> str:
        """Return what a process has said, since it was started first."""
        return self.processes[kind, number].log.read_text("utf-8", "replace")

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Ask the shared database, past our own code; ``?`` stands for a value."""
        return rows_of(self.folder, query, *values) or []

    def database(self) -> psycopg.Connection[dict[str, Any]]:
        """Return a connection to the shared database; the caller closes it."""
        address = self.environment["AUDIOKIT_DATABASE_URL"]
        return psycopg.connect(address, row_factory=dict_row, autocommit=True, options="-c search_path=audiokit")

    def cookie_of(self, number: int) -> str:
        """Return the value of the cookie with which Caddy sends a visit to a replica: a hash of its address."""
        return hmac.digest(b"", f"127.0.0.1:{self.ports[number]}".encode(), "sha256").hex()

    def replica_of(self, cookie: str) -> int:
        """Return which replica Caddy sends a visit with this cookie to."""
        return [self.cookie_of(number) for number in range(len(self.ports))].index(cookie)

    def _process(self, kind: Kind, number: int) -> _Process:
        log = self.folder / f"{kind}-{number}.log"
        if kind == "proxy":
            return _Process(
                (_caddy(), "run", "--config", str(_CADDYFILE), "--adapter", "caddyfile"), self._around(), log
            )
        own = {
            "AUDIOKIT_DATA_DIR": str(self.folder / f"{kind}-{number}"),
            "AUDIOKIT_WORKER": "none",
            "OPENAI_ORG_ID": f"{kind}-{number}",  # goes along with each call: a provider can tell who asks
        }
        around = {**os.environ, **self.environment, **own}
        around.pop("AUDIOKIT_REQUIRE_BROWSER", None)
        if kind == "worker":
            return _Process((sys.executable, "-m", "audiokit.cli.main", "worker"), around, log)
        port = f"--server.port={self.ports[number]}"
        return _Process((sys.executable, "-m", "streamlit", "run", str(APP), port, *_STREAMLIT_OPTIONS), around, log)

    def _around(self) -> dict[str, str]:
        """Return what the Caddyfile is told: where to listen, and who the replicas are."""
        own = self.folder / "caddy"
        return {
            **os.environ,
            "HOSTNAME_OF_THE_DESK": self.address,
            "REPLICAS": " ".join(f"127.0.0.1:{port}" for port in self.ports),
            "HEALTH_TIMEOUT": "60s",  # a busy machine is no defect
            "XDG_DATA_HOME": str(own),
            "XDG_CONFIG_HOME": str(own),
        }

    def _wait_until(self, is_so: Any, kind: Kind, number: int) -> None:
        give_up_at = time.monotonic() + _START_S
        while self.is_running(kind, number) and time.monotonic() < give_up_at:
            if is_so():
                return
            time.sleep(0.1)  # another process starts; there is nothing to wait on but time
        raise AssertionError(f"the {kind} {number} does not work: {self.log(kind, number)[-2000:]}")


@contextmanager
def fleet(
    folder: Path,
    *,
    n_replicas: int = 2,
    n_workers: int = 3,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Fleet]:
    """Run an installation whose processes keep their own things in ``folder``; skip the test where a part is missing.

    The database and the bucket are those that stand for ``folder`` (:func:`installation_of`).
    """
    _caddy()
    around = {**installation_of(folder), **(environment or {})}
    own = int(port or _free_ports(1)[0])
    running = Fleet(f"http://127.0.0.1:{own}", folder, around, _free_ports(n_replicas))
    folder.mkdir(parents=True, exist_ok=True)
    kinds: list[tuple[Kind, int]] = [
        *(("replica", number) for number in range(n_replicas)),
        *(("worker", number) for number in range(n_workers)),
        ("proxy", 0),
    ]
    with ExitStack() as ending:
        ending.callback(running.stop_all)
        for kind, number in kinds:
            running.start(kind, number)
        for kind, number in kinds:
            running.wait(kind, number)
        yield running


def _caddy() -> str:
    if path := shutil.which("caddy"):
        return path
    missing = "there is no Caddy on this machine"
    if _REQUIRED:
        pytest.fail(missing)
    pytest.skip(missing)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - loopback
            return True
    except OSError:
        return False


def _free_ports(n: int) -> list[int]:
    """Return so many ports that nobody has just now, all different."""
    with ExitStack() as probes:
        opened = [probes.enter_context(socket.socket()) for _ in range(n)]
        for probe in opened:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in opened]
