"""What a press of a button does. It runs before the page is drawn again: one run of the script shows the result.

An error of ours becomes the page's trouble, which the next run shows and forgets; every other one goes through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st

from audiokit.errors import AudiokitError, NotFound
from audiokit.ui import state, uploads

__all__ = [
    "begin_with",
    "branch",
    "carry_live",
    "choose",
    "choose_live",
    "compact",
    "discard",
    "keep_take",
    "keep_upload",
    "limit_live",
    "open_conversation",
    "remove",
    "rename",
    "say",
    "seek",
    "send",
    "show_all",
    "type_beside",
]

_MAY_BE_LEFT_OUT = {"instructions", "language", "model"}


def say(words: str | None = None, *, field: str | None = None) -> None:
    """Keep words, given or from a text field, and send them at once: the price stood beside them."""
    typed = words if field is None else st.session_state[field]
    if not typed:
        return
    with _told():
        converse, person = state.studio().converse, state.person()
        conversation_id = _conversation_id()
        turn = converse.keep_words(person.id, conversation_id, typed)
        state.record().awaited = converse.send(person.id, conversation_id, turn.id, home=st.context.timezone)


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
        uploads.let_go(take)


def keep_upload(uploader: str) -> None:
    """Keep an uploaded recording as a take; what is no sound is refused, and begins no conversation."""
    file: Any = st.session_state[uploader]
    if file is None or file.file_id in state.record().taken:
        return
    data = file.getvalue()
    state.record().taken.add(file.file_id)  # the person has the file still, whatever becomes of this
    uploads.let_go(file)
    with _told():
        converse = state.studio().converse
        with st.spinner("Listening to what you uploaded…"):  # an hour takes a quarter of a minute
            known = converse.look(state.record().options, data, whose=state.person().id)
        converse.keep_take(state.person().id, _conversation_id(), data, known)


def send(conversation_id: str, turn_id: str) -> None:
    """Send a turn that is kept."""
    with _told():
        converse, person = state.studio().converse, state.person()
        state.record().awaited = converse.send(person.id, conversation_id, turn_id, home=st.context.timezone)


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


def choose(conversation_id: str | None, option: str, *, field: str) -> None:
    """Take one of the :class:`Options` from its field, for the open conversation and for the next new one."""
    page, value = state.record(), st.session_state[field]
    if isinstance(value, str) and option in _MAY_BE_LEFT_OUT:
        value = value.strip() or None
    page.options = replace(page.options, **{option: value})
    if conversation_id is not None:
        with _told():
            state.studio().converse.change(state.person().id, conversation_id, **{option: value})


def choose_live(option: str, field: str) -> None:
    """Take one of the :class:`LiveOptions` from its field, for the next live session."""
    page, value = state.record(), st.session_state[field]
    with _told():
        changed: dict[str, Any] = {option: value or None}
        page.live = replace(page.live, **changed)
        if option == "preset":  # its own way of taking turns, and its own words
            page.live = replace(page.live, turn_taking=None, instructions=None)


def limit_live(field: str) -> None:
    """Take what a live session may cost, in dollars; 0 is no limit."""
    page = state.record()
    page.live = replace(page.live, budget_nanousd=round(st.session_state[field] * 1_000_000_000) or None)


def carry_live(field: str) -> None:
    """Take the way in which sound travels in a live session."""
    state.record().live_over_webrtc = st.session_state[field]


def type_beside(conversation_id: str, turn_id: str, *, field: str) -> None:
    """Keep the words that go along with a recording."""
    with _told():
        state.studio().converse.type_beside(state.person().id, conversation_id, turn_id, st.session_state[field])


def branch(conversation_id: str, turn_id: str) -> None:
    """Go on from a turn in another conversation."""
    with _told():
        state.record().show(state.studio().converse.branch(state.person().id, conversation_id, turn_id))


def compact(conversation_id: str) -> None:
    """Drop the old sound from what goes along."""
    with _told():
        state.studio().converse.compact(state.person().id, conversation_id)


def rename(conversation_id: str, *, field: str) -> None:
    """Give a conversation another title."""
    with _told():
        state.studio().converse.rename(state.person().id, conversation_id, st.session_state[field])


def seek(*, field: str) -> None:
    """Show only conversations in which these words occur."""
    state.record().sought = st.session_state[field]


def show_all(conversation_id: str) -> None:
    """Show every turn of a conversation."""
    state.record().shows_all = conversation_id


def _conversation_id() -> str:
    """Return the open conversation's id, or begin one, also where the open one was removed in another window."""
    page = state.record()
    if page.conversation_id is not None:
        try:
            return state.studio().converse.heading(state.person().id, page.conversation_id).id
        except NotFound:
            page.show(None)
    heading = state.studio().converse.start(state.person().id, page.options)
    page.show(heading.id)
    return heading.id


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except AudiokitError as error:
        state.record().trouble = str(error)
