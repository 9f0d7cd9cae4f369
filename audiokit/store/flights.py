"""Single flight: of all who want the same thing at once, one makes it and the others wait until it is made.

Among the threads of a process by a lock of its own; among the processes of a machine by a lock on a file, and among
machines by an advisory lock of PostgreSQL. Both of these vanish with the process that holds them.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import bindparam, func, select

from audiokit.errors import Busy
from audiokit.store.engines import engines_for
from audiokit.store.folders import own_folder
from audiokit.store.refusals import BUSY, in_our_words

__all__ = ["PATIENCE_S", "Flights", "open_flights"]

PATIENCE_S: Final = 900.0
"""Longer than any call takes, its repetitions counted."""

_POLL_S: Final = 0.02
_SPACE: Final = 0x6175646B  # apart from the names of ``audiokit.store.database.hold``
_LOCK = select(func.pg_advisory_lock(func.hashtextextended(bindparam("name"), _SPACE)))

Across = Callable[[str, float], AbstractContextManager[None]]
"""Keeps other processes out while inside; takes the name and how many seconds to wait at most."""


@dataclass(slots=True)
class _Gate:
    """The lock of one key, and how many threads hold it or wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    n_threads: int = 0


class Flights:
    """Keeps all but one out. Safe to share between threads; make one with :func:`open_flights`."""

    def __init__(self, across: Across, *, patience_s: float = PATIENCE_S) -> None:
        self._across = across
        self._patience_s = patience_s
        self._gates = dict[str, _Gate]()
        self._counting = threading.Lock()

    @contextmanager
    def only_one(self, key: str) -> Iterator[None]:
        """Wait until nobody else is inside with the same key. Look again for what is wanted: it may be made by now.

        Raises:
            Busy: somebody else is inside for longer than our patience lasts.
            StoreError: the database cannot be reached.
        """
        give_up_at = time.monotonic() + self._patience_s
        with self._gate(key), self._across(key, max(0.0, give_up_at - time.monotonic())):
            yield

    @contextmanager
    def _gate(self, key: str) -> Iterator[None]:
        with self._counting:
            gate = self._gates.setdefault(key, _Gate())
            gate.n_threads += 1
        try:
            if not gate.lock.acquire(timeout=self._patience_s):
                raise Busy(BUSY)
            try:
                yield
            finally:
                gate.lock.release()
        finally:
            with self._counting:
                gate.n_threads -= 1
                if not gate.n_threads:
                    del self._gates[key]


def open_flights(url: str | None, data_dir: Path, *, patience_s: float = PATIENCE_S) -> Flights:
    """Return single flight over all who share the database at ``url``, or ``data_dir`` on one machine without one."""
    across = _by_files(data_dir / "flights") if url is None else _by_postgres(url, data_dir, patience_s)
    return Flights(across, patience_s=patience_s)


def _by_files(folder: Path) -> Across:
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only who makes something needs it

    @contextmanager
    def held(key: str, patience_s: float) -> Iterator[None]:
        path = own_folder(folder) / f"{hashlib.sha256(key.encode()).hexdigest()}.lock"
        lock = FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire(timeout=patience_s, poll_interval=_POLL_S)
        except Timeout as error:
            raise Busy(BUSY) from error
        try:
            yield
        finally:
            # While it is ours: who has opened it and waits finds it without a name, and opens the next (filelock 4).
            with suppress(OSError):
                path.unlink()
            lock.release()

    return held


def _by_postgres(url: str, data_dir: Path, patience_s: float) -> Across:
    engines = engines_for(url, data_dir, busy_timeout_s=patience_s)
    alone = engines.migrating.execution_options(isolation_level="AUTOCOMMIT")  # a connection of its own each time

    @contextmanager
    def held(key: str, _patience_s: float) -> Iterator[None]:
        with in_our_words(engines.where):
            connection = alone.connect()
        try:
            with in_our_words(engines.where):
                connection.execute(_LOCK, {"name": key})
            yield
        finally:
            connection.close()  # and with it the lock

    return held
