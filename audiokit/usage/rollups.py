"""The ledger added up by day and month while it is written, so that no chart ever reads the entries themselves.

Statements are words that are put together once, and what they add is a plain number: a database takes longer to make
ready for a large expression than to run a small one, and each call waits for this. What all entries of a day come to,
in one statement, is in :mod:`audiokit.usage.rebuilding`; a test holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table

from audiokit.store.tables import tally_day, tally_latency, tally_month
from audiokit.usage.days import DAY, MONTH, day_of, month_of
from audiokit.usage.entries import Entry
from audiokit.usage.latencies import BUCKETS, bucket_of

__all__ = ["FIRST", "KEYS", "MEASURES", "TOTAL", "add", "added_by", "adds_to"]

FIRST: Final = "first"
TOTAL: Final = "total"
KEYS: Final = tuple(column.name for column in tally_day.primary_key)
MEASURES: Final = tuple(column.name for column in tally_day.c if column.name not in KEYS)
_TIME_KEYS = tuple(column.name for column in tally_latency.primary_key)
_NAMED = re.compile(r":(\w+)")
_HEARD = ("answered", "cut")
_EVERYBODY, _PERSON = ("''", ":page", ":model"), (":person_id", ":page", ":model")
_TOGETHER = (":person_id", "''", "''")


def adds_to(table: Table, *names: str) -> str:
    """Return the end of an insert: where there is a row already, ``names`` are added to what it has."""
    keys = ", ".join(column.name for column in table.primary_key)
    sums = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in names)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {sums}"


def _for_drivers(statement: str) -> Mapping[str, str]:
    """Return the statement as each dialect's driver wants its values named; half the time goes, and no type is lost."""
    return {"sqlite": statement, "postgresql": _NAMED.sub(r"%(\1)s", statement)}


def _adding(table: Table, grain: str) -> Mapping[str, str]:
    sums = ", ".join(f":{name}" for name in MEASURES)
    rows = ", ".join(f"({', '.join(keys)}, :{grain}, {sums})" for keys in (_EVERYBODY, _PERSON, _TOGETHER))
    columns = ", ".join((*KEYS, *MEASURES))
    into = f"INSERT INTO {table.name} ({columns})"
    return _for_drivers(f"{into} VALUES {rows} {adds_to(table, *MEASURES)}")


def _adding_time(bucket: str) -> Mapping[str, str]:
    rows = ", ".join(f"('{grain}', :page, :model, :measure, :{grain}, 1)" for grain in (DAY, MONTH))
    columns = ", ".join((*_TIME_KEYS, bucket))
    into = f"INSERT INTO tally_latency ({columns})"
    return _for_drivers(f"{into} VALUES {rows} {adds_to(tally_latency, bucket)}")


_ADD = (_adding(tally_day, DAY), _adding(tally_month, MONTH))
_ADD_TIME = tuple(map(_adding_time, BUCKETS))


def add(connection: Connection, written: Entry, zone: ZoneInfo) -> None:
    """Add what has just been written, in words as the tables keep them, to its tallies, in the same transaction.

    Rows are taken in one order, everybody's first, so that two who write at once wait for each other and never in turn.
    """
    day, dialect = day_of(written.at, zone), connection.dialect.name
    where = {"page": written.page, "model": written.model_asked, "day": str(day), "month": str(month_of(day))}
    values = {**where, "person_id": written.person_id, **added_by(written)}
    for statement in _ADD:
        connection.exec_driver_sql(statement[dialect], values)
    if written.corrects is None and _is_sound(written):
        for measure, ms in ((FIRST, written.first_byte_ms), (TOTAL, written.total_ms)):
            if ms is not None:
                connection.exec_driver_sql(_ADD_TIME[bucket_of(ms)][dialect], {**where, "measure": measure})


def added_by(entry: Entry) -> Mapping[str, int]:
    """Return what ``entry`` adds to each column; a time counts where an answer came from a model."""
    counts: dict[str, Any] = {name: getattr(entry, name, None) or 0 for name in MEASURES}
    is_call = entry.corrects is None
    if not _is_sound(entry):
        counts |= {"input_ms": 0, "history_in_ms": 0, "output_ms": 0}
    return counts | {
        "n_calls": int(is_call),
        "n_failed": int(is_call and entry.outcome == "failed"),
        "n_refused": int(is_call and entry.outcome == "refused"),
        "n_cached": int(is_call and entry.cached),
        "n_unknown": int(is_call and entry.cost_nanousd is None) - int(entry.makes_known),
    }


def _is_sound(entry: Entry) -> bool:
    return entry.outcome in _HEARD and not entry.cached
