"""The durable engine's own tables: in ``jobs.sqlite``, or in the schema ``dbos`` of the database that is set.

On SQLite, DBOS's own way of opening the file has four traps (measured with dbos 3.4.0, SQLite 3.40). It does not switch
to WAL: a step costs 19 ms in place of 3. It counts what runs before it takes the lock: limits are overrun with several
workers. On Python 3.12 and later it calls ``unixepoch('subsec')``, which SQLite knows since 3.42; on 3.11 it takes the
time in whole seconds, and jobs that were started within one are run in any order. We open it, and answer for the time.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from audiokit.store.database import BUSY_TIMEOUT_S
from audiokit.store.engines import engines_for, truncate_log
from audiokit.store.folders import own_folder
from audiokit.store.refusals import in_our_words

if TYPE_CHECKING:
    from dbos import DBOSClient

__all__ = ["ALONE", "APPLICATION", "JOBS", "SCHEMA", "VERSION", "System", "has_jobs", "open_client", "open_system"]

APPLICATION: Final = "audiokit"
SCHEMA: Final = "dbos"
# What is queued is run by workers of the same version only. Raise it when jobs under way cannot be continued by new
# code, and keep a worker of the old version until they are done.
VERSION: Final = "1"
JOBS: Final = "jobs"  # fair between persons
ALONE: Final = "alone"  # one at a time: jobs that were there when a worker died, twice in a row
_FILE, _LOCK = "jobs.sqlite", "jobs.lock"
_TURN = "turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The system database, opened and up to date; ``where`` names it for people and holds no password."""

    engine: Engine
    where: str
    address: URL

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file, and so on one machine only."""
        return self.engine.dialect.name == "sqlite"

    def tidy(self) -> None:
        """Leave nothing of what was deleted in SQLite's log; what others read just now stays until the next time."""
        if self.is_sqlite:
            truncate_log(self.engine)

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()


def open_system(database_url: str | None, data_dir: Path, *, pool_size: int) -> System:
    """Open the system database and bring it up to date. Several processes may do so at once.

    Raises:
        NotConfigured: the address is wrong, or the folder cannot be used.
        StoreError: it cannot be reached, or is damaged.
    """
    logging.getLogger("dbos").setLevel(logging.ERROR)  # it warns of what is usual here: SQLite, paused jobs
    system = _file(data_dir, pool_size) if database_url is None else _server(database_url, data_dir, pool_size)
    try:
        with in_our_words(system.where):
            _bring_up_to_date(system, data_dir)
    except BaseException:
        system.close()
        raise
    return system


def has_jobs(data_dir: Path) -> bool:
    """Return whether there was ever a job, where no address of a database is set."""
    return (data_dir / _FILE).exists()


def open_client(system: System) -> DBOSClient:
    """Return DBOS's client, which runs nothing; what is stored is JSON, never pickle."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer  # noqa: PLC0415 - takes a second, and few visits need it

    with in_our_words(system.where):
        return DBOSClient(
            system_database_engine=system.engine,
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            retry_connection_errors=False,
        )


def _file(data_dir: Path, pool_size: int) -> System:
    path = own_folder(data_dir) / _FILE
    path.touch(mode=0o600)
    address = URL.create("sqlite", database=str(path))
    engine = create_engine(
        address,
        connect_args={"timeout": BUSY_TIMEOUT_S},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_S,
        hide_parameters=True,
    )

    clock = _Clock()

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        # NORMAL: a power cut may cost the last step's record, and never the file; the step finds its clip in the blobs.
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("unixepoch", 1, clock)
        connection.create_function("strftime", 2, clock)

    _one_at_a_time(engine)
    return System(engine=engine, where=str(path), address=address)


def _one_at_a_time(engine: Engine) -> None:
    """Take the lock when a transaction begins, and let this process's threads wait for each other, not for SQLite.

    SQLite's own waiting sleeps for up to 100 ms at a time: a fan-out of 200 calls of 1 s, eight at a time, took 27.5 s
    in place of 25; with this lock, 25.9 on a busier machine.
    """
    turn = threading.Lock()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.info.get(_TURN):
            connection.info[_TURN] = turn.acquire(timeout=BUSY_TIMEOUT_S)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.pop(_TURN, False):
            turn.release()


class _Clock:
    """The time as DBOS asks SQLite for it, in two ways; each answer is a millisecond later than the one before.

    Jobs are run by the millisecond in which they were started, and several fit into one.
    """

    def __init__(self) -> None:
        self._lock, self._last_ms = threading.Lock(), 0

    def __call__(self, *asked: str) -> float:
        if asked not in {("subsec",), ("%s", "now")}:
            raise ValueError(f"DBOS asks for the time in a new way: {asked}")
        with self._lock:
            self._last_ms = max(self._last_ms + 1, round(time.time() * 1000))
            return self._last_ms / 1000


def _server(database_url: str, data_dir: Path, pool_size: int) -> System:
    judged = engines_for(database_url, data_dir, busy_timeout_s=BUSY_TIMEOUT_S)  # nothing is opened yet
    address = judged.writers.url
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    return System(engine=engine, where=judged.where, address=address)


def _bring_up_to_date(system: System, data_dir: Path) -> None:
    """Have DBOS migrate with an engine of its own: its migrations on SQLite begin their transactions themselves."""
    from dbos import DBOS  # noqa: PLC0415 - takes a second, and few visits need it

    address = system.address.render_as_string(hide_password=False)
    if not system.is_sqlite:
        DBOS.migrate(address, schema=SCHEMA)
        return
    from filelock import FileLock  # noqa: PLC0415 - only here

    # SQLite waits for any lock but the one that the switch to WAL needs.
    with FileLock(own_folder(data_dir) / _LOCK, mode=0o600, fallback_to_soft=False):
        plain = create_engine(system.address, connect_args={"timeout": BUSY_TIMEOUT_S}, poolclass=NullPool)
        with plain.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        DBOS.migrate(address)
