"""What the month will have cost, seen from its middle: three months with weekends, and the edges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from audiokit.usage.days import Period, month_of, next_month
from audiokit.usage.forecast import HISTORY_DAYS, Forecast, foreseen

DOLLAR = 10**9
ONE_DAY = timedelta(days=1)
Spending = Callable[[date], float]


def spending(*, weekend: float, growth: float, noise: float) -> Spending:
    """A year of days: less at weekends, growing by the month, and no day like another."""
    dice = np.random.default_rng(20261121)
    wobble = {date(2026, 1, 1) + n * ONE_DAY: float(dice.normal(1, noise)) for n in range(400)}
    return lambda day: (
        40 * (weekend if day.weekday() > 4 else 1) * growth ** ((day - date(2026, 1, 1)).days / 30) * wobble[day]
    )


def seen_from(today: date, cost: Spending, *, share_of_today: float = 0.5) -> Forecast:
    """What is foreseen on ``today``, of which so much is over."""
    costs = {day: round(cost(day) * DOLLAR) for day in Period(today - HISTORY_DAYS * ONE_DAY, today).days()}
    costs[today] = round(costs[today] * share_of_today)
    month = sum(amount for day, amount in costs.items() if day >= month_of(today))
    return foreseen(list(costs.items()), spent_nanousd=month, month_ends=next_month(today) - ONE_DAY)


@pytest.mark.parametrize("day", [4, 10, 17, 24])
@pytest.mark.parametrize(
    ("month", "cost"),
    [
        (5, spending(weekend=0.2, growth=1.0, noise=0.15)),  # May 2026 begins on a Friday and has ten weekend days
        (8, spending(weekend=0.1, growth=1.08, noise=0.2)),  # growing
        (10, spending(weekend=0.45, growth=0.94, noise=0.15)),  # shrinking
    ],
)
def test_a_month_with_weekends_is_foreseen_within_ten_per_cent(month: int, cost: Spending, day: int) -> None:
    today = date(2026, month, day)
    whole = sum(cost(each) for each in Period(month_of(today), next_month(today) - ONE_DAY).days()) * DOLLAR

    found = seen_from(today, cost)

    assert found.month_end_nanousd == pytest.approx(whole, rel=0.1)
    assert found.low_nanousd <= found.month_end_nanousd <= found.high_nanousd


def test_a_weekend_to_come_is_not_taken_for_working_days() -> None:
    def on_weekdays(day: date) -> float:
        return 0.0 if day.weekday() > 4 else 10.0

    friday = date(2026, 5, 29)  # the month ends on the Sunday

    found = seen_from(friday, on_weekdays, share_of_today=1.0)

    assert found.month_end_nanousd == found.spent_nanousd
    assert [round(amount / DOLLAR) for _, amount in found.days] == [10, 0, 0]


def test_it_is_surer_towards_the_end() -> None:
    cost = spending(weekend=0.3, growth=1.0, noise=0.3)

    early, late = (seen_from(date(2026, 8, day), cost) for day in (6, 28))

    assert late.high_nanousd - late.low_nanousd < early.high_nanousd - early.low_nanousd


def test_a_dear_day_that_is_not_over_is_not_foreseen_to_become_cheaper() -> None:
    today = date(2026, 8, 12)
    days = [(today - n * ONE_DAY, 1 * DOLLAR) for n in range(20, 0, -1)]

    found = foreseen([*days, (today, 50 * DOLLAR)], spent_nanousd=61 * DOLLAR, month_ends=today)

    assert found.month_end_nanousd == 61 * DOLLAR


def test_without_a_past_it_is_what_is_spent() -> None:
    today = date(2026, 8, 12)

    found = foreseen([(today - ONE_DAY, 0), (today, 3)], spent_nanousd=3, month_ends=date(2026, 8, 31))

    assert (found.month_end_nanousd, found.low_nanousd, found.high_nanousd, found.n_days) == (3, 3, 3, 0)
