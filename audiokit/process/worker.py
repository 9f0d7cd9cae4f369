"""A process of our own that does one native thing, and may die doing it. Knows nothing of what is asked.

Native libraries hold the interpreter's lock for seconds (pocketsphinx: 12 s for 5 s of sound, measured), crash the
process that they live in (espeak-ng with four threads), or are given hostile bytes (decoders), so each lives alone,
behind a pipe, and is started again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from audiokit.errors import NotConfigured, ProviderUnreachable, ReplyUnusable
from audiokit.process.pipe import Frame, Kind, read, write

__all__ = ["Sentences", "Worker", "WorkerDied"]

_IMPORTABLE_FROM = str(Path(__file__).resolve().parents[2])
_START_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """What a person is told when a worker cannot answer; ``missing`` has a place for the ``{reason}``."""

    failed: str
    died: str
    missing: str
    closed: str


class WorkerDied(ProviderUnreachable):
    """The process that was asked is gone; the next question starts another."""


class Worker:
    """One module run as a process, started at the first question; one question at a time.

    Usable from any thread. It ends with :meth:`close`, with its parent, and when nobody holds it any more.
    """

    def __init__(self, module: str, says: Sentences, *, tries: int = 2) -> None:
        self.module, self.says, self.tries = module, says, tries
        self.why_not: str | None = None
        self._turn = threading.Lock()
        self._is_closed = False
        self._processes = list[subprocess.Popen[bytes]]()  # none or one
        self._finalizer = weakref.finalize(self, _end, self._processes)

    @property
    def process_id(self) -> int | None:
        """The running process, if there is one."""
        return self._processes[0].pid if self._processes else None

    def warm(self) -> None:
        """Start the process and wait until it is ready.

        Raises:
            NotConfigured: it cannot run here; ``why_not`` keeps the sentence.
            WorkerDied: it died while starting.
        """
        with self._turn:
            self._running()

    def ask(self, request: Frame, *, timeout_s: float) -> Iterator[Frame]:
        """Yield the answer's frames; asked again, up to ``tries`` times in all, if it dies before the first.

        An answer that is not read to its end costs the process its life, since nothing else can stop it.

        Raises:
            NotConfigured: it cannot run here.
            WorkerDied: it died at every try, died in the middle, or took longer than ``timeout_s``.
            ReplyUnusable: it answered that it failed.
        """
        with self._turn:
            has_begun = False
            for attempt in range(1, self.tries + 1):
                try:
                    for frame in self._exchange(request, timeout_s):
                        has_begun = True
                        yield frame
                except WorkerDied:
                    if has_begun or attempt == self.tries or self._is_closed:
                        raise
                else:
                    return

    def close(self) -> None:
        """End the process, and with it a question that is still being answered."""
        self._is_closed = True
        for process in self._processes:
            process.kill()
        with self._turn:
            _end(self._processes)

    def _exchange(self, request: Frame, timeout_s: float) -> Iterator[Frame]:
        process = self._running()
        is_whole = False
        deadline = _deadline(process, timeout_s)
        try:
            with suppress(OSError):  # a broken pipe; reading says it too
                write(_pipe(process.stdin), request)
            while (frame := read(_pipe(process.stdout))) is not None:
                is_whole = frame.kind in {Kind.END, Kind.FAILED}
                if frame.kind is Kind.END:
                    return
                if frame.kind is Kind.FAILED:
                    raise ReplyUnusable(self.says.failed, reason=frame.payload.decode(errors="replace"))
                yield frame
            raise WorkerDied(self.says.died)
        finally:
            deadline.cancel()
            if not is_whole:
                _end(self._processes)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._is_closed:
            raise NotConfigured(self.says.closed)
        if self.why_not is not None:
            raise NotConfigured(self.why_not)
        if self._processes and self._processes[0].poll() is None:
            return self._processes[0]
        _end(self._processes)
        process = self._start()
        deadline = _deadline(process, _START_TIMEOUT_S)
        hello = read(_pipe(process.stdout))
        deadline.cancel()
        if hello is None:
            _end(self._processes)
            raise WorkerDied(self.says.died)
        if hello.kind is Kind.FAILED:
            _end(self._processes)
            self.why_not = self.says.missing.format(reason=hello.payload.decode(errors="replace"))
            raise NotConfigured(self.why_not)
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        paths = [_IMPORTABLE_FROM, *filter(None, [os.environ.get("PYTHONPATH")])]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
        self._processes.append(process)
        return process


def _pipe(pipe: IO[bytes] | None) -> BinaryIO:
    return cast("BinaryIO", pipe)  # Popen was told to make one


def _deadline(process: subprocess.Popen[bytes], timeout_s: float) -> threading.Timer:
    timer = threading.Timer(timeout_s, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Kill, reap and forget; a worker holds nothing that could be lost."""
    while processes:
        process = processes.pop()
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be flushed has nowhere to go
                    pipe.close()
        process.wait()
