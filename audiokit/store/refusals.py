"""What a database says when it cannot, in our errors. A wrong statement of ours is a bug and passes through whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from audiokit.errors import Busy, Damaged, OutOfReach, StoreError

__all__ = ["BUSY", "in_our_words"]

BUSY: Final = "Someone else is writing at the moment. Nothing was changed; try again."
_DAMAGED = "The database {where} is damaged. Restore it from a copy, or move it away to begin a new one."
_FULL = "The disk under the database {where} is full. Make room and try again; nothing was changed."
_FORBIDDEN = "The database {where} cannot be written. Check who owns it, and that its disk is not read-only."
_UNREADABLE = "The database {where} cannot be read. Check that it is there, and its disk."
_UNREACHABLE = "The database {where} cannot be reached. Check that it runs, and that AUDIOKIT_DATABASE_URL is right."

_SQLITE: Final[dict[int, tuple[type[StoreError], str]]] = {  # primary result codes, https://sqlite.org/rescode.html
    sqlite3.SQLITE_BUSY: (Busy, BUSY),
    sqlite3.SQLITE_LOCKED: (Busy, BUSY),
    sqlite3.SQLITE_CORRUPT: (Damaged, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (Damaged, _DAMAGED),
    sqlite3.SQLITE_FULL: (StoreError, _FULL),
    sqlite3.SQLITE_READONLY: (StoreError, _FORBIDDEN),
    sqlite3.SQLITE_CANTOPEN: (StoreError, _UNREADABLE),
    sqlite3.SQLITE_IOERR: (StoreError, _UNREADABLE),
}
_POSTGRES: Final[dict[str, tuple[type[StoreError], str]]] = {  # SQLSTATE, or its class: PostgreSQL manual, appendix A
    "40001": (Busy, BUSY),  # serialization failure
    "40P01": (Busy, BUSY),  # deadlock
    "55P03": (Busy, BUSY),  # lock timeout
    "XX001": (Damaged, _DAMAGED),
    "XX002": (Damaged, _DAMAGED),
    "53100": (StoreError, _FULL),
    "42501": (StoreError, _FORBIDDEN),
    "25006": (StoreError, _FORBIDDEN),  # read-only transaction, such as on a standby
    "08": (OutOfReach, _UNREACHABLE),
    "28": (StoreError, _UNREACHABLE),  # the user or the password
    "3D": (StoreError, _UNREACHABLE),  # no database of that name
    "53": (OutOfReach, _UNREACHABLE),  # too many connections
    "57": (OutOfReach, _UNREACHABLE),  # shutting down, or starting
}


@contextmanager
def in_our_words(where: str) -> Iterator[None]:
    """Raise our errors for those of the database named ``where``."""
    try:
        yield
    except NoConnectionFree as error:
        raise Busy(BUSY) from error
    except DBAPIError as error:
        if (found := _meaning(error)) is None:
            raise
        family, sentence = found
        raise family(sentence.format(where=where)) from error


def _meaning(error: DBAPIError) -> tuple[type[StoreError], str] | None:
    """Return what an error comes to, or None for a bug."""
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return _SQLITE.get(sqlite_code & 0xFF)
    if isinstance(error.orig, sqlite3.Error):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    # psycopg gives no SQLSTATE where no connection came about, or it broke.
    never_connected = type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}
    return (OutOfReach, _UNREACHABLE) if never_connected or error.connection_invalidated else None
