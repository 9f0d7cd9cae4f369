"""A voice before it is chosen: it says a sentence, which is paid for once and found again afterwards."""

from __future__ import annotations

import streamlit as st

from audiokit.summaries.making import SAMPLE
from audiokit.summaries.shape import Persona, Shape
from audiokit.ui.summaries import words
from audiokit.ui.summaries.actions import told
from audiokit.ui.summaries.visit import person_id, service, visit

__all__ = ["hear"]

_SAMPLE_S = 3.5


def hear(shape: Shape, number: int, persona: Persona, at: str) -> None:
    """Offer to hear a persona's voice, with the price; then play it."""
    page, which = visit(), f"{persona.voice}.{shape.tier.value}.{number}"
    cost = service().planner.for_person(person_id()).line_cost(shape, SAMPLE, _SAMPLE_S)
    st.button(
        "Hear",
        icon=":material/volume_up:",
        type="tertiary",
        help=f"Hear this voice say a sentence: {'price unknown' if cost is None else words.dollars(cost)}",
        key=f"summaries.hear.{at}.{number}",
        on_click=_say,
        args=(shape, number, which),
    )
    if page.heard is not None and page.heard[0] == which:
        st.audio(page.heard[1], autoplay=True, alt=f"How {persona.name} sounds", width=220)


def _say(shape: Shape, number: int, which: str) -> None:
    with told(), st.spinner("Speaking…"):
        visit().heard = (which, service().making.sample(person_id(), shape, number))
