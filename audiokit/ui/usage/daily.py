"""What each day cost, by kind, and what the days ahead are likely to; a press on a bar opens its calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from audiokit.money import NANOUSD_PER_USD
from audiokit.ui.usage import words
from audiokit.ui.usage.periods import Preset
from audiokit.ui.usage.table import Column, Row, cell, table
from audiokit.ui.usage.visit import go
from audiokit.usage.budget import Every, Standing
from audiokit.usage.reports import Day, Forecast, Sums
from audiokit.usage.views import View

__all__ = ["Bar", "bars_of", "show", "spec_of", "tail_of"]

_KINDS: Final = ("audio_in", "audio_out", "text", "cached", "other")
_WEEKS_FROM, _MONTHS_FROM = 124, 400  # days: more bars than that are thinner than what can be pressed
_ONE = timedelta(days=1)
_DAYS_A_WEEK, _DAYS_A_MONTH = 7, 30
_ROUND = [4, 4, 0, 0]
_FORECAST_COLOUR, _BUDGET_COLOUR = "#9CA3AF", "#E5484D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: a day, or a week or month of them in longer periods."""

    first: date
    last: date
    sums: Sums

    @property
    def label(self) -> str:
        """What stands below it."""
        if self.first == self.last:
            return f"{self.first.day} {self.first:%b}"
        return (
            f"{self.first:%b %Y}"
            if (self.last - self.first).days >= _DAYS_A_WEEK
            else f"{self.first.day} {self.first:%b}"
        )


def bars_of(days: Sequence[Day]) -> tuple[Bar, ...]:
    """Return a bar for each day; for weeks from Monday, or for months, where there are too many days."""
    found = dict[date, list[Day]]()
    for day in days:
        found.setdefault(_begins(day.day, len(days)), []).append(day)
    return tuple(
        Bar(first=part[0].day, last=part[-1].day, sums=sum((day.sums for day in part), Sums()))
        for part in found.values()
    )


def tail_of(view: View, forecast: Forecast, today: date, n_bars: int) -> tuple[tuple[date, int], ...]:
    """Return the days ahead that are drawn, with what they are likely to cost; of today, what is still to come.

    None where the period does not reach to today, or bars are not days; no more than half as many as known ones.
    """
    if view.period.last != today or n_bars != view.period.n_days or not forecast.n_days:
        return ()
    n_ahead = len(forecast.days) if view.period.first == today.replace(day=1) else max(1, n_bars // 2)
    return forecast.days[: max(1, n_ahead)]


def show(view: View, days: Sequence[Day], forecast: Forecast, today: date, budget: Standing | None) -> None:
    """Show the bars, and the same as a table for whoever would rather read."""
    bars = bars_of(days)
    total = sum((day.sums for day in days), Sums())
    tail = tail_of(view, forecast, today, len(bars))
    by_cost = total.cost_nanousd > 0
    spec = spec_of(bars, tail, budget) if by_cost else _minutes_spec(bars)
    key = f"usage.daily.{view.period.first}.{view.period.last}"

    def pressed() -> None:
        found = st.session_state[key].selection.selected
        numbers = [number for one in found for number in one.get("data_indices", ())]
        if numbers and numbers[0] < len(bars):
            open_bar(bars[numbers[0]])

    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Cost by day" if by_cost else "Minutes by day: all of it was free", anchor=False, width="content")
        st.caption("Press a bar to see its calls", width="content")
    st.echarts_chart(spec, height=330, key=key, on_select=pressed, alt=_alt(bars, view))
    with st.expander("The same as a table", icon=":material/table_rows:"):
        _as_table(view, bars)


def open_bar(bar: Bar) -> None:
    """Look at one day's calls, or at the days of a week or month."""
    if bar.first == bar.last:
        go(day=bar.first.isoformat())
    else:
        go(period=Preset.CUSTOM.value, day=None, **{"from": bar.first.isoformat(), "to": bar.last.isoformat()})


def spec_of(bars: Sequence[Bar], tail: Sequence[tuple[date, int]], budget: Standing | None) -> dict[str, Any]:
    """Return the chart of costs: a series for each kind that there is, the days ahead in grey, the budget as a line."""
    today_at = len(bars) - 1
    ahead = [f"{day.day} {day:%b}" for day, _ in tail[1:]]
    labels = [*(bar.label for bar in bars), *ahead]
    series = list[dict[str, Any]]()
    for kind in _KINDS:
        values = [getattr(bar.sums.cost, f"{kind}_nanousd") for bar in bars]
        if any(values):
            series.append(_bars(words.KINDS[kind].capitalize(), [*map(_usd, values), *([None] * len(ahead))]))
    if tail:
        to_come = max(0, tail[0][1] - bars[today_at].sums.cost_nanousd)
        values = [*([None] * today_at), _usd(to_come), *(_usd(amount) for _, amount in tail[1:])]
        series.append(_bars("Expected", values) | {"selectedMode": False, "itemStyle": _AHEAD})
    if series:
        series[-1]["itemStyle"] = series[-1].get("itemStyle", {}) | {"borderRadius": _ROUND}
    if (each := _each_day(budget)) is not None and len(bars) == sum(bar.first == bar.last for bar in bars):
        series.append(_line("Budget, spread evenly", [_usd(each)] * len(labels)))
    return _around(labels, series, "${value}", "dollar")


def _minutes_spec(bars: Sequence[Bar]) -> dict[str, Any]:
    series = [
        _bars("Minutes in", [round(bar.sums.minutes_in, 1) for bar in bars]),
        _bars("Minutes out", [round(bar.sums.minutes_out, 1) for bar in bars]),
    ]
    return _around([bar.label for bar in bars], series, "{value} min", "%.1f min")


def _around(labels: list[str], series: list[dict[str, Any]], on_axis: str, in_words: str) -> dict[str, Any]:
    return {
        "grid": {"left": 4, "right": 8, "top": 44, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": "center", "itemWidth": 18, "itemHeight": 11, "icon": "roundRect"},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "valueFormatter": in_words},
        "xAxis": {"type": "category", "data": labels, "axisTick": {"show": False}, "axisLabel": {"hideOverlap": True}},
        "yAxis": {
            "type": "value",
            "axisLabel": {"formatter": on_axis},
            "splitLine": {"lineStyle": {"type": "dashed", "opacity": 0.5}},
        },
        "series": series,
        "animationDuration": 300,
    }


def _bars(name: str, values: list[float | None]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "bar",
        "stack": "cost",
        "data": values,
        "barMaxWidth": 26,
        "barCategoryGap": "38%",
        "selectedMode": "single",
        "select": {"itemStyle": {"borderColor": "rgba(120,110,200,.9)", "borderWidth": 2}},
        "emphasis": {"focus": "none"},
    }


def _line(name: str, values: list[float]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "line",
        "data": values,
        "symbol": "none",
        "color": _BUDGET_COLOUR,
        "lineStyle": {"type": "dashed", "width": 1.5, "color": _BUDGET_COLOUR},
        "silent": True,
    }


def _alt(bars: Sequence[Bar], view: View) -> str:
    total = sum(bar.sums.cost_nanousd for bar in bars)
    highest = max(bars, key=lambda bar: bar.sums.cost_nanousd)
    when = words.period(highest.first, highest.last)
    return (
        f"Bars: what each day cost from {words.period(view.period.first, view.period.last)}, by kind. In all "
        f"{words.usd(total)}; most on {when}, {words.usd(highest.sums.cost_nanousd)}. The same stands in a table below."
    )


def _as_table(view: View, bars: Sequence[Bar]) -> None:
    by_id = {bar.first.isoformat(): bar for bar in bars}
    columns = [
        Column("Day"),
        Column("Cost", "number"),
        *(Column(words.KINDS[kind].capitalize(), "number") for kind in _KINDS[:4]),
        Column("In", "number"),
        Column("Out", "number"),
        Column("Calls", "number"),
    ]
    rows = [_row(bar) for bar in reversed(bars) if bar.sums.n_calls]
    table(
        "Days",
        columns,
        rows,
        key="usage.days",
        empty="Nothing was called in these days.",
        as_file=(view, "days"),
        on_pick=lambda first: open_bar(by_id[first]),
    )


def _row(bar: Bar) -> Row:
    sums, kinds = bar.sums, bar.sums.cost
    name = words.day(bar.first) if bar.first == bar.last else words.period(bar.first, bar.last)
    note = {"note": f"+ {words.many(sums.n_unknown, 'call')} unknown"} if sums.n_unknown else {}
    cells = (
        cell(name, bar.first.isoformat()),
        cell(words.usd(sums.cost_nanousd), sums.cost_nanousd, **note),
        *(
            cell(words.usd(amount), amount)
            for amount in (kinds.audio_in_nanousd, kinds.audio_out_nanousd, kinds.text_nanousd, kinds.cached_nanousd)
        ),
        cell(words.length(sums.minutes_in), sums.minutes_in),
        cell(words.length(sums.minutes_out), sums.minutes_out),
        cell(f"{sums.n_calls:,}", sums.n_calls),
    )
    return Row(bar.first.isoformat(), cells, press=f"See the calls of {name}")


def _begins(day: date, n_days: int) -> date:
    if n_days >= _MONTHS_FROM:
        return day.replace(day=1)
    return day - day.weekday() * _ONE if n_days >= _WEEKS_FROM else day


def _each_day(budget: Standing | None) -> int | None:
    if budget is None:
        return None
    n_days = {Every.DAY: 1, Every.WEEK: _DAYS_A_WEEK, Every.MONTH: _DAYS_A_MONTH}[budget.budget.period]
    return budget.budget.limit_nanousd // n_days


def _usd(nanousd: int) -> float:
    """Return dollars to be drawn; nothing is added up in them."""
    return round(nanousd / NANOUSD_PER_USD, 6)


_AHEAD: Final = {"color": _FORECAST_COLOUR, "opacity": 0.45}
