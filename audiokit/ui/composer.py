"""Where a person speaks, types or uploads. What is recorded is kept before anything else happens to it."""

from __future__ import annotations

import streamlit as st

from audiokit.converse.conversation import Conversation, State
from audiokit.ui import notices, state, widgets
from audiokit.ui.microphone import microphone

__all__ = ["say", "show"]

_RATE_HZ = 24_000
_UPLOADS = ["wav", "mp3", "m4a", "mp4", "aac", "flac", "ogg", "oga", "opus", "webm", "aiff", "aif", "amr", "wma"]
_WAITING = {State.RECORDED, State.FAILED, State.SENDING}


def show(conversation: Conversation | None) -> None:
    """Show the composer, unless a turn is waiting to be sent or answered."""
    if conversation and any(turn.state in _WAITING for turn in conversation.turns):
        return
    with st.bottom, notices.shown():
        microphone(key="record.microphone")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _record(conversation)
            _upload(conversation)
            if typed := st.chat_input(_placeholder(conversation), key="record.words"):
                say(conversation, typed)
        st.caption(notices.retention(state.studio()), text_alignment="center")


def say(conversation: Conversation | None, words: str) -> None:
    """Keep words and send them at once: the price stood beside them."""
    converse, person = state.studio().converse, state.person()
    conversation_id = _conversation_id(conversation)
    turn = converse.keep_words(person.id, conversation_id, words)
    converse.send(person.id, conversation_id, turn.id)
    st.rerun()


def _record(conversation: Conversation | None) -> None:
    page = state.record()
    key = f"record.take.{page.n_takes}"
    take = st.audio_input("Record", sample_rate=_RATE_HZ, label_visibility="collapsed", width=380, key=key)
    if take is not None:
        conversation_id = _conversation_id(conversation)
        state.studio().converse.keep_take(state.person().id, conversation_id, take.getvalue())
        page.n_takes += 1
        st.rerun()


def _upload(conversation: Conversation | None) -> None:
    page = state.record()
    with st.popover("Upload", icon=":material/upload_file:"):
        file = st.file_uploader("A recording", type=_UPLOADS, key=f"record.upload.{page.n_takes}")
        with notices.shown():
            if file is not None:
                data = file.getvalue()
                state.studio().converse.check_upload(data)
                conversation_id = _conversation_id(conversation)
                state.studio().converse.keep_take(state.person().id, conversation_id, data)
                page.n_takes += 1
                st.rerun()


def _conversation_id(conversation: Conversation | None) -> str:
    """Return the open conversation's id, or begin one: an empty one is never kept."""
    if conversation is not None:
        return conversation.heading.id
    page = state.record()
    heading = state.studio().converse.start(state.person().id, voice=page.voice, tier=page.tier)
    page.show(heading.id)
    return heading.id


def _placeholder(conversation: Conversation | None) -> str:
    """Return what stands on the text field, with the price of an answer."""
    converse, page = state.studio().converse, state.record()
    if conversation is None:
        quote = converse.quote(page.tier)
    else:
        quote = converse.quote(conversation.heading.tier, conversation.turns)
    return f"Or type a message · an answer: {widgets.price(quote)}"
