"""The ways in which this page is used: to converse, or to make a prompt of what is said."""

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
    PROMPT = "prompt"


_NAMES = {
    Way.CONVERSE: ":material/forum: Converse",
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
    if chosen is Way.CONVERSE:
        st.query_params.pop(_WAY, None)
        st.query_params.pop("prompt", None)
    else:
        st.query_params[_WAY] = chosen.value
    return chosen


def send_as_turn(words: str) -> None:
    """Say a finished prompt in the conversation, and go there; for a button's callback."""
    st.session_state[_FIELD] = Way.CONVERSE
    actions.say(words)


def _from_address() -> Way:
    asked = st.query_params.get(_WAY)
    is_prompt = asked == Way.PROMPT.value or "prompt" in st.query_params
    return Way.PROMPT if is_prompt else Way.CONVERSE
