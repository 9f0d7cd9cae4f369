"""Does the ledger agree with the provider's bill? What was last found, and a button to look again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from audiokit.ui import widgets
from audiokit.ui.usage import words
from audiokit.ui.usage.table import Column, Row, cell, table
from audiokit.ui.usage.visit import person_id, service, told, visit
from audiokit.usage.drift import Drift
from audiokit.usage.reconcile import Agreement
from audiokit.usage.reports import Period
from audiokit.usage.views import View

__all__ = ["show"]

_HOW = """
The ledger can be held against OpenAI's own bill, each night and whenever you press a button here. For that it needs an
admin key, which is used for nothing else:

1. At OpenAI, under *Organization* and *Admin keys*, make one.
2. Set it as `OPENAI_ADMIN_KEY`, in the environment or in `.streamlit/secrets.toml`, and start again.
3. If others use the same account, name audiokit's project in `AUDIOKIT_BILL_PROJECT_ID`.
"""
_MOST_DAYS = 92
_FINE, _SO_SO = 0.01, 0.05
_SHOWN = 30


def show(view: View) -> None:
    """Show it for the days that are looked at, the last three months of them at most."""
    st.subheader("Does it agree with the bill?", anchor=False)
    if not service().reconciliation.is_possible:
        st.markdown(_HOW)
        return
    period = view.period
    days = Period(max(period.first, period.last - timedelta(days=_MOST_DAYS - 1)), period.last)
    found = service().agreement(person_id(), days)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(_summary(found), width="stretch")
        st.button("Check now", icon=":material/fact_check:", key="usage.bill.check", on_click=_check, args=(days,))
    if found.check is not None and found.check.trouble:
        st.warning(widgets.plain(found.check.trouble), icon=":material/error:")
    if differing := [one for one in found.drifts if not one.agrees]:
        _table(replace(view, period=days), differing)


def _check(days: Period) -> None:
    with told():
        service().check_bill(person_id(), days)
        visit().said = "The ledger was held against the bill."


def _summary(found: Agreement) -> str:
    if found.check is None:
        return "Nobody has looked yet. It is done each night, or now."
    looked = f":gray[Last looked {words.moment(found.check.at, service().zone)}.]"
    if found.share is None:
        return f"There is no bill for these days yet; it comes a day or two later. {looked}"
    colour = "green" if found.share <= _FINE else "orange" if found.share <= _SO_SO else "red"
    ledger, bill = (widgets.plain(words.usd(amount)) for amount in (found.ledger_nanousd, found.bill_nanousd))
    apart = "they agree" if not found.share else f"{words.percent(found.share)} apart"
    return f"Ledger **{ledger}**, bill **{bill}**: **:{colour}[{apart}]**. {looked}"


def _table(view: View, differing: list[Drift]) -> None:
    columns = [
        Column("Day"),
        Column("Model"),
        Column("Ledger", "number"),
        Column("Bill", "number"),
        Column("Likely cause"),
    ]
    rows = [_row(one) for one in differing[-_SHOWN:]]
    hint = "Days are those of the bill, in UTC."
    table("Where they differ", columns, rows, key="usage.bill", empty="", hint=hint, as_file=(view, "bill"))


def _row(one: Drift) -> Row:
    charged = one.sides.charged_nanousd
    causes = " ".join(cause.sentence for cause in one.causes)
    cells = (
        cell(words.day(one.day), one.day.isoformat()),
        cell(one.model),
        cell(words.usd(one.sides.booked.cost_nanousd), one.sides.booked.cost_nanousd),
        cell("not yet" if charged is None else words.usd(charged), -1 if charged is None else charged),
        cell(causes, wide=True),
    )
    return Row(f"{one.day}/{one.model}", cells)
