"""The script before its sound is paid for: the table, what stands out in it, and the price of the rest."""

from __future__ import annotations

import streamlit as st

from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.ui.summaries import actions, shaping, words
from audiokit.ui.summaries.editor import editor
from audiokit.ui.summaries.visit import service

__all__ = ["show"]


def show(programme: KeptProgramme) -> None:
    """Show what the rest costs, then the script."""
    _order(programme)
    if programme.money.cap_nanousd is not None:
        shaping.limit(programme)
    _standing_out(programme)
    editor(programme, key=f"summaries.script.{programme.id}")


def _order(programme: KeptProgramme) -> None:
    quote, n_left = service().planner.quote(programme), sum(kept.is_to_speak for kept in programme.lines)
    with st.container(horizontal=True, vertical_alignment="center"):
        to_pay = f"{n_left} lines to speak · **{words.span(quote)}**" if n_left else "every line is spoken"
        st.markdown(f"about **{words.length(quote.minutes)}** · {quote.n_words} words · {to_pay}")
        if not programme.lines or (not n_left and programme.state is Progress.MADE):
            return
        st.button(
            f"Generate sound · {words.on_button(quote)}" if n_left else "Join the lines into one recording · free",
            type="secondary" if programme.can_go_on else "primary",  # to go on is nearer then
            icon=":material/graphic_eq:",
            help="Only lines without sound are spoken and paid for." if programme.n_spoken else None,
            key="summaries.speak",
            on_click=actions.speak,
            args=(programme.id,),
        )


def _standing_out(programme: KeptProgramme) -> None:
    """Say how many lines nothing supports, before they cost anything."""
    without = [kept for kept in programme.lines if not kept.line.support]
    if programme.sources and without:
        one = len(without) == 1
        st.caption(
            f":material/warning: {len(without)} of {len(programme.lines)} lines "
            f"{'has' if one else 'have'} no passage in the documents behind {'it' if one else 'them'}. "
            "They are marked: greetings may be fine, claims may be not."
        )
