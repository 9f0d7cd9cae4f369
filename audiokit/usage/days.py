"""Days in the installation's time zone: when they begin, and how a period is covered by months and days."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = [
    "DAY",
    "MONTH",
    "Grain",
    "Period",
    "Span",
    "begins_at",
    "day_of",
    "month_of",
    "next_month",
    "spans",
    "zone_named",
]

Grain = Literal["day", "month"]
DAY: Final[Grain] = "day"
MONTH: Final[Grain] = "month"
_ONE = timedelta(days=1)
_LOCALTIME = Path("/etc/localtime")
_UTC: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included.

    Raises:
        ValueError: it ends before it begins.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The period ends on {self.last}, before it begins on {self.first}.")

    @property
    def n_days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        """Yield its days, oldest first."""
        for number in range(self.n_days):
            yield self.first + number * _ONE

    def before(self) -> Period:
        """Return the period of the same length that ends where this one begins."""
        return Period(self.first - self.n_days * _ONE, self.first - _ONE)


@dataclass(frozen=True, slots=True)
class Span:
    """Rows of one grain to be added (``sign`` 1) or taken away (-1)."""

    grain: Grain
    first: date
    last: date
    sign: int = 1


def zone_named(name: str | None) -> ZoneInfo:
    """Return the zone called ``name``; without one the system's own, or UTC where that has no name."""
    return ZoneInfo(name or _system_zone())


def _system_zone() -> str:
    linked = _LOCALTIME.resolve().as_posix().partition("zoneinfo/")[2]
    names = (os.environ.get("TZ", "").removeprefix(":"), linked.removeprefix("posix/"))
    return next((name for name in names if _is_zone(name)), _UTC)


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder's name, or no relative path
        return False


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """Return the day on which ``at`` is in ``zone``."""
    return at.astimezone(zone).date()


def month_of(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return month_of(month_of(day) + 31 * _ONE)


def begins_at(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which ``day`` begins in ``zone``."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def spans(period: Period) -> tuple[Span, ...]:
    """Cover ``period`` by whole months and, at its ends, days: those of the period, or those beside it taken away.

    So no more than sixteen days are read at either end, however long the period is.
    """
    first, last = month_of(period.first), month_of(period.last)
    if first == last:
        return (_inner(period.first, period.last),)
    head = _part(period.first, next_month(first) - _ONE)
    tail = _part(last, period.last)
    inner_first, inner_last = next_month(first), last - _ONE
    inner = (Span(MONTH, inner_first, inner_last),) if inner_first <= inner_last else ()
    return (*head, *inner, *tail)


def _inner(first: date, last: date) -> Span:
    is_whole = first == month_of(first) and last + _ONE == next_month(first)
    return Span(MONTH, first, first) if is_whole else Span(DAY, first, last)


def _part(first: date, last: date) -> tuple[Span, ...]:
    """Cover days that reach to one end of their month."""
    begins, ends = month_of(first), next_month(first) - _ONE
    is_head = last == ends
    missing = (begins, first - _ONE) if is_head else (last + _ONE, ends)
    n_missing = (missing[1] - missing[0]).days + 1
    if n_missing >= (last - first).days + 1:
        return (Span(DAY, first, last),)
    whole = Span(MONTH, begins, begins)
    return (whole, Span(DAY, *missing, sign=-1)) if n_missing else (whole,)
