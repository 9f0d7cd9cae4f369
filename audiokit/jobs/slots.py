"""A place for each worker, held by a lock that dies with its process: whose lock is free, is dead.

DBOS continues a job only in the worker of the same name. With the slot as its name, a worker that is started again
continues what the dead one had, and any other one can tell the dead from the living and take over.
"""

from __future__ import annotations

import itertools
import zlib
from pathlib import Path
from typing import Protocol

from sqlalchemy import NullPool, create_engine, func, select

from audiokit.jobs.engine import APPLICATION, System
from audiokit.store.folders import own_folder
from audiokit.store.in_hand import notice_death

__all__ = ["FileSlots", "PostgresSlots", "Slots", "executor_of", "slot_of", "slots_of", "take"]

_PREFIX = "slot-"
# A connection that is gone must be noticed within seconds, or the lock of a dead machine would be held for hours.
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}


class Slots(Protocol):
    """Numbered locks, each held by one process at most. For one thread at a time."""

    def try_lock(self, number: int) -> bool:
        """Take a lock if it is free; False if another process holds it."""

    def keep(self, number: int) -> bool:
        """See to it that a lock which was taken is still ours; False if another process has it now."""

    def unlock(self, number: int) -> None:
        """Give a lock back."""

    def close(self) -> None:
        """Give all locks back."""


def executor_of(number: int) -> str:
    """Return the name under which the worker in a slot runs jobs."""
    return f"{_PREFIX}{number}"


def slot_of(executor: str | None) -> int | None:
    """Return the slot of a worker by its name, or None where that is no worker of ours."""
    number = (executor or "").removeprefix(_PREFIX)
    return int(number) if executor != number and number.isdecimal() else None


def take(slots: Slots) -> int:
    """Take the first slot that is free and return its number."""
    return next(number for number in itertools.count() if slots.try_lock(number))


class FileSlots:
    """Locks on files in a folder: for workers on one machine."""

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only workers need it

        self._folder = own_folder(folder)
        self._lock, self._timeout = FileLock, Timeout
        self._held = dict[int, FileLock]()

    def try_lock(self, number: int) -> bool:
        """Take a lock if it is free."""
        # Not a soft lock: that is a file, and stays when its owner is killed.
        path = self._folder / f"{_PREFIX}{number}.lock"
        lock = self._lock(path, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire()
        except self._timeout:
            return False
        self._held[number] = lock
        return True

    def keep(self, number: int) -> bool:
        """See to it that a lock is still ours."""
        return number in self._held

    def unlock(self, number: int) -> None:
        """Give a lock back."""
        self._held.pop(number).release()

    def close(self) -> None:
        """Give all locks back."""
        for number in list(self._held):
            self.unlock(number)


class PostgresSlots:
    """Advisory locks on one connection of their own: for workers on any number of machines."""

    _space = zlib.crc32(APPLICATION.encode()) & 0x7FFF_FFFF

    def __init__(self, system: System) -> None:
        self._engine = create_engine(
            system.address,
            connect_args=_KEEPALIVE,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        notice_death(self._engine)
        self._connection = self._engine.connect()
        self._held = set[int]()

    def try_lock(self, number: int) -> bool:
        """Take a lock if it is free."""
        is_ours = bool(self._connection.scalar(select(func.pg_try_advisory_lock(self._space, number))))
        if is_ours:
            self._held.add(number)
        return is_ours

    def keep(self, number: int) -> bool:
        """See to it that a lock is still ours."""
        if self._connection.invalidated:  # the locks went with the connection; what is asked next opens another
            self._connection.rollback()
            self._held.clear()
        if number not in self._held:
            return self.try_lock(number)
        self._connection.execute(select(1))
        return True

    def unlock(self, number: int) -> None:
        """Give a lock back."""
        self._connection.execute(select(func.pg_advisory_unlock(self._space, number)))
        self._held.discard(number)

    def close(self) -> None:
        """Give all locks back."""
        self._connection.close()
        self._engine.dispose()


def slots_of(system: System, data_dir: Path) -> Slots:
    """Return the locks for the workers on a system database."""
    return FileSlots(data_dir / "workers") if system.is_sqlite else PostgresSlots(system)
