"""Which days are looked at: the usual stretches by name, or any two days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from audiokit.usage.reports import Period

__all__ = ["MOST_DAYS", "Preset", "period_of"]

MOST_DAYS: Final = 5 * 366
_ONE = timedelta(days=1)


class Preset(StrEnum):
    """A stretch of days by name, as it stands in the address."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "month"
    LAST_MONTH = "last-month"
    QUARTER = "90d"
    YEAR = "year"
    CUSTOM = "custom"

    @property
    def said(self) -> str:
        """What it is called on the page."""
        return _TITLES[self]


def period_of(preset: Preset, today: date) -> Period:
    """Return the days of ``preset``; those of a custom one until somebody has chosen are the last thirty."""
    return _PERIODS[preset](today)


def _last(n_days: int) -> Callable[[date], Period]:
    return lambda today: Period(today - (n_days - 1) * _ONE, today)


def _month_before(today: date) -> Period:
    last = today.replace(day=1) - _ONE
    return Period(last.replace(day=1), last)


_PERIODS: Final[dict[Preset, Callable[[date], Period]]] = {
    Preset.TODAY: _last(1),
    Preset.WEEK: _last(7),
    Preset.MONTH: lambda today: Period(today.replace(day=1), today),
    Preset.LAST_MONTH: _month_before,
    Preset.QUARTER: _last(90),
    Preset.YEAR: _last(365),
    Preset.CUSTOM: _last(30),
}
_TITLES: Final = {
    Preset.TODAY: "Today",
    Preset.WEEK: "7 days",
    Preset.MONTH: "This month",
    Preset.LAST_MONTH: "Last month",
    Preset.QUARTER: "90 days",
    Preset.YEAR: "Year",
    Preset.CUSTOM: "Custom",
}
