"""The ledger added up by day and month while it is written, so that no chart ever reads the entries themselves.

What an entry adds is said once, in SQL: for one entry as it is written, and for all of a day when a day is made anew.
Every statement is built once, for building takes longer than running.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Case,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    FromClause,
    Integer,
    Select,
    Table,
    Text,
    TextClause,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from audiokit.store.tables import entry, tally, tally_latency
from audiokit.usage.days import DAY, MONTH, day_of, month_of
from audiokit.usage.entries import Entry
from audiokit.usage.latencies import BUCKETS, EDGES_MS

__all__ = ["FIRST", "MEASURES", "TOTAL", "add", "adding", "sums_of", "times_of", "word"]

FIRST: Final = "first"
TOTAL: Final = "total"
_KEYS = ("grain", "who", "page", "model", "day")

def word(plain: str) -> ColumnElement[str]:
    """Return one of our own words, never a person's, as it stands in a statement."""
    return literal_column(f"'{plain}'", Text)


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number), BigInteger)


_ZERO, _ONE = _number(0), _number(1)
_DAY, _MONTH = bindparam("day", type_=Date), bindparam("month", type_=Date)
_IS_CALL = entry.c.corrects.is_(None)
_CAME = or_(entry.c.outcome == word("answered"), entry.c.outcome == word("cut"))
_IS_SOUND = and_(_CAME, ~entry.c.cached)


def _one_if(*conditions: ColumnElement[bool]) -> Case[int]:
    return case((and_(*conditions), _ONE), else_=_ZERO)


def _known(name: str) -> ColumnElement[int]:
    return func.coalesce(entry.c[name], _ZERO)


def _sounding(name: str) -> ColumnElement[int]:
    """Count time where an answer came from a model: what was refused, or was at hand, was neither sent nor spoken."""
    return case((_IS_SOUND, _known(name)), else_=_ZERO)


_UNKNOWN: ColumnElement[int] = case(
    (and_(_IS_CALL, entry.c.cost_nanousd.is_(None)), _ONE), (entry.c.makes_known, _number(-1)), else_=_ZERO
)
MEASURES: Final[Mapping[str, ColumnElement[int]]] = {
    "n_calls": _one_if(_IS_CALL),
    "n_failed": _one_if(_IS_CALL, entry.c.outcome == word("failed")),
    "n_refused": _one_if(_IS_CALL, entry.c.outcome == word("refused")),
    "n_cached": _one_if(_IS_CALL, entry.c.cached),
    "n_unknown": _UNKNOWN,
    "cost_nanousd": _known("cost_nanousd"),
    "cost_audio_in_nanousd": _known("cost_audio_in_nanousd"),
    "cost_audio_out_nanousd": _known("cost_audio_out_nanousd"),
    "cost_text_nanousd": _known("cost_text_nanousd"),
    "cost_cached_nanousd": _known("cost_cached_nanousd"),
    "saved_nanousd": _known("saved_nanousd"),
    "input_ms": _sounding("input_ms"),
    "history_in_ms": _sounding("history_in_ms"),
    "output_ms": _sounding("output_ms"),
    "text_in_tokens": _known("text_in_tokens"),
    "audio_in_tokens": _known("audio_in_tokens"),
    "history_in_tokens": _known("history_in_tokens"),
    "cached_in_tokens": _known("cached_in_tokens"),
    "text_out_tokens": _known("text_out_tokens"),
    "audio_out_tokens": _known("audio_out_tokens"),
    "characters": _known("characters"),
}
"""What each column of a tally adds up, of one entry."""


def adding(table: Table, rows: Select[Any]) -> dict[str, TextClause]:
    """Return, by the name of the dialect, the insert of ``rows`` that adds to what there is already.

    As words: SQLAlchemy hashes a statement of this size anew each time, which takes longer than running it.
    """
    keys = [column.name for column in table.primary_key]
    sums = [column.name for column in table.c if column.name not in keys]

    def of(insert: sqlite.Insert | postgresql.Insert, dialect: Dialect) -> TextClause:
        wanted = insert.from_select([*keys, *sums], rows)
        wanted = wanted.on_conflict_do_update(
            index_elements=keys, set_={name: table.c[name] + wanted.excluded[name] for name in sums}
        )
        words = wanted.compile(dialect=dialect)
        given = [bindparam(name, type_=bound.type) for name, bound in words.binds.items()]
        return text(str(words).replace("::", r"\:\:")).bindparams(*given)

    return {
        "sqlite": of(sqlite.insert(table), sqlite.dialect(paramstyle="named")),
        "postgresql": of(postgresql.insert(table), postgresql.dialect(paramstyle="named")),
    }


def _rows(*columns: str, values: Sequence[tuple[str, ...]]) -> FromClause:
    """Return a small table of words."""
    texts = [select(*(word(v).label(c) for c, v in zip(columns, row, strict=True))) for row in values]
    return union_all(*texts).subquery("shape")


def _on(grain: ColumnElement[str]) -> ColumnElement[Any]:
    return case((grain == word(DAY), _DAY), else_=_MONTH)


_EVERYBODY, _PERSON, _TOGETHER = "everybody", "person", "together"
_SHAPES = _rows(
    "grain",
    "of",
    values=[(grain, of) for of in (_EVERYBODY, _PERSON, _TOGETHER) for grain in (DAY, MONTH)],
)


def sums_of(calls: FromClause, measures: Mapping[str, ColumnElement[int]], *conditions: ColumnElement[bool]) -> Any:
    """Return rows of tallies: what each of ``calls`` adds to everybody's, to a person's, and to all of a person's."""
    shape, c = _SHAPES.c, calls.c
    return (
        select(
            shape.grain,
            case((shape.of == word(_EVERYBODY), word("")), else_=c.person_id).label("who"),
            case((shape.of == word(_TOGETHER), word("")), else_=c.page).label("page"),
            case((shape.of == word(_TOGETHER), word("")), else_=c.model_asked).label("model"),
            _on(shape.grain).label("day"),
            *(measures[name].label(name) for name in MEASURES),
        )
        .select_from(calls.join(_SHAPES, true()))
        .where(*conditions)
    )


_ADD = adding(tally, sums_of(entry, MEASURES, entry.c.id == bindparam("id")))


def _bucket(ms: ColumnElement[int], low: int = 0, high: int = len(EDGES_MS)) -> ColumnElement[int]:
    """Return the number of edges that are no longer than ``ms``: halving, six comparisons for fifty edges."""
    if low == high:
        return _number(low)
    middle = (low + high) // 2
    above, below = _bucket(ms, middle + 1, high), _bucket(ms, low, middle)
    return case((ms >= _number(EDGES_MS[middle]), above), else_=below)


def _measured(measure: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    ms = entry.c.first_byte_ms if measure == FIRST else entry.c.total_ms
    return (
        select(
            entry.c.page,
            entry.c.model_asked.label("model"),
            word(measure).label("measure"),
            _bucket(ms).label("bucket"),
            func.count().label("n_calls"),
        )
        .where(_IS_CALL, _IS_SOUND, ms.is_not(None), *conditions)
        .group_by(entry.c.page, entry.c.model_asked, literal_column("bucket"))
    )


def times_of(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return rows of times: what the entries that meet ``conditions`` took, where an answer came from a model."""
    counted = union_all(*(_measured(measure, *conditions) for measure in (FIRST, TOTAL))).subquery("took")
    grains, took = _rows("grain", values=[(DAY,), (MONTH,)]), counted.c
    buckets = (
        cast(func.sum(case((took.bucket == _number(number), took.n_calls), else_=_ZERO)), Integer)
        for number in range(len(BUCKETS))
    )
    return (
        select(grains.c.grain, took.page, took.model, took.measure, _on(grains.c.grain), *buckets)
        .select_from(counted.join(grains, true()))
        .where(took.bucket.is_not(None))  # SQLite takes ON CONFLICT for the join's ON without a WHERE before it
        .group_by(grains.c.grain, took.page, took.model, took.measure)
    )


_ADD_TIMES = adding(tally_latency, times_of(entry.c.id == bindparam("id")))


def add(connection: Connection, written: Entry, zone: ZoneInfo) -> None:
    """Add what has just been written to every tally that it belongs to. To be called in the same transaction.

    Rows are taken in one order, everybody's first, so that two who write at once wait for each other and never in turn.
    """
    day = day_of(written.at, zone)
    values = {"id": written.id, "day": day, "month": month_of(day)}
    connection.execute(_ADD[connection.dialect.name], values)
    if written.corrects is None and not written.cached and written.outcome in ("answered", "cut"):
        connection.execute(_ADD_TIMES[connection.dialect.name], values)
