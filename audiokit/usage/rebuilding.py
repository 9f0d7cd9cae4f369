"""The tallies made anew from the entries: after an update, for another time zone, or because somebody doubts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Date, TextClause, bindparam, delete, func, insert, select, text, update
from sqlalchemy.types import TypeEngine

from audiokit.store.columns import Instant
from audiokit.store.database import Database, hold
from audiokit.store.tables import entry, tally_day, tally_latency, tally_month, tally_sound, tally_zone
from audiokit.usage import sound_tallies
from audiokit.usage.days import DAY, MONTH, Period, begins_at, day_of, month_of, next_month
from audiokit.usage.latencies import BUCKETS, EDGES_MS
from audiokit.usage.rollups import COUNTED, FIRST, HEARD, KEYS, MEASURES, TOTAL, adds_to

__all__ = ["ensure", "rebuild"]

_NAME = "tallies"
_ONE_DAY = timedelta(days=1)
_FIRST_AND_LAST = select(func.min(entry.c.at), func.max(entry.c.at))
_LOCK = text("LOCK TABLE tally_day, tally_month, tally_latency, tally_sound IN SHARE ROW EXCLUSIVE MODE")
_OF_DAY = "at >= :begins_at AND at < :ends_at"
_TYPES: Final[dict[str, type[TypeEngine[Any]]]] = {"begins_at": Instant, "ends_at": Instant, "day": Date, "month": Date}


def _dated(statement: str) -> TextClause:
    given = [bindparam(name, type_=type_) for name, type_ in _TYPES.items() if f":{name}" in statement]
    return text(statement).bindparams(*given)


def _sums() -> TextClause:
    """Add a day's entries up by person, page and model, and these to everybody's and to all of a person's."""
    measured = ", ".join(f"sum({COUNTED[name]}) AS {name}" for name in MEASURES)
    again = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in MEASURES)
    groups = ("'', page, model", "who, page, model", "who, '', ''")
    rows = " UNION ALL ".join(
        f"SELECT {group}, :day, {again} FROM calls GROUP BY {_named(group)}"  # noqa: S608 - our own
        for group in groups
    )
    return _dated(
        f"WITH calls AS (SELECT person_id AS who, page, model_asked AS model, {measured} FROM entry "  # noqa: S608
        f"WHERE {_OF_DAY} GROUP BY person_id, page, model_asked) "
        f"INSERT INTO tally_day ({', '.join((*KEYS, *MEASURES))}) {rows}"
    )


def _months_sums() -> TextClause:
    """Add the days of a month up, once, so that what is of one person is kept side by side."""
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in MEASURES)
    return _dated(
        f"INSERT INTO tally_month ({', '.join((*KEYS, *MEASURES))}) "  # noqa: S608 - our own
        f"SELECT who, page, model, :month, {sums} FROM tally_day WHERE day BETWEEN :month AND :day "
        "GROUP BY who, page, model ORDER BY who, page, model"
    )


def _named(group: str) -> str:
    return ", ".join(name for name in group.split(", ") if name != "''")


def _bucket(column: str, low: int = 0, high: int = len(EDGES_MS)) -> str:
    """Return the number of edges that are no longer than a time: halving, six comparisons for fifty edges."""
    if low == high:
        return str(low)
    middle = (low + high) // 2
    above, below = _bucket(column, middle + 1, high), _bucket(column, low, middle)
    return f"CASE WHEN {column} >= {EDGES_MS[middle]} THEN {above} ELSE {below} END"


def _times() -> TextClause:
    measured = " UNION ALL ".join(
        f"SELECT page, model_asked AS model, '{measure}' AS measure, {_bucket(column)} AS bucket, count(*) AS n "  # noqa: S608
        f"FROM entry WHERE corrects IS NULL AND {HEARD} AND {column} IS NOT NULL AND {_OF_DAY} GROUP BY 1, 2, 4"
        for measure, column in ((FIRST, "first_byte_ms"), (TOTAL, "total_ms"))
    )
    counts = ", ".join(f"sum(CASE WHEN bucket = {number} THEN n ELSE 0 END)" for number in range(len(BUCKETS)))
    rows = " UNION ALL ".join(
        f"SELECT '{grain}', page, model, measure, :{grain}, {counts} FROM took GROUP BY page, model, measure"  # noqa: S608
        for grain in (DAY, MONTH)
    )
    columns = ", ".join(("grain", "page", "model", "measure", "day", *BUCKETS))
    return _dated(
        f"WITH took AS ({measured}) INSERT INTO tally_latency ({columns}) {rows} {adds_to(tally_latency, *BUCKETS)}"
    )


_ANEW, _MONTH_ANEW = (_sums(), _times(), _dated(sound_tallies.anew(_OF_DAY))), _months_sums()
_ALL = (tally_day, tally_month, tally_latency, tally_sound)


def ensure(database: Database, zone: ZoneInfo) -> bool:
    """Make the tallies if there are none yet, or anew if they have the days of another zone; return whether it did."""
    with database.read() as connection:
        if connection.execute(select(tally_zone.c.zone)).scalar_one_or_none() == zone.key:
            return False
    rebuild(database, zone)
    return True


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
            for table in _ALL:
                connection.execute(delete(table))
            return
        for table in _ALL:
            first, after = month_of(period.first), next_month(period.last)
            connection.execute(delete(table).where((table.c.day < first) | (table.c.day >= after)))


def _lock(connection: Connection) -> None:
    hold(connection, _NAME)
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


def _period(connection: Connection, zone: ZoneInfo) -> Period | None:
    bounds: tuple[datetime | None, ...] = tuple(connection.execute(_FIRST_AND_LAST).one())
    first, last = (at and day_of(at, zone) for at in bounds)
    return Period(first, last) if first and last else None


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
    last = next_month(month) - _ONE_DAY
    for table in _ALL:
        connection.execute(delete(table).where(table.c.day.between(month, last)))
    for day in Period(month, last).days():
        bounds = {"begins_at": begins_at(day, zone), "ends_at": begins_at(day + _ONE_DAY, zone)}
        for statement in _ANEW:
            connection.execute(statement, {"day": day, "month": month, **bounds})
    connection.execute(_MONTH_ANEW, {"day": last, "month": month})
