"""What a process has in hand, as all others can see: a claim that ends with the process that made it.

Where several machines share a database, one of them cannot tell by looking at a row whether a turn is still being
answered elsewhere, or was lost with its process. An advisory lock of PostgreSQL says so, on one connection of each
process. On one machine with SQLite there is one process that answers, and nobody else to ask.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, bindparam, event, func, select
from sqlalchemy.exc import SQLAlchemyError

from audiokit.store.engines import engines_for

__all__ = ["NOTHING", "InHand", "notice_death", "open_in_hand"]

_log = logging.getLogger(__name__)

_SPACE: Final = 0x68616E64  # apart from the names of ``audiokit.store.database.hold`` and ``audiokit.store.flights``
_KEY = func.hashtextextended(bindparam("name"), _SPACE)
_TRY: Final[Select[bool]] = select(func.pg_try_advisory_lock(_KEY))
_LEAVE: Final[Select[bool]] = select(func.pg_advisory_unlock(_KEY))
_NOTICE: Final = ("SET tcp_keepalives_idle TO 5", "SET tcp_keepalives_interval TO 2", "SET tcp_keepalives_count TO 3")
_BUSY_TIMEOUT_S: Final = 5.0


class InHand:
    """Names that this process has in hand. Safe to share between threads; make one with :func:`open_in_hand`.

    A database out of reach costs nobody their work: what is in hand is then only not known elsewhere, until the next
    name is taken. ``connect`` opens the connection, where there are others to tell.
    """

    def __init__(self, connect: Callable[[], Connection] | None = None) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._names = set[str]()
        self._connection: Connection | None = None

    def take(self, name: str) -> None:
        """Say that this process has ``name`` in hand, until :meth:`let_go`."""
        with self._lock:
            self._ask(_TRY, name)
            self._names.add(name)

    def let_go(self, name: str) -> None:
        """Say that it has not any more."""
        with self._lock:
            self._names.discard(name)
            self._ask(_LEAVE, name)

    def is_elsewhere(self, name: str) -> bool:
        """Return whether another process has ``name`` in hand; also where that cannot be found out now."""
        with self._lock:
            if self._connect is None or name in self._names:
                return False
            is_free = self._ask(_TRY, name)
            if is_free:
                self._ask(_LEAVE, name)
            return not is_free

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._names.clear()
            self._drop()

    def _ask(self, statement: Select[bool], name: str) -> bool | None:
        """Ask the database on our one connection, which is opened anew where it was lost."""
        if self._connect is None:
            return None
        try:
            if self._connection is None:
                self._connection = self._opened(self._connect)
            return self._connection.scalar(statement, {"name": name})
        except SQLAlchemyError as error:
            _log.warning("what is in hand cannot be told to other processes now: %s", type(error).__name__)
            self._drop()
            return None

    def _opened(self, connect: Callable[[], Connection]) -> Connection:
        connection = connect()
        for name in self._names:
            connection.scalar(_TRY, {"name": name})
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


NOTHING: Final = InHand()
"""For one process that is alone: nobody else has anything in hand."""


def open_in_hand(url: str | None, data_dir: Path) -> InHand:
    """Return what is in hand over all who share the database at ``url``; without one, this process is alone."""
    if url is None:
        return InHand()
    engine = engines_for(url, data_dir, busy_timeout_s=_BUSY_TIMEOUT_S).migrating  # a connection of its own
    notice_death(engine)
    return InHand(engine.execution_options(isolation_level="AUTOCOMMIT").connect)


def notice_death(engine: Engine) -> None:
    """Have PostgreSQL see within some ten seconds that a machine is gone: else what it has locked stays so for hours.

    A process that ends closes its connection, which is seen at once; a machine without power closes nothing.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        for statement in _NOTICE:
            connection.execute(statement)
        connection.commit()
