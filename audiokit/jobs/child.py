"""The app's own worker: a process that it starts, starts again when it dies, and that never outlives it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["COMMAND", "ChildWorker"]

_log = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-m", "audiokit.cli.main", "worker", "--child")
_IMPORTABLE_FROM = str(Path(__file__).resolve().parents[2])
_PAUSES_S: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_STEADY_S: Final = 60.0  # who has lived that long is started again at once
_GRACE_S: Final = 20.0


class ChildWorker:
    """One worker process, kept alive from :meth:`start` to :meth:`stop`.

    The child reads its standard input and ends when that does: with :meth:`stop`, and when this process is killed.
    """

    def __init__(
        self, command: Sequence[str] = COMMAND, *, pauses_s: Sequence[float] = _PAUSES_S, grace_s: float = _GRACE_S
    ) -> None:
        self._command, self._pauses_s, self._grace_s = list(command), pauses_s, grace_s
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None

    @property
    def process_id(self) -> int | None:
        """The process, if one is running."""
        with self._lock:
            return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the process and keep it; returns at once."""
        if self._keeper is None and not self._stopping.is_set():
            self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)
            self._keeper.start()

    def stop(self) -> None:
        """End the process: in good order if it manages within the grace, else at once. It cannot be started again."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None:
            _close(process)
            try:
                process.wait(self._grace_s)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._keeper is not None:
            self._keeper.join()

    def _keep(self) -> None:
        n_short_lives = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            with self._lock:
                if self._stopping.is_set():
                    return
                self._process = process = self._start()
            code = process.wait()
            _close(process)
            if self._stopping.is_set():
                return
            n_short_lives = n_short_lives + 1 if time.monotonic() - began < _STEADY_S else 0
            pause_s = self._pauses_s[min(n_short_lives, len(self._pauses_s) - 1)]
            _log.warning("the worker ended with %d; another one starts in %.0f s", code, pause_s)
            self._stopping.wait(pause_s)

    def _start(self) -> subprocess.Popen[bytes]:
        paths = [_IMPORTABLE_FROM, *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )


def _close(process: subprocess.Popen[bytes]) -> None:
    """Close our end of its standard input; nothing was ever written there."""
    if process.stdin is not None:
        process.stdin.close()
