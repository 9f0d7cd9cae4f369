"""Calls whose price was missing or wrong: what would change is shown first, then written as corrections."""

from __future__ import annotations

import streamlit as st

from audiokit.ui import widgets
from audiokit.ui.usage import words
from audiokit.ui.usage.table import Column, Row, cell, table
from audiokit.ui.usage.visit import person_id, service, told, visit
from audiokit.usage.repricing import Difference, Totals
from audiokit.usage.views import View

__all__ = ["show"]

_SHOWN = 20


def show(view: View) -> None:
    """Offer to look for such calls among those that are looked at; then show what was found."""
    found = visit().mispriced
    if found is None:
        st.button(
            "Check past costs against the prices",
            icon=":material/price_check:",
            key="usage.reprice.look",
            help="A price that was missing or wrong when a call was made may be known by now",
            on_click=_look,
            args=(view,),
        )
        return
    if not found:
        st.markdown(
            ":material/check_circle: Every call of these days costs what the prices say, as far as they are known."
        )
        st.button("Well then", key="usage.reprice.close", on_click=_close)
        return
    totals = Totals.of(found)
    known = f"; the cost of {words.many(totals.n_unknown, 'call')} was not known until now" if totals.n_unknown else ""
    sign = "more" if totals.nanousd >= 0 else "less"
    amount = widgets.plain(words.usd(abs(totals.nanousd)))
    st.markdown(f"**{words.many(totals.n_calls, 'call')}** would cost **{amount} {sign}** in all{known}.")
    _table(found)
    with st.container(horizontal=True):
        st.button("Write the corrections", type="primary", key="usage.reprice.write", on_click=_write)
        st.button("Leave it", key="usage.reprice.close", on_click=_close)


def _look(view: View) -> None:
    with told():
        visit().mispriced = service().mispriced(person_id(), view.scope, view.period)


def _write() -> None:
    with told():
        totals = service().reprice(person_id(), visit().mispriced or ())
        visit().said = f"{words.many(totals.n_calls, 'correction')} written; the entries themselves stay as they were."
    _close()


def _close() -> None:
    visit().mispriced = None


def _table(found: tuple[Difference, ...]) -> None:
    columns = [Column("When"), Column("Model"), Column("Was", "number"), Column("By the price", "number")]
    table(
        "What would change",
        columns,
        [_row(one) for one in found[:_SHOWN]],
        key="usage.reprice",
        empty="",
        hint=f"The newest {_SHOWN}." if len(found) > _SHOWN else "",
    )


def _row(one: Difference) -> Row:
    call, cost = one.call, one.cost.total_nanousd
    was = -1 if call.cost_nanousd is None else call.cost_nanousd
    cells = (
        cell(words.moment(call.at, service().zone), call.at.isoformat()),
        cell(call.model_asked),
        cell(words.usd(call.cost_nanousd), was),
        cell(words.usd(cost), cost),
    )
    return Row(call.id, cells)
