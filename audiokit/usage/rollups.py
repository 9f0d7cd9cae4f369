"""The ledger added up by day and month while it is written, so that no chart ever reads the entries themselves.

What an entry adds stands here twice: as plain numbers for SQLite, which takes longer to make ready for a large
expression than to run a small one, and each call waits for this; and as expressions, for PostgreSQL, which keeps a
statement ready (:mod:`audiokit.usage.appending`), and for all entries of a day (:mod:`audiokit.usage.rebuilding`).
Tests hold them against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table

from audiokit.store.tables import tally_day, tally_latency, tally_month
from audiokit.usage.days import DAY, MONTH, day_of, month_of
from audiokit.usage.entries import Entry
from audiokit.usage.latencies import BUCKETS, bucket_of

__all__ = [
    "COUNTED",
    "FIRST",
    "HEARD",
    "KEYS",
    "MEASURES",
    "TIME_KEYS",
    "TOTAL",
    "add",
    "added_by",
    "adds_to",
    "times_of",
]

FIRST: Final = "first"
TOTAL: Final = "total"
KEYS: Final = tuple(column.name for column in tally_day.primary_key)
MEASURES: Final = tuple(column.name for column in tally_day.c if column.name not in KEYS)
TIME_KEYS: Final = tuple(column.name for column in tally_latency.primary_key)
HEARD: Final = "outcome IN ('answered', 'cut') AND NOT cached"
_KNOWN_AT_ALL: Final = frozenset(column.name for column in tally_day.c if column.nullable)
COUNTED: Final[Mapping[str, str]] = {
    **{name: name if name in _KNOWN_AT_ALL else f"coalesce({name}, 0)" for name in MEASURES},
    "n_calls": "CASE WHEN corrects IS NULL THEN 1 ELSE 0 END",
    "n_failed": "CASE WHEN corrects IS NULL AND outcome = 'failed' THEN 1 ELSE 0 END",
    "n_refused": "CASE WHEN corrects IS NULL AND outcome = 'refused' THEN 1 ELSE 0 END",
    "n_cached": "CASE WHEN corrects IS NULL AND cached THEN 1 ELSE 0 END",
    "n_unknown": "CASE WHEN corrects IS NULL AND cost_nanousd IS NULL THEN 1 WHEN makes_known THEN -1 ELSE 0 END",
    **{name: f"CASE WHEN {HEARD} THEN coalesce({name}, 0) ELSE 0 END" for name in ("input_ms", "history_in_ms")},
    "output_ms": f"CASE WHEN {HEARD} THEN coalesce(output_ms, 0) ELSE 0 END",
}
"""What an entry adds to each column, of what the entry says; as :func:`added_by` has it."""
_OUTCOMES_HEARD = ("answered", "cut")
_EVERYBODY, _PERSON = ("''", ":page", ":model"), (":person_id", ":page", ":model")
_TOGETHER = (":person_id", "''", "''")


def adds_to(table: Table, *names: str) -> str:
    """Return the end of an insert: where there is a row already, ``names`` are added to what it has."""
    keys = ", ".join(column.name for column in table.primary_key)
    sums = ", ".join(f"{name} = {_sum(f'{table.name}.{name}', f'excluded.{name}', name)}" for name in names)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {sums}"


def _sum(one: str, other: str, name: str) -> str:
    return f"coalesce({one} + {other}, {one}, {other})" if name in _KNOWN_AT_ALL else f"{one} + {other}"


def _adding(table: Table, grain: str) -> str:
    sums = ", ".join(f":{name}" for name in MEASURES)
    rows = ", ".join(f"({', '.join(keys)}, :{grain}, {sums})" for keys in (_EVERYBODY, _PERSON, _TOGETHER))
    columns = ", ".join((*KEYS, *MEASURES))
    into = f"INSERT INTO {table.name} ({columns})"
    return f"{into} VALUES {rows} {adds_to(table, *MEASURES)}"


def _adding_time(bucket: str) -> str:
    rows = ", ".join(f"('{grain}', :page, :model, :measure, :{grain}, 1)" for grain in (DAY, MONTH))
    columns = ", ".join((*TIME_KEYS, bucket))
    into = f"INSERT INTO tally_latency ({columns})"
    return f"{into} VALUES {rows} {adds_to(tally_latency, bucket)}"


_ADD = (_adding(tally_day, DAY), _adding(tally_month, MONTH))
_ADD_TIME = tuple(map(_adding_time, BUCKETS))


def add(connection: Connection, written: Entry, zone: ZoneInfo) -> None:
    """Add what has just been written to SQLite, in words as the tables keep them, to its tallies."""
    day = day_of(written.at, zone)
    where = {"page": written.page, "model": written.model_asked, "day": str(day), "month": str(month_of(day))}
    values = {**where, "person_id": written.person_id, **added_by(written)}
    for statement in _ADD:
        connection.exec_driver_sql(statement, values)
    for measure, ms in times_of(written):
        connection.exec_driver_sql(_ADD_TIME[bucket_of(ms)], {**where, "measure": measure})


def times_of(entry: Entry) -> Iterator[tuple[str, int]]:
    """Yield each measure of time that is known, where an answer came from a model."""
    if entry.corrects is None and _is_sound(entry):
        for measure, ms in ((FIRST, entry.first_byte_ms), (TOTAL, entry.total_ms)):
            if ms is not None:
                yield measure, ms


def added_by(entry: Entry) -> Mapping[str, int | None]:
    """Return what ``entry`` adds to each column; a time counts where an answer came from a model."""
    counts: dict[str, Any] = {name: getattr(entry, name, None) for name in MEASURES}
    counts = {name: count if name in _KNOWN_AT_ALL else count or 0 for name, count in counts.items()}
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
    return entry.outcome in _OUTCOMES_HEARD and not entry.cached
