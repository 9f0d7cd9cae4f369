"""An entry on its way into the tables: its row, and what it adds to the tallies.

Everybody's tallies are the rows that all who write wait for, until a transaction ends. On PostgreSQL one statement
does it all, so that they are held for one way there and back, to the commit, and not for six; nor does a thread that
waits for its turn in Python hold them meanwhile. SQLite is in our own process, and small statements cost it least.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql

from audiokit.store.columns import Instant, Words
from audiokit.store.tables import entry as entries
from audiokit.store.tables import insert_once, tally_day, tally_latency, tally_month
from audiokit.usage import rollups, sound_tallies
from audiokit.usage.days import DAY, MONTH, Grain, day_of, month_of
from audiokit.usage.entries import Entry
from audiokit.usage.latencies import BUCKETS, bucket_of
from audiokit.usage.rollups import COUNTED, KEYS, MEASURES, TIME_KEYS, adds_to

__all__ = ["Appended", "append"]


class Appended(NamedTuple):
    """Whether an entry was new, so that anything was done at all, and whether there are budgets to count it in."""

    is_new: bool
    has_budgets: bool


_NAMES: Final = tuple(field.name for field in fields(Entry))
_ANY_BUDGET = "SELECT 1 FROM budget LIMIT 1"
_WRITE = insert_once(entries)["sqlite"].execution_options(preserve_rowcount=True)
_INSTANT, _WORDS, _POSTGRESQL = Instant(), Words(), postgresql.dialect()  # type: ignore[no-untyped-call]


def append(connection: Connection, entry: Entry, zone: ZoneInfo) -> Appended:
    """Write ``entry`` and add it to its tallies; one whose id is there already changes nothing.

    Its names are as the tables keep them. Rows of tallies are taken in one order, everybody's first, so that two who
    write at once wait for each other and never in turn.
    """
    if connection.dialect.name == "postgresql":
        values = _at_once(entry, zone)
        statement = _AT_ONCE if values["sounds"] is None else _AT_ONCE_WITH_SOUND
        return Appended(*connection.exec_driver_sql(statement, values).one())
    row = {name: getattr(entry, name) for name in _NAMES}
    if connection.execute(_WRITE, row).rowcount != 1:
        return Appended(is_new=False, has_budgets=False)
    rollups.add(connection, entry, zone)
    sound_tallies.add(connection, entry, _days_of(entry, zone))
    return Appended(is_new=True, has_budgets=connection.exec_driver_sql(_ANY_BUDGET).first() is not None)


def _adding(table: Table, grain: Grain, after: str) -> str:
    """Return what adds an entry to the sums of its day or month, once the statement has done what comes before."""
    rows = "('', c.page, c.model), (c.who, '', ''), (c.who, c.page, c.model)"
    return (
        f"INSERT INTO {table.name} ({', '.join((*KEYS, *MEASURES))}) "  # noqa: S608 - our own
        f"SELECT of.who, of.page, of.model, CAST(%({grain})s AS date), {', '.join(f'c.{name}' for name in MEASURES)} "
        f"FROM counted AS c, LATERAL (VALUES {rows}) AS of (who, page, model) WHERE {_done(after)} "
        f"{adds_to(table, *MEASURES)} RETURNING 1"
    )


def _adding_times(after: str) -> str:
    counts = ", ".join(f"CAST(took.bucket = {number} AS integer)" for number in range(len(BUCKETS)))
    return (
        f"INSERT INTO tally_latency ({', '.join((*TIME_KEYS, *BUCKETS))}) "  # noqa: S608 - our own
        f"SELECT took.grain, c.page, c.model, took.measure, took.day, {counts} FROM counted AS c, "
        "json_to_recordset(%(times)s) AS took (grain text, measure text, day date, bucket integer) "
        f"WHERE {_done(after)} {adds_to(tally_latency, *BUCKETS)} RETURNING 1"
    )


def _done(part: str) -> str:
    """Return what is true of an entry that is new, and known only when ``part`` has run to its end.

    Nothing else says in which order PostgreSQL runs the parts of one statement (manual, 7.8.4, checked 2026-11-22).
    """
    return f"(SELECT count(*) FROM {part}) > 0"  # noqa: S608 - our own


def _statement(*, has_sound: bool) -> str:
    """Return the statement; it is given few values, always of the same types, so that the driver prepares it once."""
    columns = ", ".join(_NAMES)
    measures = ", ".join(f"CAST({COUNTED[name]} AS bigint) AS {name}" for name in MEASURES)
    by_sound = f", by_sound AS ({sound_tallies.ADDED_AT_ONCE.format(when=_done('by_time'))})"
    return (
        f"WITH written AS (INSERT INTO entry ({columns}) "  # noqa: S608 - our own
        f"SELECT {columns} FROM json_populate_record(CAST(NULL AS entry), %(entry)s) "
        "ON CONFLICT (id) DO NOTHING RETURNING *), "
        f"counted AS (SELECT person_id AS who, page, model_asked AS model, {measures} FROM written), "
        f"by_day AS ({_adding(tally_day, DAY, 'written')}), "
        f"by_month AS ({_adding(tally_month, MONTH, 'by_day')}), "
        f"by_time AS ({_adding_times('by_month')}){by_sound if has_sound else ''} "
        "SELECT count(*) = 1, EXISTS (SELECT 1 FROM budget) FROM written"
    )


_AT_ONCE: Final = _statement(has_sound=False)
_AT_ONCE_WITH_SOUND: Final = _statement(has_sound=True)  # its many columns would hold the others up


def _at_once(entry: Entry, zone: ZoneInfo) -> Mapping[str, Any]:
    days = _days_of(entry, zone)
    times = [
        {"grain": grain, "measure": measure, "day": str(first), "bucket": bucket_of(ms)}
        for grain, first in days.items()
        for measure, ms in rollups.times_of(entry)
    ]
    row = {name: _in_json(getattr(entry, name)) for name in _NAMES}
    sounds = sound_tallies.as_json(entry, days)
    return {"entry": json.dumps(row), "times": json.dumps(times), "sounds": sounds, **days}


def _days_of(entry: Entry, zone: ZoneInfo) -> dict[str, date]:
    day = day_of(entry.at, zone)
    return {DAY: day, MONTH: month_of(day)}


def _in_json(value: Any) -> Any:
    if isinstance(value, str):
        return _WORDS.process_bind_param(value, _POSTGRESQL)
    if isinstance(value, datetime):
        moment = _INSTANT.process_bind_param(value, _POSTGRESQL)
        return moment and moment.isoformat()
    return value
