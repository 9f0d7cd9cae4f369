"""Millions of entries into a database at once, as one by one would leave it: tables, indexes and tallies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.engines import POSTGRES_SCHEMA
from audiokit.store.tables import person
from benchmarks._ledger_entries import COLUMNS, PEOPLE, TEAMS, Columns

__all__ = ["add_people", "load"]

_INTO = f"INTO entry ({', '.join(COLUMNS)})"
_INDEXES = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'entry' AND sql IS NOT NULL"
_PG_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'entry' AND indexname NOT LIKE 'pk%'"


def add_people(database: Database) -> None:
    """Add everybody, in teams of twenty."""
    people = [
        {"id": name, "name": name.title(), "created_at": utc_now(), "team": TEAMS[number % len(TEAMS)]}
        for number, name in enumerate(PEOPLE)
    ]
    with database.write() as connection:
        connection.execute(insert(person), people)


def load(url: str | None, folder: Path, days: Iterable[Columns]) -> None:
    """Put the entries of all days into the table; the tallies are made after, by ``rebuild``."""
    if url is None:
        _into_sqlite(folder / "audiokit.sqlite", days)
    else:
        _into_postgres(url, days)


def _into_sqlite(path: Path, days: Iterable[Columns]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        wanted = f"INSERT {_INTO} VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - our own columns
        for day in days:
            connection.execute("BEGIN")
            connection.executemany(wanted, zip(*day, strict=True))
            connection.execute("COMMIT")
        for _, made_by in indexes:
            connection.execute(made_by)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _into_postgres(url: str, days: Iterable[Columns]) -> None:
    import psycopg  # noqa: PLC0415 - where PostgreSQL is measured too
    from psycopg import sql  # noqa: PLC0415 - the same

    with psycopg.connect(url) as connection:
        connection.execute("SET TimeZone TO 'UTC'")
        connection.execute(f"SET search_path TO {POSTGRES_SCHEMA}")
        connection.execute("SET maintenance_work_mem TO '512MB'")
        indexes = connection.execute(_PG_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
        with connection.cursor().copy(sql.SQL("COPY entry ({}) FROM STDIN").format(columns)) as copy:
            for day in days:
                copy.write("".join(map(_as_line, zip(*day, strict=True))))
        for _, made_by in indexes:
            connection.execute(made_by)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"VACUUM (ANALYZE) {POSTGRES_SCHEMA}.entry")


def _as_line(row: tuple[Any, ...]) -> str:
    """Write one row in COPY's text format; none of our values has a tab, a line end or a backslash in it."""
    return "\t".join("\\N" if value is None else str(value) for value in row) + "\n"
