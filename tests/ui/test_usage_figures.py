"""What Usage & Cost draws and says: bars add up, days ahead are drawn as such, amounts and periods read well."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import pytest

from audiokit.ui.usage.daily import bars_of, spec_of, tail_of
from audiokit.ui.usage.periods import Preset, period_of
from audiokit.ui.usage.words import change, length, ms, percent, period
from audiokit.usage.forecast import Forecast
from audiokit.usage.reports import Day, Period, Reports, Scope, Sums
from audiokit.usage.views import View

TODAY = date(2026, 11, 20)  # a Friday
USD = 10**9


def days(n: int) -> list[Day]:
    sums = Sums(n_calls=1, cost_nanousd=3 * USD, cost_audio_in_nanousd=USD, cost_text_nanousd=USD)
    return [Day(day=TODAY - timedelta(days=n - 1 - number), sums=sums) for number in range(n)]


def view(first: date) -> View:
    return View(scope=Scope(), period=Period(first, TODAY), reports=cast("Reports", None))


FORECAST = Forecast(
    month_end_nanousd=99 * USD,
    low_nanousd=90 * USD,
    high_nanousd=110 * USD,
    spent_nanousd=60 * USD,
    n_days=50,
    days=tuple((TODAY + timedelta(days=n), 5 * USD) for n in range(11)),
)


@pytest.mark.parametrize(("n", "n_bars"), [(1, 1), (90, 90), (200, 29), (800, 27)])
def test_longer_periods_have_a_bar_for_a_week_or_a_month_and_bars_lose_nothing(n: int, n_bars: int) -> None:
    bars = bars_of(days(n))

    assert abs(len(bars) - n_bars) <= 1
    assert sum(bar.sums.cost_nanousd for bar in bars) == n * 3 * USD
    assert (bars[0].first, bars[-1].last) == (TODAY - timedelta(days=n - 1), TODAY)
    if n == 200:
        assert {bar.first.weekday() for bar in bars[1:]} == {0}


def test_the_parts_of_each_bar_add_up_and_days_ahead_are_grey_and_cannot_be_pressed() -> None:
    bars = bars_of(days(20))
    tail = tail_of(view(date(2026, 11, 1)), FORECAST, TODAY, len(bars))
    spec: dict[str, Any] = spec_of(bars, tail, None)

    *kinds, ahead = spec["series"]
    assert [one["name"] for one in kinds] == ["Sound in", "Text", "Not told apart"]
    assert [sum(one["data"][number] for one in kinds) for number in range(20)] == [3.0] * 20
    assert ahead["data"] == [None] * 19 + [2.0] + [5.0] * 10  # of today, what is still to come
    assert ahead["selectedMode"] is False
    assert len(spec["xAxis"]["data"]) == 30


def test_a_period_that_is_over_has_no_days_ahead_and_a_short_one_few() -> None:
    over = View(scope=Scope(), period=Period(date(2026, 10, 1), date(2026, 10, 31)), reports=cast("Reports", None))
    assert tail_of(over, FORECAST, TODAY, 31) == ()
    assert len(tail_of(view(TODAY - timedelta(days=6)), FORECAST, TODAY, 7)) == 3


def test_periods_are_those_of_the_calendar() -> None:
    assert period_of(Preset.LAST_MONTH, date(2026, 3, 31)) == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert period_of(Preset.MONTH, TODAY) == Period(date(2026, 11, 1), TODAY)
    assert period_of(Preset.QUARTER, TODAY).n_days == 90
    assert period_of(Preset.TODAY, TODAY) == Period(TODAY, TODAY)


def test_figures_read_well() -> None:
    assert [length(minutes) for minutes in (0, 0.8, 7.5, 41, 745)] == ["0 min", "48 s", "7.5 min", "41 min", "12.4 h"]
    assert [ms(value) for value in (None, 470.2, 1240)] == ["–", "470 ms", "1.2 s"]  # noqa: RUF001 - a dash
    assert [percent(share) for share in (0, 0.004, 0.76, 1.04)] == ["0 %", "0.4 %", "76 %", "104 %"]
    assert [change(*pair) for pair in ((1, 0), (108.4, 100), (50, 100), (4800, 100))] == [
        None,
        "+8.4 %",
        "-50 %",
        "×48",  # noqa: RUF001 - a factor
    ]
    assert period(date(2026, 11, 1), TODAY) == "1 to 20 November 2026"
    assert period(date(2025, 12, 31), date(2026, 1, 2)) == "31 December 2025 to 2 January 2026"
