"""Where a person speaks, types or uploads. What is recorded is kept before anything else happens to it."""

from __future__ import annotations

import streamlit as st

from audiokit.converse.conversation import Conversation, State
from audiokit.ui import actions, notices, state, widgets
from audiokit.ui.microphone import microphone
from audiokit.ui.privacy import consent

__all__ = ["show"]

_RATE_HZ = 24_000
_UPLOADS = ["wav", "mp3", "m4a", "mp4", "aac", "flac", "ogg", "oga", "opus", "webm", "aiff", "aif", "amr", "wma"]
_WAITING = {State.RECORDED, State.FAILED, State.SENDING}


def show(conversation: Conversation | None) -> None:
    """Show the composer, unless a turn is waiting to be sent or answered."""
    if conversation and any(turn.state in _WAITING for turn in conversation.turns):
        return
    with st.bottom:
        is_agreed = not consent.is_asked()
        if is_agreed:
            microphone(key="record.microphone")
        else:
            consent.show()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if is_agreed:
                _record()
                _upload()
            field = "record.words"
            st.chat_input(_placeholder(conversation), key=field, on_submit=actions.say, kwargs={"field": field})
        st.caption(notices.retention(state.studio(), state.person().id), text_alignment="center")


def _record() -> None:
    key = f"record.take.{len(state.record().taken)}"
    take = st.audio_input(
        "Record",
        sample_rate=_RATE_HZ,
        label_visibility="collapsed",
        width=380,
        key=key,
        on_change=actions.keep_take,
        args=(key,),
    )
    if take is not None:  # it could not be kept, or the recorder would be empty
        st.button("Keep it", icon=":material/save:", key=f"{key}.keep", on_click=actions.keep_take, args=(key,))


def _upload() -> None:
    key = f"record.upload.{len(state.record().taken)}"
    with st.popover("Upload", icon=":material/upload_file:"):
        st.file_uploader("A recording", type=_UPLOADS, key=key, on_change=actions.keep_upload, args=(key,))


def _placeholder(conversation: Conversation | None) -> str:
    """Return what stands on the text field, with the price of an answer."""
    return f"Or type · {widgets.price(state.outlook(conversation).quote)}"
