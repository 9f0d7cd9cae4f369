"""Rows of any of our tables as lines of JSON, and back: alike for both databases, so that one can become the other."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any, Final, cast

from sqlalchemy import Column, Connection, Date, LargeBinary, Table, insert, select

from audiokit.errors import Damaged
from audiokit.store.columns import Instant
from audiokit.store.tables import installation, metadata, rate

__all__ = ["TABLES", "read_rows", "write_rows"]

TABLES: Final = tuple(table for table in metadata.sorted_tables if table not in {installation, rate})
"""All that is anybody's, those that others refer to first. How fast one asks, and how one signs, is of the machines."""

_AT_ONCE: Final = 500


def write_rows(connection: Connection, table: Table, to: IO[bytes]) -> int:
    """Write every row of a table, compressed, and return how many there are; memory stays flat."""
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)
    n_rows = 0
    with gzip.GzipFile(fileobj=to, mode="wb", mtime=0) as lines:
        for row in connection.execute(query).mappings():
            said = {column.name: _said(row[column]) for column in table.columns}
            lines.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            n_rows += 1
    return n_rows


def read_rows(connection: Connection, table: Table, lines: IO[bytes]) -> int:
    """Insert the rows that :func:`write_rows` has written, and return how many there were.

    Raises:
        Damaged: they are not what was written.
    """
    adding, n_rows = insert(table), 0
    for rows in _in_batches(table, lines):
        connection.execute(adding, rows)
        n_rows += len(rows)
    return n_rows


def _in_batches(table: Table, lines: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    rows = list[dict[str, Any]]()
    try:
        with gzip.GzipFile(fileobj=lines, mode="rb") as opened:
            for line in opened:
                said = json.loads(line)
                rows.append({column.name: _meant(column, said[column.name]) for column in table.columns})
                if len(rows) == _AT_ONCE:
                    yield rows
                    rows = []
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise Damaged(f"The rows of {table.name} in this backup are damaged. Take another backup.") from error
    if rows:
        yield rows


def _said(value: object) -> object:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _meant(column: Column[Any], said: Any) -> object:
    if said is None:
        return None
    kind = column.type
    if isinstance(kind, Instant):
        return datetime.fromisoformat(cast("str", said))
    if isinstance(kind, Date):
        return date.fromisoformat(cast("str", said))
    return base64.b64decode(said) if isinstance(kind, LargeBinary) else said
