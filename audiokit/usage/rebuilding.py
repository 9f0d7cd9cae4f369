"""The tallies made anew from the entries: after an update, for another time zone, or because somebody doubts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from audiokit.store.database import Database, hold
from audiokit.store.tables import entry, tally, tally_latency, tally_zone
from audiokit.usage.days import Period, begins_at, day_of, month_of, next_month
from audiokit.usage.rollups import MEASURES, adding, sums_of, times_of

__all__ = ["ensure", "rebuild"]

_NAME = "tallies"
_ONE_DAY = timedelta(days=1)
_FIRST_AND_LAST = select(func.min(entry.c.at), func.max(entry.c.at))
_OF_DAY = (entry.c.at >= bindparam("begins_at"), entry.c.at < bindparam("ends_at"))
_ROOM = text("PRAGMA cache_size = -65536")  # KiB; SQLite's own 2 MB hold a tenth of a month's rows at ten million
_LOCK = text("LOCK TABLE tally, tally_latency IN SHARE ROW EXCLUSIVE MODE")

_CALLS = (
    select(
        entry.c.person_id,
        entry.c.page,
        entry.c.model_asked,
        *(cast(func.sum(measure), BigInteger).label(name) for name, measure in MEASURES.items()),
    )
    .where(*_OF_DAY)
    .group_by(entry.c.person_id, entry.c.page, entry.c.model_asked)
    .subquery("calls")
)
_ADDED = sums_of(_CALLS, {name: _CALLS.c[name] for name in MEASURES}, _CALLS.c.n_calls.is_not(None)).subquery("added")
_KEYS = tuple(_ADDED.c[column.name] for column in tally.primary_key)
_SUMS = adding(
    tally,
    select(*_KEYS, *(cast(func.sum(_ADDED.c[name]), BigInteger) for name in MEASURES)).group_by(*_KEYS),
)
_TIMES = adding(tally_latency, times_of(*_OF_DAY))


def ensure(database: Database, zone: ZoneInfo) -> None:
    """Make the tallies if there are none yet, or anew if they have the days of another time zone."""
    with database.read() as connection:
        if connection.execute(select(tally_zone.c.zone)).scalar_one_or_none() == zone.key:
            return
    rebuild(database, zone)


def rebuild(database: Database, zone: ZoneInfo, told: Callable[[date], None] = lambda _: None) -> None:
    """Make the tallies of every month anew, each in a transaction of its own, so that calls go on meanwhile.

    ``told`` hears of each month that is done. What is written while this goes on is counted once.
    """
    _begin(database, zone)
    for month in _months(database, zone):
        with database.write() as connection:
            _lock(connection)
            _make(connection, month, zone)
        told(month)


def _begin(database: Database, zone: ZoneInfo) -> None:
    """Remember the zone, and let go of months that have no entries, such as those of a day in another zone."""
    with database.write() as connection:
        _lock(connection)
        if connection.execute(update(tally_zone).values(zone=zone.key)).rowcount == 0:
            connection.execute(insert(tally_zone).values(id=1, zone=zone.key))
        if (period := _period(connection, zone)) is None:
            connection.execute(delete(tally))
            connection.execute(delete(tally_latency))
            return
        for table in (tally, tally_latency):
            first, after = month_of(period.first), next_month(period.last)
            connection.execute(delete(table).where((table.c.day < first) | (table.c.day >= after)))


def _lock(connection: Connection) -> None:
    hold(connection, _NAME)
    connection.execute(_LOCK if connection.dialect.name == "postgresql" else _ROOM)


def _period(connection: Connection, zone: ZoneInfo) -> Period | None:
    first, last = connection.execute(_FIRST_AND_LAST).one()
    return None if first is None else Period(day_of(first, zone), day_of(last, zone))


def _months(database: Database, zone: ZoneInfo) -> Iterator[date]:
    with database.read() as connection:
        period = _period(connection, zone)
    if period is None:
        return
    month = month_of(period.first)
    while month <= period.last:
        yield month
        month = next_month(month)


def _make(connection: Connection, month: date, zone: ZoneInfo) -> None:
    last, dialect = next_month(month) - _ONE_DAY, connection.dialect.name
    for table in (tally, tally_latency):
        connection.execute(delete(table).where(table.c.day.between(month, last)))
    for day in Period(month, last).days():
        bounds = {"begins_at": begins_at(day, zone), "ends_at": begins_at(day + _ONE_DAY, zone)}
        for statement in (_SUMS, _TIMES):
            connection.execute(statement[dialect], {"day": day, "month": month, **bounds})
