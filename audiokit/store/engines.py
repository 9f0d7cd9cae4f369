"""From an address to SQLAlchemy engines: how each database is opened so that both keep the same promises.

Three engines a database, because three things want different connections. Readers see one moment throughout and
cannot write. Writers take the lock when they begin, not at their first change. Migrations have foreign keys off:
SQLite alters a table by making it anew, and dropping the old one would delete every child row (ON DELETE CASCADE).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from audiokit.errors import NotConfigured
from audiokit.store.folders import own_folder

__all__ = ["POSTGRES_SCHEMA", "Engines", "engines_for", "truncate_log"]

POSTGRES_SCHEMA: Final = "audiokit"  # the durable engine keeps its own tables beside ours in the same database
_POSTGRES_NAMES = {"postgresql", "postgres", "postgresql+psycopg"}
_CONNECT_TIMEOUT_S = 10
_WAL_RETRY_S = 0.01
_TIDY_S = 0.25
_READERS, _WRITERS = 8, 8
_PLAIN: Final = "BEGIN"
_FORM = "AUDIOKIT_DATABASE_URL must look like postgresql://USER:PASSWORD@HOST/NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """One database, opened three ways; ``where`` names it for people and holds no password."""

    readers: Engine
    writers: Engine
    migrating: Engine
    where: str

    def dispose(self) -> None:
        """Close every connection that is not in use."""
        for engine in (self.readers, self.writers, self.migrating):
            engine.dispose()


def engines_for(url: str | None, data_dir: Path, *, busy_timeout_s: float) -> Engines:
    """Return the engines for an address, or for the SQLite file in ``data_dir`` without one. Nothing is opened yet.

    Raises:
        NotConfigured: the address is wrong, its driver is missing, or the folder cannot be used.
    """
    if url is None:
        return _sqlite_engines(own_folder(data_dir) / "audiokit.sqlite", busy_timeout_s)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # its text may quote the address, and with it the password
        raise NotConfigured(f"{_FORM}; this one cannot be read.") from None
    if parsed.drivername not in _POSTGRES_NAMES:
        raise NotConfigured(f"{_FORM}; this one begins with {parsed.drivername}.")
    try:
        return _postgres_engines(parsed.set(drivername="postgresql+psycopg"), busy_timeout_s)
    except ModuleNotFoundError as error:
        raise NotConfigured('PostgreSQL needs its driver: pip install "audiokit[postgres]".') from error


def _sqlite_engines(path: Path, busy_timeout_s: float) -> Engines:
    path.touch(mode=0o600)
    common: dict[str, Any] = {
        "url": URL.create("sqlite", database=str(path)),
        "connect_args": {"timeout": busy_timeout_s},
        "hide_parameters": True,
    }
    pooled: dict[str, Any] = {"max_overflow": 0, "pool_timeout": busy_timeout_s}
    engines = Engines(
        readers=_with_pragmas(
            create_engine(**common, **pooled, pool_size=_READERS), begin=_PLAIN, pragmas=["query_only=ON"]
        ),
        writers=_with_pragmas(
            create_engine(**common, **pooled, pool_size=1),
            begin="BEGIN IMMEDIATE",
            # FULL: what was committed survives a power cut too, for 0.06 ms more (measured here).
            # 64 MB of pages: an entry goes into nine places of a ledger, which 2 MB, SQLite's own, do not hold.
            # What is deleted is overwritten: what somebody said does not stay in the file's free pages.
            pragmas=["synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "secure_delete=ON"],
        ),
        migrating=_with_pragmas(
            create_engine(**common, poolclass=NullPool),
            begin="BEGIN IMMEDIATE",
            pragmas=["foreign_keys=OFF", "secure_delete=ON"],
        ),
        where=str(path),
    )

    @event.listens_for(engines.migrating, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        _into_wal(connection, busy_timeout_s)  # the file remembers, for the other two as well

    return engines


def _into_wal(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Let readers and the writer not wait for each other. SQLite waits for any lock but the one this needs, so we do.

    Eight processes that opened a new file at once, 300 times: 12 met that lock (SQLite 3.40).
    """
    give_up_at = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(_WAL_RETRY_S)
        else:
            return


def truncate_log(engine: Engine) -> bool:
    """Bring SQLite's log into its file, and leave nothing in the log; False if somebody reads what is older just now.

    In a connection of its own, which gives up soon: all others wait for it meanwhile.
    """
    with closing(sqlite3.connect(engine.url.database or "", timeout=_TIDY_S)) as connection:
        try:
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise
            return False
    return not is_busy


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _with_pragmas(engine: Engine, *, begin: str, pragmas: Sequence[str]) -> Engine:
    """Begin transactions ourselves: Python's sqlite3 would wait for the first change, outside the lock."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows only ASCII
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if begin == _PLAIN:  # it waits for no lock, and cannot fail: by SQLAlchemy's way, it is half of a short read
            connection.connection.cursor().execute(begin)
        else:
            connection.exec_driver_sql(begin)

    return engine


def _postgres_engines(url: URL, busy_timeout_s: float) -> Engines:
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(_CONNECT_TIMEOUT_S)})
    _refuse_unknown_options(url)
    common: dict[str, Any] = {"url": url, "hide_parameters": True}
    pooled: dict[str, Any] = {"max_overflow": 0, "pool_timeout": busy_timeout_s, "pool_pre_ping": True}
    engines = Engines(
        readers=create_engine(
            **common,
            **pooled,
            pool_size=_READERS,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        ),
        writers=create_engine(**common, **pooled, pool_size=_WRITERS),
        migrating=create_engine(**common, poolclass=NullPool),
        where=f"{url.host or 'localhost'}/{url.database or ''}",
    )
    for engine in (engines.readers, engines.writers, engines.migrating):
        _with_our_schema(engine, busy_timeout_s)
    _planning_each_time(engines.readers)
    return engines


def _refuse_unknown_options(url: URL) -> None:
    from psycopg import ProgrammingError  # noqa: PLC0415 - only PostgreSQL's users have it
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - the same

    _, options = url.get_dialect()().create_connect_args(url)
    try:
        make_conninfo("", **options)
    except ProgrammingError:  # its text quotes the option, which may be the end of a password with a ? in it
        raise NotConfigured(f"{_FORM}; this one has an option that PostgreSQL does not know.") from None


def _planning_each_time(engine: Engine) -> None:
    """Have a query planned for the values it comes with, also once its driver has prepared it, at the sixth time.

    Whose rows, and of which days, is what decides: a report over three years went from 40 ms to 400 ms without this.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.execute("SET plan_cache_mode TO force_custom_plan")
        connection.commit()


def _with_our_schema(engine: Engine, busy_timeout_s: float) -> None:
    @event.listens_for(engine, "connect", insert=True)
    def _connect(connection: Any, _record: object) -> None:
        connection.execute(f"SET search_path TO {POSTGRES_SCHEMA}")
        connection.execute(f"SET lock_timeout TO {round(busy_timeout_s * 1000)}")
        connection.execute("SET jit TO off")  # it compiles a sum of twenty columns for longer than the sum takes
        connection.commit()
