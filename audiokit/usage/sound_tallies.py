"""What sounds are like, added up by day and month: each entry as it is written, all of a day anew, and read.

Kept as the times are (:mod:`audiokit.usage.rollups`): everybody's only, and on PostgreSQL in the entry's statement.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from audiokit.audio.measuring.figures import CLIPPED_RATIO, Figures
from audiokit.store.tables import entry as entry_table
from audiokit.store.tables import tally_sound
from audiokit.usage.days import DAY, MONTH, Period, Span, spans
from audiokit.usage.entries import Entry
from audiokit.usage.rollups import HEARD, adds_to
from audiokit.usage.sound import (
    COLUMNS,
    COUNTS,
    DIRECTIONS,
    EDGES,
    FIGURES,
    Direction,
    Sound,
    adds_of,
    all_known,
    in_buckets,
)
from audiokit.usage.tallies import Where

__all__ = ["ADDED_AT_ONCE", "OF_SOUND", "add", "anew", "as_json", "counts_by", "one_by_one", "sounds_by"]

OF_SOUND: Final = tuple(
    entry_table.c[name]
    for name in ("page", "model_asked", "again_for", *(f"{side}_{one}" for side in DIRECTIONS for one in FIGURES))
)
_KEYS: Final = tuple(column.name for column in tally_sound.primary_key)
_ALL: Final = (*COUNTS, *(column for columns in COLUMNS.values() for column in columns))
_INTO: Final = f"INSERT INTO tally_sound ({', '.join((*_KEYS, *_ALL))})"


def add(connection: Connection, entry: Entry, days: Mapping[str, date]) -> None:
    """Add what has just been written to SQLite, in words as the tables keep them; ``days`` by the grain."""
    given = {grain: str(day) for grain, day in days.items()}
    for row in adds_of(entry):
        connection.exec_driver_sql(_ADD, {**_NOTHING, **row, **given})


def _adding() -> str:
    """Return what adds one sound to its day and its month; SQLite makes it ready once, and compares quickly."""
    values = [f":{name}" for name in COUNTS]
    values += [f"(:{name} IS {number})" for name, columns in COLUMNS.items() for number in range(len(columns))]
    rows = (f"('{grain}', :page, :model, :direction, :{grain}, {', '.join(values)})" for grain in (DAY, MONTH))
    return f"{_INTO} VALUES {', '.join(rows)} {adds_to(tally_sound, *_ALL)}"


_ADD: Final = _adding()
_NOTHING: Final = {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(EDGES)}


def as_json(entry: Entry, days: Mapping[str, date]) -> str | None:
    """Return what PostgreSQL is given for :data:`ADDED_AT_ONCE`; None where there is nothing to add."""
    rows = adds_of(entry)
    given = [{"grain": grain, "day": str(day), **row} for grain, day in days.items() for row in rows]
    return json.dumps(given) if rows else None


def _at_once() -> str:
    told = ", ".join(f"{name} text" for name in _KEYS if name != "day")
    numbers = ", ".join(f"{name} bigint" for name in (*COUNTS, *EDGES))
    values = ", ".join(
        (
            *(f"of.{name}" for name in _KEYS),
            *(f"coalesce(of.{name}, 0)" for name in COUNTS),
            *(
                f"CASE WHEN of.{name} = {number} THEN 1 ELSE 0 END"
                for name, columns in COLUMNS.items()
                for number in range(len(columns))
            ),
        )
    )
    return (
        f"{_INTO} SELECT {values} FROM json_to_recordset(%(sounds)s) AS of ({told}, day date, {numbers}) "  # noqa: S608
        f"WHERE {{when}} {adds_to(tally_sound, *_ALL)}"
    )


ADDED_AT_ONCE: Final = _at_once()
"""The part of PostgreSQL's one statement for an entry; ``{when}`` is to be what must have been done before."""


def _bucket(column: str, edges: tuple[int, ...]) -> str:
    """Return the number of edges that a figure reaches, by halving; nothing where it is not known."""

    def among(low: int, high: int) -> str:
        if low == high:
            return str(low)
        middle = (low + high) // 2
        return f"CASE WHEN {column} >= {edges[middle]} THEN {among(middle + 1, high)} ELSE {among(low, middle)} END"

    return f"CASE WHEN {column} IS NOT NULL THEN {among(0, len(edges))} END"


def anew(of_day: str) -> str:
    """Return what adds up all entries of a day, to it and to its month; ``of_day`` says which these are."""
    calls = f"FROM entry WHERE corrects IS NULL AND {HEARD} AND {of_day}"
    sides = [
        f"SELECT page, model_asked AS model, '{side}' AS direction, 1 AS n_sounds, "
        f"CASE WHEN {side}_clipped_ratio >= {CLIPPED_RATIO} THEN 1 ELSE 0 END AS n_clipped, 0 AS n_again, "
        f"{side}_sound_ms AS sound_ms, {side}_speech_ms AS speech_ms, "
        + ", ".join(f"{_bucket(f'{side}_{name}', edges)} AS {name}" for name, edges in EDGES.items())
        + f" {calls} AND {side}_sound_ms IS NOT NULL"
        for side in ("in", "out")
    ]
    nothing = ", ".join(f"CAST(NULL AS integer) AS {name}" for name in EDGES)
    again = f"SELECT page, again_for, 'out', 0, 0, 1, 0, 0, {nothing} {calls} AND again_for IS NOT NULL"
    sums = ", ".join(
        (
            *(f"CAST(sum({name}) AS bigint)" for name in COUNTS),
            *(
                f"sum(CASE WHEN {name} = {number} THEN 1 ELSE 0 END)"
                for name, columns in COLUMNS.items()
                for number in range(len(columns))
            ),
        )
    )
    rows = " UNION ALL ".join(
        f"SELECT '{grain}', page, model, direction, :{grain}, {sums} FROM told GROUP BY page, model, direction"  # noqa: S608
        for grain in (DAY, MONTH)
    )
    return f"WITH told AS ({' UNION ALL '.join((*sides, again))}) {_INTO} {rows} {adds_to(tally_sound, *_ALL)}"


def counts_by(connection: Connection, at: Where, period: Period) -> dict[tuple[str, str, Direction], dict[str, int]]:
    """Return each count and bucket of everybody's sounds, by page, model and direction, where there are any."""
    found = defaultdict[tuple[str, str, Direction], dict[str, int]](lambda: dict.fromkeys(_ALL, 0))
    for span in spans(period):
        for page, model, direction, *sums in connection.execute(_counts_in(at, span)):
            of_it = found[page, model, direction]
            for name, count in zip(_ALL, sums, strict=True):
                of_it[name] += span.sign * int(count)
    return {key: of_it for key, of_it in found.items() if of_it["n_sounds"] or of_it["n_again"]}


def _counts_in(at: Where, span: Span) -> Select[Any]:
    columns = tally_sound.c
    keys = (columns.page, columns.model, columns.direction)
    return (
        select(*keys, *(func.sum(columns[name]) for name in _ALL))
        .where(
            columns.grain == span.grain,
            columns.page.in_(at.pages),
            columns.model.in_(at.models),
            columns.direction.in_(DIRECTIONS),
            columns.day.between(span.first, span.last),
        )
        .group_by(*keys)
    )


def sounds_by(connection: Connection, at: Where, period: Period) -> tuple[Sound, ...]:
    """Return what everybody's sounds were like, by page, model and direction; those without any are left out."""
    return tuple(_sound(key, of_it) for key, of_it in counts_by(connection, at, period).items())


def one_by_one(calls: Iterable[Sequence[Any]]) -> tuple[Sound, ...]:
    """Return the same of calls, whose rows have the columns :data:`OF_SOUND`."""
    sounds = defaultdict[tuple[str, str, Direction], list[Figures]](list)
    again = Counter[tuple[str, str, Direction]]()
    for page, model, again_for, *values in calls:
        for direction, told in zip(DIRECTIONS, (values[: len(FIGURES)], values[len(FIGURES) :]), strict=True):
            if told[0] is not None:
                sounds[page, model, direction].append(Figures(**dict(zip(FIGURES, told, strict=True))))
        if again_for is not None:
            again[page, again_for, "out"] += 1
    return tuple(all_known(key, sounds[key], again[key]) for key in (*sounds, *(again.keys() - sounds.keys())))


def _sound(key: tuple[str, str, Direction], of_it: Mapping[str, Any]) -> Sound:
    buckets = {name: [of_it[column] for column in columns] for name, columns in COLUMNS.items()}
    return in_buckets(key, {name: of_it[name] for name in COUNTS}, buckets)
