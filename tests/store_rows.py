"""Rows for every table of a database as it stands, whatever its step: one for each number, told apart by it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert

__all__ = ["add_rows", "reflected"]

_ALLOWED = {
    ("person", "role"): "member",
    ("turn", "speaker"): "person",
    ("turn", "state"): "recorded",
    ("entry", "outcome"): "answered",
    ("line", "state"): "written",
    ("budget", "scope_kind"): "person",
    ("budget", "period"): "day",
    ("notice_letter", "state"): "waiting",
    ("bill_check", "state"): "done",
}
_OURS = {"alembic_version"}


def reflected(connection: Connection) -> list[Table]:
    """Return the tables that are there, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _OURS]


def add_rows(connection: Connection, number: int) -> dict[str, dict[str, Any]]:
    """Insert a row into each table, and return them by the tables' names."""
    tables = reflected(connection)
    rows = {table.name: {c.name: _value(c, number) for c in table.columns} for table in tables}
    for table in tables:
        connection.execute(insert(table), rows[table.name])
    return rows


def _value(column: Column[Any], number: int) -> object:
    if column.foreign_keys:
        return _value(next(iter(column.foreign_keys)).column, number)
    kind, name = column.type.python_type, f"{column.table.name} {column.name}"
    if (allowed := _ALLOWED.get((column.table.name, column.name))) is not None:
        return allowed
    values: dict[type, object] = {
        str: f'"{name} {number} \N{SPARKLES}"',  # which is JSON as well
        int: number,
        bool: bool(number % 2),
        float: number + 0.25,
        bytes: f"{name} {number}".encode(),
        date: date(2026, 1, number),
        datetime: datetime(2026, 11, number, 12, 30, 0, 123456, tzinfo=UTC),
    }
    return values[kind]
