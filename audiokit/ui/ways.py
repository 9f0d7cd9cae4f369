"""The ways in which this page is used: to converse turn by turn, to talk live, or to make a prompt of what is said."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from audiokit.ui import actions

__all__ = ["Way", "send_as_turn", "show"]

_FIELD = "record.way"
_WAY = "way"  # stands in the address, so that a reload finds it again


class Way(StrEnum):
    """How the page is used."""

    CONVERSE = "converse"
    LIVE = "live"
    PROMPT = "prompt"


_NAMES = {
    Way.CONVERSE: ":material/forum: Converse",
    Way.LIVE: ":material/graphic_eq: Live",
    Way.PROMPT: ":material/edit_note: Voice to prompt",
}


def show() -> Way:
    """Let the person choose, and return what is chosen."""
    if _FIELD not in st.session_state:
        st.session_state[_FIELD] = _from_address()
    picked = st.segmented_control(
        "Way", list(Way), format_func=_NAMES.__getitem__, required=True, label_visibility="collapsed", key=_FIELD
    )
    chosen = picked or Way.CONVERSE
    if chosen is not Way.PROMPT:
        st.query_params.pop("prompt", None)
    if chosen is Way.CONVERSE:
        st.query_params.pop(_WAY, None)
    else:
        st.query_params[_WAY] = chosen.value
    return chosen


def send_as_turn(words: str) -> None:
    """Say a finished prompt in the conversation, and go there; for a button's callback."""
    st.session_state[_FIELD] = Way.CONVERSE
    actions.say(words)


def _from_address() -> Way:
    if "prompt" in st.query_params:
        return Way.PROMPT
    asked = st.query_params.get(_WAY)
    return next((way for way in Way if way.value == asked), Way.CONVERSE)
