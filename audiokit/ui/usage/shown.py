"""The page put together: each number is asked for once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import streamlit as st

from audiokit.ui.usage import (
    banners,
    bill,
    budgets,
    calls,
    daily,
    empty,
    header,
    prices,
    repricing,
    share,
    sounds,
    standing,
    style,
    tiles,
    tops,
)
from audiokit.ui.usage.periods import Preset, period_of
from audiokit.ui.usage.visit import UsagePage, for_a_minute, may_see_all, person_id, service, view
from audiokit.usage.budget import Standing
from audiokit.usage.reports import Period, Tiles, Top
from audiokit.usage.savings import SavedByMini
from audiokit.usage.views import View

__all__ = ["show"]

_ALL_MODELS = 100
_TREND_DAYS = 60  # the line in a row is as wide as a thumb


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is looked at, and the numbers that several parts of the page show."""

    view: View
    tiles: Tiles
    standings: tuple[Standing, ...]
    models: tuple[Top, ...]
    people: Mapping[str, str]  # names by the id, where calls of several people are shown


def show(page: UsagePage) -> None:
    """Show what the address asks for."""
    style.show()
    asked = _asked(view(page))
    header.show(asked.view)
    with st.container():  # holds the places of what stands below, whether there is a notice or not
        banners.notices()
    if asked.tiles.now.n_calls:
        _numbers(page, asked)
    elif _was_ever_called(asked.view):
        empty.nothing_then(asked.view.period.first, asked.view.period.last)
    else:
        empty.never(service().today())
    with st.container(border=True):
        budgets.show(asked.view, asked.standings)
    if asked.models:
        with st.container(border=True):
            prices.show(asked.view, asked.models)
            if may_see_all():
                repricing.show(asked.view)
    if may_see_all():
        with st.container(border=True):
            bill.show(asked.view)


def _asked(looked_at: View) -> _Asked:
    is_of_many = may_see_all() and looked_at.scope.person_id is None
    return _Asked(
        view=looked_at,
        tiles=looked_at.tiles(),
        standings=service().standings(person_id()),
        models=looked_at.top("model", _ALL_MODELS),
        people=header.names("person") if is_of_many else {},
    )


def _numbers(page: UsagePage, asked: _Asked) -> None:
    looked_at, today = asked.view, service().today()
    days, forecast = looked_at.daily(), looked_at.forecast(today)
    budget = standing.for_scope(asked.standings, looked_at.scope)
    with st.container():
        banners.endings(for_a_minute(looked_at.scope, lambda: service().retiring(person_id(), looked_at.scope)))
    tiles.show(looked_at, asked.tiles, days, forecast, budget, _mini(asked))
    bars, ring = st.columns([2.25, 1])
    with bars, st.container(border=True, height="stretch"):
        daily.show(looked_at, days, forecast, today, budget)
    with ring, st.container(border=True, height="stretch"):
        share.show(asked.tiles.now)
    with st.container():
        if page.day is not None:
            calls.of_day(looked_at, page.day, asked.people)
    _tops(asked)
    with st.container(border=True):
        calls.speed(looked_at)
    with st.container(border=True):
        sounds.show(looked_at)
    with st.container(border=True):
        calls.refused(looked_at, asked.people)


def _mini(asked: _Asked) -> tuple[SavedByMini, SavedByMini]:
    """Return what the mini models saved, and what they had saved in the days before."""
    names, before = [top.name for top in asked.models], replace(asked.view, period=asked.view.period.before())
    return service().saved_by_mini(asked.view, names), service().saved_by_mini(before, names)


def _tops(asked: _Asked) -> None:
    with st.container():
        if asked.people:
            with st.container(border=True):
                tops.people(asked.view, asked.standings, lambda person: _costs_of(asked.view, person))
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        tops.models(asked.view, asked.models)
    with right, st.container(border=True, height="stretch"):
        tops.pages(asked.view)


def _costs_of(looked_at: View, person: str) -> list[int]:
    """Return what a person's days cost, for the trend in a row: the last sixty of those that are looked at."""
    last = looked_at.period.last
    first = max(looked_at.period.first, last - timedelta(days=_TREND_DAYS - 1))
    scope = replace(looked_at.scope, person_id=person)
    return [day.sums.cost_nanousd for day in replace(looked_at, scope=scope, period=Period(first, last)).daily()]


def _was_ever_called(looked_at: View) -> bool:
    year = replace(looked_at, period=period_of(Preset.YEAR, service().today()))
    return year.tiles().now.n_calls > 0
