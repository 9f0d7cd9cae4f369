"""One replica in which people sign in, for benchmarks: started, looked at from outside, and stopped again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["COOKIE_SECRET", "Replica", "below", "cpu_with_children_s", "replica"]

COOKIE_SECRET = "made-up-for-benchmarks-and-long-enough"  # noqa: S105 - of nobody's
_APP = Path(__file__).resolve().parents[1] / "app.py"
_OPTIONS = ("--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none")
_START_S, _STOP_S = 120.0, 20.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Replica:
    """A replica that runs: ``pid`` is the process that serves; sound is read and spoken in its children."""

    address: str
    pid: int

    @property
    def rss_mb(self) -> float:
        """What the process itself has in memory now; its children hold the offline engine, and one decoder."""
        return next(int(line.split()[1]) for line in self._lines("status") if line.startswith("VmRSS")) / 1000

    @property
    def n_threads(self) -> int:
        """How many threads it has now."""
        return next(int(line.split()[1]) for line in self._lines("status") if line.startswith("Threads"))

    @property
    def n_handles(self) -> int:
        """How many files and sockets it has open now."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    @property
    def cpu_s(self) -> float:
        """How much of a core it has used so far, in seconds, without its children."""
        return _cpu_s(self.pid)

    @property
    def children_cpu_s(self) -> float:
        """The same of its children, and of theirs."""
        return sum(_cpu_s(pid) for pid in below(self.pid))

    def _lines(self, name: str) -> list[str]:
        return Path(f"/proc/{self.pid}/{name}").read_text("ascii").splitlines()


@contextmanager
def replica(folder: Path, **settings: str) -> Iterator[Replica]:
    """Run one over the offline engine, with its things in ``folder``; further settings by their names."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    around = {
        **os.environ,
        "AUDIOKIT_ENGINE": "offline",
        "AUDIOKIT_DATA_DIR": str(folder / "data"),
        "AUDIOKIT_WORKER": "none",
        "AUDIOKIT_MODE": "oidc",
        "AUDIOKIT_PUBLIC_URL": address,
        "AUDIOKIT_OIDC_METADATA_URL": "http://127.0.0.1:9/.well-known/openid-configuration",
        "AUDIOKIT_OIDC_CLIENT_ID": "audiokit",
        "AUDIOKIT_OIDC_CLIENT_SECRET": "made-up",
        "AUDIOKIT_COOKIE_SECRET": COOKIE_SECRET,
        "AUDIOKIT_PERSON_CALLS_PER_MINUTE": "10000",
        **settings,
    }
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), f"--server.port={port}", *_OPTIONS]
    with (folder / "app.log").open("wb") as log:
        server = subprocess.Popen(command, env=around, stdout=log, stderr=subprocess.STDOUT, cwd=_APP.parent)  # noqa: S603 - our own app
        try:
            _until_ready(f"{address}/api/health/ready", server, folder / "app.log")
            yield Replica(address, server.pid)
        finally:
            server.terminate()
            try:
                server.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + _START_S
    while server.poll() is None and time.monotonic() < give_up_at:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - loopback
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the app did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:  # it ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def cpu_with_children_s(pid: int) -> float:
    """Return how much of a core a process, and all that it has started and that lives, have used so far, in seconds."""
    return _cpu_s(pid) + sum(map(_cpu_s, below(pid)))


def below(pid: int) -> list[int]:
    """Return the ids of all processes that a process has started, directly or not."""
    found = list[int]()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text("ascii").split()):
            found += [child, *below(child)]
    return found
