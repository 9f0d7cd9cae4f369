"""What a press of a button does. It runs before the page is drawn again: one run of the script shows the result.

An error of ours becomes the page's trouble, which the next run shows and forgets; every other one goes through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from audiokit.catalog.models import Tier
from audiokit.errors import AudiokitError, NotFound
from audiokit.ui import state

__all__ = [
    "begin_with",
    "change_voice",
    "discard",
    "keep_take",
    "keep_upload",
    "open_conversation",
    "remove",
    "say",
    "send",
]


def say(words: str | None = None, *, field: str | None = None) -> None:
    """Keep words, given or from a text field, and send them at once: the price stood beside them."""
    typed = words if field is None else st.session_state[field]
    if not typed:
        return
    with _told():
        converse, person = state.studio().converse, state.person()
        conversation_id = _conversation_id()
        turn = converse.keep_words(person.id, conversation_id, typed)
        state.record().awaited = converse.send(person.id, conversation_id, turn.id)


def begin_with(words: str) -> None:
    """Ask an example, which begins the conversation; the second press of a double click finds it begun."""
    with _told():
        if not state.studio().converse.open(state.person().id, _conversation_id()).turns:
            say(words)


def keep_take(recorder: str) -> None:
    """Keep what was recorded, before anything else is done with it, and empty the recorder."""
    take: Any = st.session_state[recorder]
    if take is None or take.file_id in state.record().taken:
        return
    with _told():
        state.studio().converse.keep_take(state.person().id, _conversation_id(), take.getvalue())
        state.record().taken.add(take.file_id)


def keep_upload(uploader: str) -> None:
    """Keep an uploaded recording as a take; what is no sound is refused, and begins no conversation."""
    file: Any = st.session_state[uploader]
    if file is None or file.file_id in state.record().taken:
        return
    data = file.getvalue()
    state.record().taken.add(file.file_id)  # the person has the file still, whatever becomes of this
    with _told():
        converse = state.studio().converse
        with st.spinner("Listening to what you uploaded…"):  # an hour takes a quarter of a minute
            known = converse.look(state.record().tier, data)
        converse.keep_take(state.person().id, _conversation_id(), data, known)


def send(conversation_id: str, turn_id: str) -> None:
    """Send a turn that is kept."""
    with _told():
        state.record().awaited = state.studio().converse.send(state.person().id, conversation_id, turn_id)


def discard(conversation_id: str, turn_id: str) -> None:
    """Remove a turn that was not answered, with its recording."""
    with _told():
        state.studio().converse.discard(state.person().id, conversation_id, turn_id)


def open_conversation(conversation_id: str | None) -> None:
    """Open another conversation, or an empty page for a new one."""
    state.record().show(conversation_id)


def remove(conversation_id: str) -> None:
    """Remove a conversation with its recordings."""
    with _told():
        state.studio().converse.remove(state.person().id, conversation_id)
        state.record().show(None)


def change_voice(conversation_id: str | None, *, tier_key: str, voice_key: str) -> None:
    """Take the voice and the tier from their pickers, for the open conversation and for the next new one."""
    page, tier = state.record(), Tier(st.session_state[tier_key])
    page.tier, page.voice = tier, st.session_state.get(voice_key, page.voice)
    if conversation_id is not None:
        with _told():
            studio, person = state.studio(), state.person()
            studio.converse.speak_as(person.id, conversation_id, voice=page.voice, tier=tier)


def _conversation_id() -> str:
    """Return the open conversation's id, or begin one, also where the open one was removed in another window."""
    page = state.record()
    if page.conversation_id is not None:
        try:
            return state.studio().converse.open(state.person().id, page.conversation_id).heading.id
        except NotFound:
            page.show(None)
    heading = state.studio().converse.start(state.person().id, voice=page.voice, tier=page.tier)
    page.show(heading.id)
    return heading.id


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except AudiokitError as error:
        state.record().trouble = str(error)
