"""What a page remembers between reruns, typed.

Never defined in a page script: there, each rerun would make another class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from audiokit.converse.conversation import Conversation, Heading, KeptTurn, Options
from audiokit.converse.outlook import Outlook
from audiokit.errors import NotFound
from audiokit.people.persons import Person
from audiokit.studio import Studio, shared_studio

__all__ = ["RecordPage", "conversation", "outlook", "person", "record", "studio"]

_CONVERSATION = "conversation"  # the one thing that stands in the address, so that a reload finds it again


@dataclass(slots=True)
class RecordPage:
    """What Record & Converse remembers of a visit.

    ``taken`` are the files that were kept: a browser tells of the same recording twice, if it is asked while its
    recorder is being replaced. ``trouble`` is a sentence on what went wrong at the last press of a button,
    until it has been shown.
    """

    taken: set[str] = field(default_factory=set)
    trouble: str | None = None
    awaited: str | None = None  # the reply asked for last: it is heard once it is drawn, however fast it was
    options: Options = field(default_factory=Options)  # of the next new conversation: those that were chosen last
    room_said: str = ""  # of the last measuring of the room
    room_failed: bool = False
    sought: str = ""  # among the conversations
    shows_all: str | None = None  # the conversation of which all turns are shown, not only the last

    @property
    def conversation_id(self) -> str | None:
        """The conversation that is open, from the address."""
        return st.query_params.get(_CONVERSATION)

    def show(self, conversation_id: str | None) -> None:
        """Open another conversation, or none, from the next rerun on."""
        if conversation_id is None:
            st.query_params.pop(_CONVERSATION, None)
        else:
            st.query_params[_CONVERSATION] = conversation_id


def studio() -> Studio:
    """Return the process's studio."""
    return shared_studio()


def person() -> Person:
    """Return who is here."""
    return studio().person()


def conversation(page: RecordPage) -> Conversation | None:
    """Return the conversation that is open, or None; one that is gone closes itself.

    Raises:
        NotFound: the address names a conversation that is not this person's, or was removed.
    """
    if page.conversation_id is None:
        return None
    try:
        return studio().converse.open(person().id, page.conversation_id)
    except NotFound:
        page.show(None)
        raise


def outlook(conversation: Conversation | None, new: KeptTurn | None = None) -> Outlook:
    """Return what the next turn would mean, also in a conversation that has not begun."""
    if conversation is None:
        nobody = Heading(id="", person_id="", title="", updated_at=datetime.now(UTC), options=record().options)
        conversation = Conversation(heading=nobody, turns=())
    return studio().converse.outlook(conversation, new)


def record() -> RecordPage:
    """Return what Record & Converse remembers of this visit."""
    page: RecordPage = st.session_state.setdefault("record", RecordPage())
    return page
