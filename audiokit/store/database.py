"""The database: opened, migrated, read and written. SQLite in a file, or PostgreSQL; the callers cannot tell."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, bindparam, func, literal, select

from audiokit.errors import Busy
from audiokit.store.engines import Engines, engines_for, truncate_log
from audiokit.store.migrations import bring_up_to_date
from audiokit.store.refusals import BUSY, in_our_words

__all__ = ["BUSY_TIMEOUT_S", "Database", "hold", "open_database"]

BUSY_TIMEOUT_S = 30.0
_SQLITE_WRITES = threading.Lock()  # SQLite's own waiting is unfair: without this, one of 50 threads waits for seconds
_ONE = select(literal(1))
_HOLD = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


class Database:
    """Transactions on one database. Safe to share between threads; make one with :func:`open_database`."""

    def __init__(self, engines: Engines, *, busy_timeout_s: float) -> None:
        self._engines = engines
        self._busy_timeout_s = busy_timeout_s
        self._here = threading.local()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment from its first statement to its last, and cannot write.

        Raises:
            Busy, Damaged, StoreError: the database's own trouble, as a sentence.
        """
        with in_our_words(self._engines.where), self._engines.readers.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end of the block, or undone whole if an error leaves it.

        Keep the block short, with no call to a provider in it: on SQLite nobody else writes meanwhile.

        Raises:
            Busy, Damaged, StoreError: the database's own trouble, as a sentence; nothing was changed.
        """
        if getattr(self._here, "is_writing", False):
            raise RuntimeError("write() inside write(): hand the connection down instead.")
        with in_our_words(self._engines.where), self._turn(), self._engines.writers.begin() as connection:
            self._here.is_writing = True
            try:
                yield connection
            finally:
                self._here.is_writing = False

    @property
    def has_one_writer(self) -> bool:
        """Whether a transaction that writes keeps all others waiting, as SQLite's do."""
        return self._engines.writers.dialect.name == "sqlite"

    def tidy(self) -> bool:
        """Leave nothing of what was deleted in SQLite's log; False if somebody reads what is older just now.

        PostgreSQL clears away what was deleted in its own time: VACUUM is its operator's.
        """
        if self._engines.writers.dialect.name != "sqlite":
            return True
        with in_our_words(self._engines.where), self._turn():
            return truncate_log(self._engines.migrating)

    def check(self) -> None:
        """Return if it can be read now; errors as in :meth:`read`."""
        with self.read() as connection:
            connection.execute(_ONE)

    def close(self) -> None:
        """Close the connections; on SQLite the file is then whole by itself."""
        self._engines.dispose()

    def _turn(self) -> AbstractContextManager[None]:
        return self._one_at_a_time() if self.has_one_writer else nullcontext()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not _SQLITE_WRITES.acquire(timeout=self._busy_timeout_s):
            raise Busy(BUSY)
        try:
            yield
        finally:
            _SQLITE_WRITES.release()


def hold(connection: Connection, name: str) -> None:
    """Until this write transaction ends, let no other one hold the same name.

    SQLite's write transactions exclude each other anyway; PostgreSQL's are told to.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD, {"name": name})


def open_database(url: str | None, data_dir: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Database:
    """Open the database at ``url``, or the SQLite file in ``data_dir`` without one, and bring its tables up to date.

    Several processes may do so at once: one migrates, the others wait for it.

    Raises:
        NotConfigured: the address is wrong, its driver is missing, or the folder cannot be used.
        StoreError: it cannot be reached, is damaged, or was written by a newer audiokit.
    """
    engines = engines_for(url, data_dir, busy_timeout_s=busy_timeout_s)
    database = Database(engines, busy_timeout_s=busy_timeout_s)
    try:
        with in_our_words(engines.where):
            bring_up_to_date(engines)
    except BaseException:
        database.close()
        raise
    return database
