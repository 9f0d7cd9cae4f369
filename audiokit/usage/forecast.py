"""What a month will have cost at its end: what is spent, and for each day left what such a weekday costs lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import fmean

__all__ = ["HISTORY_DAYS", "Forecast", "foreseen"]

HISTORY_DAYS = 56
"""Eight of every weekday: enough for their shape, and little enough to forget how it was last season."""

_LEVEL_DAYS = 14
_FRIDAY = 4
_SPREAD = 1.28  # standard deviations: eight of ten months end between low and high, were days normal and independent


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The month's cost at its end, likely between ``low`` and ``high``, and day by day from today.

    ``n_days`` whole days before today were judged by; with none the forecast is what is spent, and means nothing.
    """

    month_end_nanousd: int
    low_nanousd: int
    high_nanousd: int
    spent_nanousd: int
    n_days: int
    days: tuple[tuple[date, int], ...]


def foreseen(days: Sequence[tuple[date, int]], *, spent_nanousd: int, month_ends: date) -> Forecast:
    """Return the forecast from the cost of each day, oldest first, of which the last is today and not over.

    Days before the first that cost anything are not counted: nobody was here yet.
    """
    today, spent_today = days[-1]
    known = _since_begun(days[:-1])
    shape = _by_weekday(known)
    level = _level(known[-_LEVEL_DAYS:], shape)
    left = [today + timedelta(days=n) for n in range((month_ends - today).days + 1)]
    expected = [(day, level * shape[day.weekday()]) for day in left]
    expected[0] = (today, max(float(spent_today), expected[0][1]))
    to_come = sum(amount for _, amount in expected) - spent_today
    within = _SPREAD * _deviation(known, shape, level) * sqrt(len(left))
    return Forecast(
        month_end_nanousd=spent_nanousd + round(to_come),
        low_nanousd=spent_nanousd + round(max(0.0, to_come - within)),
        high_nanousd=spent_nanousd + round(to_come + within),
        spent_nanousd=spent_nanousd,
        n_days=len(known),
        days=tuple((day, round(amount)) for day, amount in expected),
    )


def _since_begun(days: Sequence[tuple[date, int]]) -> Sequence[tuple[date, int]]:
    begun = next((number for number, (_, cost) in enumerate(days) if cost), len(days))
    return days[begun:]


def _by_weekday(days: Sequence[tuple[date, int]]) -> dict[int, float]:
    """Return what a weekday costs against the mean day; one not seen yet costs as the others of its part of a week."""
    mean = fmean(cost for _, cost in days) if days else 0.0
    if not mean:
        return dict.fromkeys(range(7), 1.0)
    costs = defaultdict[int, list[int]](list)
    for day, cost in days:
        costs[day.weekday()].append(cost)
    return {weekday: fmean(_alike(costs, weekday) or [mean]) / mean for weekday in range(7)}


def _alike(costs: dict[int, list[int]], weekday: int) -> list[int]:
    if weekday in costs:
        return costs[weekday]
    return [cost for other, ones in costs.items() if (other > _FRIDAY) == (weekday > _FRIDAY) for cost in ones]


def _level(days: Sequence[tuple[date, int]], shape: dict[int, float]) -> float:
    """Return what a mean day costs lately, freed of which weekdays there were."""
    weight = sum(shape[day.weekday()] for day, _ in days)
    return sum(cost for _, cost in days) / weight if weight else 0.0


def _deviation(days: Sequence[tuple[date, int]], shape: dict[int, float], level: float) -> float:
    """Return how far days are from what would have been expected of them, as a standard deviation."""
    return sqrt(fmean((cost - level * shape[day.weekday()]) ** 2 for day, cost in days)) if days else 0.0
