"""The pill in the header of every page: what this person has spent, against the budget where there is one."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from audiokit.errors import AudiokitError
from audiokit.ui.usage import standing, style, words
from audiokit.ui.usage.visit import person_id, service
from audiokit.usage.budget import Standing
from audiokit.usage.reports import Period, Scope

__all__ = ["show"]

_COLOURS = {"ok": "gray", "warn": "orange", "over": "red"}
_ICONS = {"ok": ":material/savings:", "warn": ":material/warning:", "over": ":material/block:"}


def show(to: StreamlitPage) -> None:
    """Show it, leading to Usage & Cost; what is wrong with the ledger is for the page to say, not for the header."""
    try:
        label, icon, more = _said()
    except AudiokitError:
        return
    with st.container(key="budget-pill", width="content"):
        st.html(style.PILL)
        st.page_link(to, label=label, icon=icon, help=more)


def _said() -> tuple[str, str, str]:
    own = service().own_standings(person_id())
    if own:
        return _against(own[0])
    today = service().today()
    month = Period(today.replace(day=1), today)
    spent = service().view(person_id(), Scope(person_id=person_id()), month).tiles().now
    amount = words.usd(spent.cost_nanousd).replace("$", r"\$")
    unknown = f", and {words.many(spent.n_unknown, 'call')} of unknown cost" if spent.n_unknown else ""
    return f"{amount} this month", _ICONS["ok"], f"What you spent this month{unknown}. You have no budget of your own."


def _against(fullest: Standing) -> tuple[str, str, str]:
    level, said = standing.level(fullest), standing.said(fullest).replace("$", r"\$")
    used, _, _ = standing.said(fullest, with_share=False).replace("$", r"\$").partition(" this ")
    label = used.removesuffix(" today")
    coloured = label if level == "ok" else f":{_COLOURS[level]}[{label}]"
    return coloured, _ICONS[level], f"Your budget: {said}."
