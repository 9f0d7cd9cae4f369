"""What the page of Usage & Cost shows, from the tallies: each chart reads a few thousand rows, however long the ledger.

Only lists of single calls, and the latencies of single people, read entries, of the few days that hold enough of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from audiokit.store.database import Database
from audiokit.store.tables import entry as entries
from audiokit.usage import tallies
from audiokit.usage.days import Period, begins_at, day_of, month_of, next_month
from audiokit.usage.entries import Entry
from audiokit.usage.forecast import HISTORY_DAYS, Forecast, foreseen
from audiokit.usage.latencies import percentile_ms, percentile_of
from audiokit.usage.ledger import read_entries
from audiokit.usage.rollups import FIRST, TOTAL
from audiokit.usage.sound import Sound
from audiokit.usage.sound_tallies import OF_SOUND, one_by_one, sounds_by
from audiokit.usage.sums import By, Day, Latency, Scope, Sums, Tiles, Top

__all__ = ["By", "Day", "Forecast", "Latency", "Period", "Reports", "Scope", "Sound", "Sums", "Tiles", "Top"]

_TIMED_CALLS = 5_000
_ONE_DAY = timedelta(days=1)
_MANY_DAYS = 100
_NEWEST_FIRST = (entries.c.at.desc(), entries.c.id.desc())
_NO_TEAM = "No team"


class Reports:
    """Reads only. Days are those of ``zone``, which must be that of the ledger."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database, self._zone = database, zone

    def tiles(self, scope: Scope, period: Period) -> Tiles:
        """Return what a period came to, and the one before it."""
        with self._database.read() as connection:
            return Tiles(
                now=self._sums(connection, scope, period), before=self._sums(connection, scope, period.before())
            )

    def daily(self, scope: Scope, period: Period) -> tuple[Day, ...]:
        """Return each day of ``period``, oldest first."""
        with self._database.read() as connection:
            return self._daily(connection, scope, period)

    def by_model_and_time(
        self, scope: Scope, period: Period, models: Collection[str]
    ) -> tuple[tuple[Period, str, Sums], ...]:
        """Return what each of these models was asked for, by days, or by months where these are many."""
        with self._database.read() as connection:
            at = tallies.where(connection, scope, period, by_person=False, by_place=True)
            fitting = replace(at, models=[model for model in at.models if model in models])
            if not fitting.models:
                return ()
            if period.n_days <= _MANY_DAYS:
                found = tallies.sums_by(connection, fitting, period, "day", "model")
                return tuple((Period(day, day), model, sums) for (day, model), sums in found.items())
            by_month = ((month, tallies.sums_by(connection, fitting, month, "model")) for month in _months(period))
            return tuple((month, model, sums) for month, of_it in by_month for (model,), sums in of_it.items())

    def top(self, by: By, scope: Scope, period: Period, limit: int = 20) -> tuple[Top, ...]:
        """Return who or what cost most, at most ``limit``; a team is the people who are in it now."""
        with self._database.read() as connection:
            if by in ("model", "page"):
                at = tallies.where(connection, scope, period, by_person=False, by_place=True)
                found = tallies.sums_by(connection, at, period, by)
                tops = [Top(key=key, name=key, sums=sums) for (key,), sums in found.items()]
            else:
                at = tallies.where(connection, scope, period, by_person=True, by_place=False)
                people = tallies.sums_by(connection, at, period, "who")
                tops = list(_people(connection, people, by))
        return tuple(sorted(tops, key=lambda top: (-top.sums.cost_nanousd, -top.sums.n_calls, top.name))[:limit])

    def latency(self, scope: Scope, period: Period) -> tuple[Latency, ...]:
        """Return how long answers took by page and model, those with most calls first."""
        with self._database.read() as connection:
            at = tallies.where(connection, scope, period, by_person=False, by_place=True)
            counted = tallies.sums_by(connection, at, period, "page", "model")
            if scope.is_of_people:
                newest = self._newest(connection, scope, period) if counted else {}
                found = [_timed(place, sums, newest.get(place, [])) for place, sums in counted.items()]
            else:
                times = tallies.times_by(connection, at, period)
                found = [_in_buckets(place, sums, times) for place, sums in counted.items()]
        return tuple(sorted(found, key=lambda one: (-one.sums.n_calls, one.page, one.model)))

    def sound(self, scope: Scope, period: Period) -> tuple[Sound, ...]:
        """Return what sounds were like by page, model and direction, those of which there are most first."""
        with self._database.read() as connection:
            if scope.is_of_people:
                found = self._newest_sounds(connection, scope, period)
            else:
                at = tallies.where(connection, scope, period, by_person=False, by_place=True)
                found = sounds_by(connection, at, period)
        return tuple(sorted(found, key=lambda one: (-one.n_sounds, one.page, one.model, one.direction)))

    def refused(self, scope: Scope, period: Period, limit: int = 50) -> tuple[Entry, ...]:
        """Return the last calls that were refused, newest first."""
        with self._database.read() as connection:
            at = self._within(connection, scope, period)
            statement = select(entries).where(entries.c.outcome == "refused", entries.c.corrects.is_(None), *at)
            return read_entries(connection, statement.order_by(*_NEWEST_FIRST).limit(limit), {})

    def entries(
        self, scope: Scope, period: Period, *, before: Entry | None = None, limit: int = 100
    ) -> tuple[Entry, ...]:
        """Return calls, newest first; ``before`` is the last one of the page before."""
        with self._database.read() as connection:
            upto = period if before is None else Period(period.first, max(period.first, day_of(before.at, self._zone)))
            place = tallies.where(connection, scope, upto, by_person=False, by_place=False)
            if not (place.whos and place.pages):
                return ()
            n_wanted = limit if before is None else limit + self._n_on(connection, place, upto.last)
            near = Period(tallies.newest_days(connection, place, upto, n_wanted), upto.last)
            statement = select(entries).where(entries.c.corrects.is_(None), *self._within(connection, scope, near))
            if before is not None:
                statement = statement.where(_older_than(before))
            return read_entries(connection, statement.order_by(*_NEWEST_FIRST).limit(limit), {})

    def forecast(self, scope: Scope, today: date) -> Forecast:
        """Return what the month that ``today`` is in will have cost at its end."""
        with self._database.read() as connection:
            days = self._daily(connection, scope, Period(today - HISTORY_DAYS * _ONE_DAY, today))
            month = self._sums(connection, scope, Period(month_of(today), today))
        return foreseen(
            [(day.day, day.sums.cost_nanousd) for day in days],
            spent_nanousd=month.cost_nanousd,
            month_ends=next_month(today) - _ONE_DAY,
        )

    def _sums(self, connection: Connection, scope: Scope, period: Period) -> Sums:
        at = tallies.where(connection, scope, period, by_person=False, by_place=False)
        return tallies.sums_by(connection, at, period).get((), Sums())

    def _daily(self, connection: Connection, scope: Scope, period: Period) -> tuple[Day, ...]:
        at = tallies.where(connection, scope, period, by_person=False, by_place=False)
        found = tallies.sums_by(connection, at, period, "day")
        return tuple(Day(day=day, sums=found.get((day,), Sums())) for day in period.days())

    def _n_on(self, connection: Connection, at: tallies.Where, day: date) -> int:
        return tallies.sums_by(connection, at, Period(day, day)).get((), Sums()).n_calls

    def _newest(self, connection: Connection, scope: Scope, period: Period) -> dict[tuple[str, str], list[Any]]:
        """Return the newest calls by page and model."""
        at = tallies.where(connection, scope, period, by_person=False, by_place=False)
        since = tallies.newest_days(connection, at, period, _TIMED_CALLS)
        statement = select(entries.c.page, entries.c.model_asked, entries.c.first_byte_ms, entries.c.total_ms).where(
            entries.c.outcome.in_(("answered", "cut")),
            entries.c.corrects.is_(None),
            ~entries.c.cached,
            *self._within(connection, scope, Period(since, period.last)),
        )
        found = defaultdict[tuple[str, str], list[Any]](list)
        for call in connection.execute(statement):
            found[call.page, call.model_asked].append(call)
        return found

    def _newest_sounds(self, connection: Connection, scope: Scope, period: Period) -> tuple[Sound, ...]:
        """Return the same of the newest calls, one by one; what a model said wrong is told by the call after it."""
        at = tallies.where(connection, scope, period, by_person=False, by_place=False)
        since = tallies.newest_days(connection, at, period, _TIMED_CALLS)
        statement = select(*OF_SOUND).where(
            entries.c.outcome.in_(("answered", "cut")),
            entries.c.corrects.is_(None),
            ~entries.c.cached,
            or_(*(entries.c[name].is_not(None) for name in ("in_sound_ms", "out_sound_ms", "again_for"))),
            *self._within(connection, replace(scope, model=None), Period(since, period.last)),
        )
        found = one_by_one(connection.execute(statement))
        return tuple(one for one in found if scope.model in (None, one.model))

    def _within(self, connection: Connection, scope: Scope, period: Period) -> Iterable[ColumnElement[bool]]:
        yield from self._at(period)
        if scope.is_of_people:
            yield entries.c.person_id.in_(tallies.members(connection, scope))
        if scope.page is not None:
            yield entries.c.page == scope.page
        if scope.model is not None:
            yield entries.c.model_asked == scope.model

    def _at(self, period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        begins: datetime = begins_at(period.first, self._zone)
        return entries.c.at >= begins, entries.c.at < begins_at(period.last + _ONE_DAY, self._zone)


def _months(period: Period) -> Iterator[Period]:
    first = period.first
    while first <= period.last:
        yield Period(first, min(period.last, next_month(first) - _ONE_DAY))
        first = next_month(first)


def _older_than(before: Entry) -> ColumnElement[bool]:
    same = and_(entries.c.at == before.at, entries.c.id < before.id)
    return and_(entries.c.at <= before.at, or_(entries.c.at < before.at, same))


def _people(connection: Connection, people: dict[tuple[Any, ...], Sums], by: By) -> Iterable[Top]:
    known = tallies.named(connection)
    if by == "person":
        for (who,), sums in people.items():
            yield Top(key=who, name=known.get(who, (who, None))[0], sums=sums)
        return
    teams = defaultdict[str | None, Sums](Sums)
    for (who,), sums in people.items():
        team = known.get(who, (who, None))[1]
        teams[team] += sums
    for team, sums in teams.items():
        yield Top(key=team, name=team or _NO_TEAM, sums=sums)


def _in_buckets(place: tuple[Any, ...], sums: Sums, times: dict[tuple[str, str, str], dict[int, int]]) -> Latency:
    page, model = place
    first, total = times.get((page, model, FIRST), {}), times.get((page, model, TOTAL), {})
    return Latency(
        page=page,
        model=model,
        sums=sums,
        n_timed=sum(total.values()),
        first_p50_ms=percentile_ms(first, 0.5),
        first_p95_ms=percentile_ms(first, 0.95),
        total_p50_ms=percentile_ms(total, 0.5),
        total_p95_ms=percentile_ms(total, 0.95),
    )


def _timed(place: tuple[Any, ...], sums: Sums, calls: list[Any]) -> Latency:
    page, model = place
    first = [call.first_byte_ms for call in calls if call.first_byte_ms is not None]
    total = [call.total_ms for call in calls]
    return Latency(
        page=page,
        model=model,
        sums=sums,
        n_timed=len(total),
        first_p50_ms=percentile_of(first, 0.5),
        first_p95_ms=percentile_of(first, 0.95),
        total_p50_ms=percentile_of(total, 0.5),
        total_p95_ms=percentile_of(total, 0.95),
    )
