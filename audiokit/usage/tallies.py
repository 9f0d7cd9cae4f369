"""Reading what the ledger comes to: sums of tallies for a scope over a period, grouped as asked.

A row is found by its whole key and never by a scan: who is read are names, where are pages and models, when are days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, select, text

from audiokit.store.tables import person, tally_day, tally_latency, tally_month
from audiokit.usage.days import DAY, MONTH, Grain, Period, Span, month_of, spans
from audiokit.usage.latencies import BUCKETS
from audiokit.usage.rollups import FIRST, TOTAL
from audiokit.usage.sums import Scope, Sums

__all__ = ["EVERYBODY", "Where", "everyone", "members", "named", "newest_days", "sums_by", "times_by", "where"]

EVERYBODY: Final = ""
_TOGETHER: Final = ("",)
_LOOK_BACK_DAYS = (7, 31, 124, 496)
_SUMS = tuple(field.name for field in fields(Sums))
_TABLES: Final[dict[Grain, Table]] = {DAY: tally_day, MONTH: tally_month}
_M = tally_month.c
_PLACES = (
    select(_M.page, _M.model)
    .where(_M.who == EVERYBODY, _M.day.between(bindparam("first"), bindparam("last")))
    .distinct()
)
_EVERYONE = text(
    "WITH RECURSIVE each(who) AS ("
    "SELECT min(who) FROM tally_month WHERE who > '' "
    "UNION ALL SELECT (SELECT min(who) FROM tally_month WHERE who > each.who) "
    "FROM each WHERE who IS NOT NULL) SELECT who FROM each WHERE who IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows of a span: those of all these keys."""

    whos: Sequence[str]
    pages: Sequence[str]
    models: Sequence[str]


def everyone(connection: Connection) -> tuple[str, ...]:
    """Return everybody who has ever had an entry, by one look for each."""
    return tuple(connection.execute(_EVERYONE).scalars())


def members(connection: Connection, scope: Scope) -> tuple[str, ...]:
    """Return the people whom ``scope`` names, by person, by team or by both."""
    if scope.team is None:
        return () if scope.person_id is None else (scope.person_id,)
    of_team = select(person.c.id).where(person.c.team == scope.team)
    if scope.person_id is not None:
        of_team = of_team.where(person.c.id == scope.person_id)
    return tuple(connection.execute(of_team).scalars())


def named(connection: Connection) -> dict[str, tuple[str, str | None]]:
    """Return each person's name and team by the id."""
    rows = connection.execute(select(person.c.id, person.c.name, person.c.team))
    return {row.id: (row.name, row.team) for row in rows}


def where(connection: Connection, scope: Scope, period: Period, *, by_person: bool, by_place: bool) -> Where:
    """Return which rows hold ``scope`` in the form that a grouping needs: the fewest."""
    whos: tuple[str, ...] = (EVERYBODY,)
    if scope.is_of_people:
        whos = members(connection, scope)
    elif by_person:
        whos = everyone(connection)
    if whos != (EVERYBODY,) and not (by_place or scope.page or scope.model):
        return Where(whos, _TOGETHER, _TOGETHER)
    places = connection.execute(_PLACES, {"first": month_of(period.first), "last": period.last}).all()
    fitting = [(page, model) for page, model in places if scope.page in (None, page) and scope.model in (None, model)]
    return Where(whos, sorted({page for page, _ in fitting}), sorted({model for _, model in fitting}))


def sums_by(connection: Connection, at: Where, period: Period, *names: str) -> dict[tuple[Any, ...], Sums]:
    """Return the sums of the rows at ``at``, by the columns called ``names``; groups without a call are left out."""
    found = defaultdict[tuple[Any, ...], Sums](Sums)
    covering = (Span(DAY, period.first, period.last),) if "day" in names else spans(period)
    for span in covering:
        keys = {"who": at.whos, "page": at.pages, "model": at.models}
        among = tuple(name for name, values in keys.items() if len(values) != 1)
        asked = {f"{name}s": values if name in among else values[0] for name, values in keys.items()}
        statement = _sums_among(span.grain, names, among)
        for row in connection.execute(statement, asked | {"first": span.first, "last": span.last}):
            if row[-1] is not None:  # without groups, a sum of nothing is one row of unknowns
                key, sums = tuple(row[: len(names)]), _added_up(row[len(names) :])
                found[key] = sums if span.sign > 0 and key not in found else found[key].plus(sums, span.sign)
    return {key: sums for key, sums in found.items() if not sums.is_nothing}


def _added_up(found: Sequence[Any]) -> Sums:
    counts = dict(zip(_SUMS, found, strict=True))
    sums: dict[str, Any] = {name: count if count is None else int(count) for name, count in counts.items()}
    return Sums(**sums)


@cache
def _sums_among(grain: Grain, names: tuple[str, ...], among: tuple[str, ...]) -> Select[Any]:
    """Return the question, put together once: the header of every page asks it, and it has twenty sums.

    ``among`` are the keys of which several are meant.
    """
    table = _TABLES[grain]
    columns, added = [table.c[name] for name in names], (func.sum(table.c[name]) for name in _SUMS)
    of = (_meant(table.c[name], is_many=name in among) for name in ("who", "page", "model"))
    within = table.c.day.between(bindparam("first"), bindparam("last"))
    return select(*columns, *added).where(*of, within).group_by(*columns)


def _meant(column: ColumnElement[str], *, is_many: bool) -> ColumnElement[bool]:
    name = f"{column.key}s"
    return column.in_(bindparam(name, expanding=True)) if is_many else column == bindparam(name)


def _in(at: Where, span: Span) -> Iterable[ColumnElement[bool]]:
    columns = _TABLES[span.grain].c
    yield _one_of(columns.who, at.whos)
    yield _one_of(columns.page, at.pages)
    yield _one_of(columns.model, at.models)
    yield columns.day.between(span.first, span.last)


def _one_of(column: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


def times_by(connection: Connection, at: Where, period: Period) -> dict[tuple[str, str, str], dict[int, int]]:
    """Return everybody's calls by bucket, by page, model and measure."""
    found = defaultdict[tuple[str, str, str], defaultdict[int, int]](lambda: defaultdict(int))
    for span in spans(period):
        for page, model, measure, *counts in connection.execute(_times_in(at, span)):
            for bucket, n_calls in enumerate(counts):
                found[page, model, measure][bucket] += span.sign * int(n_calls)
    return {key: dict(counts) for key, counts in found.items()}


def _times_in(at: Where, span: Span) -> Select[Any]:
    columns = tally_latency.c
    keys = (columns.page, columns.model, columns.measure)
    return (
        select(*keys, *(func.sum(columns[name]) for name in BUCKETS))
        .where(
            columns.grain == span.grain,
            columns.page.in_(at.pages),
            columns.model.in_(at.models),
            columns.measure.in_((FIRST, TOTAL)),
            columns.day.between(span.first, span.last),
        )
        .group_by(*keys)
    )


def newest_days(connection: Connection, at: Where, period: Period, n_calls: int) -> date:
    """Return the day since which there were so many calls, or the first of ``period`` if there were fewer.

    A week is looked at first, and more only where that was too little.
    """
    first = period.last
    for n_days in _LOOK_BACK_DAYS:
        first = max(period.first, period.last - timedelta(days=n_days))
        left = n_calls
        for day, n_of_day in connection.execute(_calls_by_day(at, Span(DAY, first, period.last))):
            left -= int(n_of_day)
            if left <= 0:
                found: date = day
                return found
        if first == period.first:
            break
    return period.first


def _calls_by_day(at: Where, span: Span) -> Select[date, int]:
    columns = tally_day.c
    counted = select(columns.day, func.sum(columns.n_calls)).where(*_in(at, span))
    return counted.group_by(columns.day).order_by(columns.day.desc())
