"""Five figures with their trend: spent, expected, said and heard, saved, and what a minute costs."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from audiokit.money import NANOUSD_PER_USD
from audiokit.ui.usage import standing, words
from audiokit.usage.budget import Standing
from audiokit.usage.reports import Day, Forecast, Sums, Tiles
from audiokit.usage.savings import SavedByMini
from audiokit.usage.views import View

__all__ = ["show"]

_MOST_POINTS = 60  # of a trend, which is as wide as a thumb


def show(
    view: View,
    tiles: Tiles,
    days: Sequence[Day],
    forecast: Forecast,
    budget: Standing | None,
    mini: tuple[SavedByMini, SavedByMini],
) -> None:
    """Show the tiles of what is looked at; ``mini`` is what its models saved, now and in the days before."""
    now, before = tiles.now, tiles.before
    against = f"vs {words.many(view.period.n_days, 'day')} before"
    with st.container(key="usage-tiles"):
        with st.container(border=True, height="stretch", gap="small"):
            _spent(now, before, against, days, budget)
        with st.container(border=True, height="stretch", gap="small"):
            _expected(forecast)
        with st.container(border=True, height="stretch", gap="small"):
            _said(now, before, against, days)
        with st.container(border=True, height="stretch", gap="small"):
            _saved(now, before, against, days, mini)
        with st.container(border=True, height="stretch", gap="small"):
            _per_minute(now, before, against, days)


def unknown(sums: Sums) -> str:
    """Return what an amount leaves out, as the end of a sentence; nothing where it leaves nothing out."""
    return f"and {words.many(sums.n_unknown, 'call')} whose cost is not known" if sums.n_unknown else ""


def _spent(now: Sums, before: Sums, against: str, days: Sequence[Day], budget: Standing | None) -> None:
    st.metric(
        "Spent",
        words.usd(now.cost_nanousd),
        words.change(now.cost_nanousd, before.cost_nanousd),
        delta_color="inverse",
        delta_description=against,
        chart_data=_trend([day.sums.cost_nanousd / NANOUSD_PER_USD for day in days]),
        chart_type="area",
    )
    _note(unknown(now), above="" if budget is None else standing.bar(budget))


def _expected(forecast: Forecast) -> None:
    ends_on = forecast.days[-1][0]
    label = f"Expected by {ends_on.day} {ends_on:%b}"
    why = "What is spent this month, and for each day left what such a weekday costs lately."
    if forecast.n_days == 0:
        st.metric(label, "–", help=why)  # noqa: RUF001 - a dash stands for nothing
        _note("Too early to tell: it needs a whole day to go by.")
        return
    so_far = forecast.spent_nanousd
    sums, values = so_far, list[float]()
    for number, (_, amount) in enumerate(forecast.days):
        sums += amount if number else 0
        values.append(sums / NANOUSD_PER_USD)
    st.metric(label, words.usd(forecast.month_end_nanousd), help=why, chart_data=_trend(values), chart_type="line")
    _note(f"likely {words.usd(forecast.low_nanousd)} to {words.usd(forecast.high_nanousd)}")


def _said(now: Sums, before: Sums, against: str, days: Sequence[Day]) -> None:
    total, total_before = now.minutes_in + now.minutes_out, before.minutes_in + before.minutes_out
    st.metric(
        "Sound in · out",
        f"{words.length(now.minutes_in)} · {words.length(now.minutes_out)}",
        words.change(total, total_before),
        delta_color="off",
        delta_description=against,
        help="What was newly said to models, and what they said. What was sent again as history is not counted twice.",
        chart_data=_trend([day.sums.minutes_in + day.sums.minutes_out for day in days]),
        chart_type="bar",
    )
    failed = f", {now.n_failed + now.n_refused:,} without an answer" if now.n_failed + now.n_refused else ""
    _note(f"{words.many(now.n_calls, 'call')}{failed}")


def _saved(now: Sums, before: Sums, against: str, days: Sequence[Day], mini: tuple[SavedByMini, SavedByMini]) -> None:
    by_mini, by_mini_before = mini
    total, total_before = now.all_saved_nanousd + by_mini.nanousd, before.all_saved_nanousd + by_mini_before.nanousd
    by_day = [day.sums.all_saved_nanousd + by_mini.by_day.get(day.day, 0) for day in days]
    st.metric(
        "Saved",
        words.usd(total),
        words.change(total, total_before),
        delta_description=against,
        help="What answers would have cost that were at hand already, and what the full model would have cost for the "
        "same tokens where the mini one was asked; what the silence would have cost that was cut from recordings "
        "before they were sent, and conversations as they were before they were compacted. It is at least so much: of "
        "live talks, and of calls before this was written down, nobody knows the last two.",
        chart_data=_trend([amount / NANOUSD_PER_USD for amount in by_day]),
        chart_type="bar",
    )
    at_hand = f"{words.usd(now.saved_nanousd)} by {words.many(now.n_cached, 'answer')} at hand"
    unknown = f"; of {words.many(by_mini.n_unknown, 'call')} of it not known" if by_mini.n_unknown else ""
    _lines(at_hand, f"{words.usd(by_mini.nanousd)} by the mini model{unknown}", _less_sent(now))


def _less_sent(now: Sums) -> str:
    """Return what was saved by sending less, in a line."""
    parts = {"silence left out": now.saved_silence_nanousd, "compacted history": now.saved_history_nanousd}
    known = [f"{words.usd(amount)} by {what}" for what, amount in parts.items() if amount is not None]
    unknown = " and ".join(what for what, amount in parts.items() if amount is None)
    return ", ".join([*known, *([f"{unknown}: unknown"] if unknown else [])])


def _per_minute(now: Sums, before: Sums, against: str, days: Sequence[Day]) -> None:
    each, each_before = _known_per_minute(now), _known_per_minute(before)
    known = [_known_per_minute(day.sums) for day in days]
    at_least = "≥ " if now.n_unknown else ""
    st.metric(
        "Cost per minute",
        "–" if each is None else f"{at_least}{words.usd(each)}",  # noqa: RUF001 - a dash stands for nothing
        words.change(each, each_before) if each is not None and each_before else None,
        delta_color="inverse",
        delta_description=against,
        help="All known costs over all minutes, in and out; calls of text alone count as well.",
        chart_data=_trend([cost / NANOUSD_PER_USD for cost in known if cost is not None]),
        chart_type="line",
    )
    _note(unknown(now) if at_least else "of sound, in and out")


def _known_per_minute(sums: Sums) -> int | None:
    """Return what a minute cost at least; None without a minute."""
    minutes = sums.minutes_in + sums.minutes_out
    return round(sums.cost_nanousd / minutes) if minutes > 0 else None


def _note(text: str, *, above: str = "") -> None:
    if above or text:
        st.html(f"<div class='usage-note'>{above}{escape(text)}</div>")


def _lines(*said: str) -> None:
    items = "".join(f"<li>{escape(one)}</li>" for one in said)
    st.html(f"<ul class='usage-note'>{items}</ul>")


def _trend(values: Sequence[float]) -> list[float] | None:
    """Return what a trend is drawn from, by the mean of days that fall together; None without two of them."""
    if len(values) < 2 or not any(values):
        return None
    width = -(-len(values) // _MOST_POINTS)
    parts = [values[start : start + width] for start in range(0, len(values), width)]
    return [sum(part) / len(part) for part in parts]
