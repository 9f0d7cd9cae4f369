"""Single calls: those of one day, those that were refused; and how fast and how sure answers were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from audiokit.ui.usage import words
from audiokit.ui.usage.table import Column, Row, cell, table
from audiokit.ui.usage.visit import go, service
from audiokit.usage.entries import Entry
from audiokit.usage.reports import Latency
from audiokit.usage.views import View

__all__ = ["of_day", "refused", "speed"]

_SHOWN, _SHOWN_REFUSED = 200, 20
_MANY_ERRORS = 0.05
_TIMED_ENOUGH = 20  # calls, for nineteen of twenty to mean something
_OUTCOMES = {"answered": "Answered", "failed": "Failed", "cut": "Broke off", "refused": "Refused"}


def of_day(view: View, day: date, people: Mapping[str, str]) -> None:
    """Show the calls of one day, newest first."""
    found = view.on(day).entries(limit=_SHOWN)
    title = f"Calls of {words.day(day, with_year=True)}"
    with st.container(border=True):
        st.button(
            "Close",
            icon=":material/close:",
            type="tertiary",
            key="usage.day.close",
            help="Close the calls of this day",
            on_click=_close,
        )
        columns = [Column("At"), Column("Page"), Column("Model"), Column("Sound", "number"), Column("Took", "number")]
        columns += [Column("Outcome"), Column("Cost", "number")]
        if people:
            columns.insert(1, Column("Person"))
        more = f"The last {_SHOWN}; all of them are in the file." if len(found) == _SHOWN else ""
        rows = [_call(one, people) for one in found]
        key = f"usage.day.{day}"
        table(title, columns, rows, key=key, empty="Nothing was called.", hint=more, as_file=(view.on(day), "calls"))


def _close() -> None:
    go(day=None)


def refused(view: View, people: Mapping[str, str]) -> None:
    """Show the last calls that were refused."""
    columns = [Column("When"), Column("Page"), Column("Model"), Column("Why")]
    if people:
        columns.insert(1, Column("Person"))
    rows = list[Row]()
    for one in view.refused(_SHOWN_REFUSED):
        who = (cell(people.get(one.person_id, one.person_id)),) if people else ()
        when = cell(words.moment(one.at, service().zone), one.at.isoformat())
        why = cell(words.why_refused(one.error), wide=True)
        rows.append(Row(one.id, (when, *who, cell(words.page_name(one.page)), cell(one.model_asked), why)))
    table(
        "Refused calls",
        columns,
        rows,
        key="usage.refused",
        empty="None in these days: every call was let through.",
        as_file=(view, "refused"),
    )


def speed(view: View) -> None:
    """Show how long answers took, and how many never came, by page and model."""
    columns = [
        Column("Model"),
        Column("Page"),
        Column("Calls", "number"),
        Column("First sound, p50", "number"),
        Column("p95", "number"),
        Column("Whole answer", "number"),
        Column("No answer", "number"),
    ]
    table(
        "Speed and errors",
        columns,
        [_latency(one) for one in view.latency()],
        key="usage.speed",
        empty="Nothing was called in these days.",
        hint="Half of all first sounds, or words where there is no sound, came sooner than the first figure (p50); "
        "one in twenty took longer than the second (p95).",
        as_file=(view, "latency"),
    )


def _latency(one: Latency) -> Row:
    share = one.sums.error_share or 0.0
    level = {"level": "over"} if share > _MANY_ERRORS else {}
    is_few = 0 < one.n_timed < _TIMED_ENOUGH
    few = {"note": f"of {words.many(one.n_timed, 'call')}"} if is_few else {}
    whole = "" if one.total_p95_ms is None else f"p95 {words.ms(one.total_p95_ms)}"
    cells = (
        cell(one.model),
        cell(words.page_name(one.page)),
        cell(f"{one.sums.n_calls:,}", one.sums.n_calls),
        cell(words.ms(one.first_p50_ms), one.first_p50_ms or 0, **few),
        cell(words.ms(one.first_p95_ms), one.first_p95_ms or 0),
        cell(words.ms(one.total_p50_ms), one.total_p50_ms or 0, note=whole or None),
        cell(words.percent(share) + (", high" if level else ""), share, **level),
    )
    return Row(f"{one.page}/{one.model}", cells)


def _call(one: Entry, people: Mapping[str, str]) -> Row:
    here = one.at.astimezone(service().zone)
    who = (cell(people.get(one.person_id, one.person_id)),) if people else ()
    minutes = ((one.input_ms or 0) - (one.history_in_ms or 0) + (one.output_ms or 0)) / 60_000
    outcome = "From what was at hand" if one.cached else _OUTCOMES[one.outcome]
    level = {} if one.outcome == "answered" else {"level": "over" if one.outcome == "failed" else "warn"}
    known = {} if one.cost_nanousd is not None else {"level": "quiet"}
    return Row(
        one.id,
        (
            cell(f"{here:%H:%M:%S}", one.at.isoformat()),
            *who,
            cell(words.page_name(one.page)),
            cell(one.model_asked),
            cell(words.length(minutes) if minutes else "–", minutes),  # noqa: RUF001 - a dash stands for nothing
            cell(words.ms(one.total_ms), one.total_ms),
            cell(outcome, **level),
            cell(words.usd(one.cost_nanousd), -1 if one.cost_nanousd is None else one.cost_nanousd, **known),
        ),
    )
