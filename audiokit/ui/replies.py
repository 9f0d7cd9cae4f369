"""An answer while it comes: the functions it had called, its words as they are written, and a look at its end."""

from __future__ import annotations

import time
from collections.abc import Iterator

import streamlit as st

from audiokit.converse.conversation import KeptTurn
from audiokit.errors import AudiokitError
from audiokit.speech.growing import Growing
from audiokit.ui import state, widgets

__all__ = ["calls", "stream_words", "watch"]

_LOOK_S = 0.05
_ARGUMENTS = 60  # characters of them in the folded row


def calls(turn: KeptTurn) -> None:
    """Show each call as a folded row: what was called, how it went; inside, what went in and came out."""
    for call in turn.calls:
        icon = ":material/error:" if call.failed else ":material/build:"
        given = call.arguments if len(call.arguments) <= _ARGUMENTS else f"{call.arguments[:_ARGUMENTS]}…"
        with st.expander(f"**{widgets.plain(call.name)}** {widgets.plain(given)} · {call.total_ms} ms", icon=icon):
            st.code(call.arguments, language="json", wrap_lines=True)
            st.code(call.output, language=None, wrap_lines=True)


@st.fragment(run_every=1.0)
def watch(conversation_id: str, reply: KeptTurn) -> None:
    """Look, while a reply is being spoken, whether it is there, has failed or has called something new.

    The player usually tells sooner that it is there.
    """
    try:
        converse, n_calls = state.studio().converse, len(reply.calls)
        has_moved_on = converse.has_moved_on(state.person().id, conversation_id, reply.id, n_calls=n_calls)
    except AudiokitError:
        has_moved_on = True  # the page says what is wrong when it is drawn again
    if has_moved_on:
        st.rerun()


@st.fragment
def stream_words(conversation_id: str, reply: KeptTurn) -> None:
    """Show an answer in words as it is written, then the page with what is known in the end."""
    growing = state.studio().growing(reply.id)
    if growing is None:
        watch(conversation_id, reply)
        return
    with st.empty():
        st.markdown(":material/more_horiz: Writing")
        written = ""
        for words in _as_written(growing):
            written += words
            st.markdown(widgets.plain(written))
    st.rerun()


def _as_written(growing: Growing) -> Iterator[str]:
    given = 0
    while True:
        over, words = growing.ended, growing.words
        if len(words) > given:
            yield words[given:]
            given = len(words)
        elif over:
            return
        else:
            time.sleep(_LOOK_S)  # another thread writes; a fragment may only look
