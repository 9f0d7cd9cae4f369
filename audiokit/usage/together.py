"""What several threads want written at once, written in one transaction where only one can be open anyway.

A transaction ends with a wait for the disk. Where SQLite's are made one after another, eight calls that end together
would wait eight times: so one of the waiting threads writes for all who wait by then.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection

from audiokit.store.database import Database

__all__ = ["Together"]

Result = TypeVar("Result")
_MOST = 32  # in one transaction: other processes wait for it


@dataclass(slots=True, eq=False)
class _Asked(Generic[Result]):
    """One thread's work, and what became of it. ``called`` is set when it is done, or when its thread is to write."""

    work: Callable[[Connection], Result]
    called: threading.Event = field(default_factory=threading.Event)
    is_done: bool = False
    result: Result | None = None
    error: Exception | None = None


class Together:
    """Writes for the threads of this process.

    On PostgreSQL each has a transaction of its own: they do not wait for each other there, and it matters in which
    order rows are locked, which is known of one piece of work only.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._lock = database, threading.Lock()
        self._waiting = deque[_Asked[Any]]()
        self._is_writing = False

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do ``work`` in a transaction, and return its result once that is committed.

        It may share the transaction with the work of others, and is done again, alone, where that failed.

        Raises:
            Whatever ``work`` raises, or committing it; then nothing of it was written.
        """
        if not self._database.has_one_writer:
            return self._alone(work)
        mine = _Asked(work)
        with self._lock:
            self._waiting.append(mine)
            writes, self._is_writing = not self._is_writing, True
        if not writes:
            mine.called.wait()
        if not mine.is_done:
            self._write_for_all(mine)
        if mine.error is not None:
            raise mine.error
        return cast("Result", mine.result)

    @property
    def n_waiting(self) -> int:
        """How many pieces of work wait for the next transaction."""
        return len(self._waiting)

    def _write_for_all(self, mine: _Asked[Any]) -> None:
        """Write what waits, of which this thread's own is first; then call the next thread that waits to do the same.

        Also where this thread is stopped meanwhile, nobody waits in vain.
        """
        taken = list[_Asked[Any]]()
        try:
            self._do(taken)
        finally:
            with self._lock:
                back = [one for one in taken if not one.is_done] if taken else [self._waiting.popleft()]
                self._waiting.extendleft(one for one in reversed(back) if one is not mine)
                self._is_writing = bool(self._waiting)
                called = [one for one in taken if one.is_done] + list(self._waiting)[:1]
            for one in called:
                one.called.set()

    def _do(self, taken: list[_Asked[Any]]) -> None:
        """Do in one transaction what waits, also what comes to wait meanwhile; each alone where that fails."""
        try:
            with self._database.write() as connection:
                results = [one.work(connection) for one in self._next(taken)]
        except Exception:  # noqa: BLE001 - each meets its own error when it is done alone
            for one in taken or self._next(taken, most=1):
                self._do_alone(one)
        else:
            for one, result in zip(taken, results, strict=True):
                one.result, one.is_done = result, True

    def _next(self, taken: list[_Asked[Any]], most: int = _MOST) -> Iterator[_Asked[Any]]:
        """Yield what waits until nothing does, or it is enough; ``taken`` is told of it."""
        while self._waiting and len(taken) < most:
            with self._lock:
                taken.append(self._waiting.popleft())
            yield taken[-1]

    def _do_alone(self, one: _Asked[Any]) -> None:
        try:
            one.result = self._alone(one.work)
        except Exception as error:  # noqa: BLE001 - it is raised in the thread that asked
            one.error = error
        one.is_done = True

    def _alone(self, work: Callable[[Connection], Result]) -> Result:
        with self._database.write() as connection:
            return work(connection)
