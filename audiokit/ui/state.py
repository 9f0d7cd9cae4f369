"""What a page remembers between reruns, typed.

Never defined in a page script: there, each rerun would make another class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from audiokit.converse.conversation import Conversation, Heading, KeptTurn, Options
from audiokit.converse.live import LiveOptions
from audiokit.converse.outlook import Outlook
from audiokit.errors import NotFound
from audiokit.people.persons import Person
from audiokit.settings import Mode
from audiokit.studio import Studio, shared_studio
from audiokit.ui.account.visitor import signed_in

__all__ = ["RecordPage", "conversation", "costs", "outlook", "person", "record", "studio"]

_PAGE = "record"
_CONVERSATION = "conversation"  # the one thing that stands in the address, so that a reload finds it again


@dataclass(slots=True)
class _WorkedOut:
    """What several parts of the page want to know of a conversation as it was read for one run: worked out once."""

    conversation: Conversation
    outlook: Outlook | None = None
    costs: dict[str, int | None] | None = None


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
    live: LiveOptions = field(default_factory=LiveOptions)  # of the next live session
    live_over_webrtc: bool = False
    live_begun: str | None = None  # the conversation that was begun to talk in, and has no turns yet
    room_said: str = ""  # of the last measuring of the room
    room_failed: bool = False
    sought: str = ""  # among the conversations
    shows_all: str | None = None  # the conversation of which all turns are shown, not only the last
    visitor: tuple[Studio, Person] | None = None  # who is here, and as whose visitor
    worked_out: _WorkedOut | None = None

    @property
    def conversation_id(self) -> str | None:
        """The conversation that is open, from the address."""
        return st.query_params.get(_CONVERSATION)

    def show(self, conversation_id: str | None) -> None:
        """Open another conversation, or none, from the next rerun on."""
        self.live_begun = None
        if conversation_id is None:
            st.query_params.pop(_CONVERSATION, None)
        else:
            st.query_params[_CONVERSATION] = conversation_id


def studio() -> Studio:
    """Return the process's studio."""
    return shared_studio()


def person() -> Person:
    """Return who is here, who stays the same for a whole visit.

    Raises:
        NotAllowed: people sign in here, and this one has not, or may not come in any more.
    """
    opened = studio()
    if opened.settings.mode is Mode.OIDC:
        return signed_in(opened)
    page = record()
    if page.visitor is None or page.visitor[0] is not opened:
        page.visitor = opened, opened.person()
    return page.visitor[1]


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


def begun_for_live(page: RecordPage) -> Conversation:
    """Return a conversation to talk in: the one that was begun for it, or another; without turns none is listed."""
    converse, visitor = studio().converse, person()
    try:
        begun = converse.open(visitor.id, page.live_begun) if page.live_begun else None
    except NotFound:
        begun = None
    if begun is None:
        begun = converse.open(visitor.id, converse.start(visitor.id, page.options).id)
        page.live_begun = begun.heading.id
    elif begun.turns:
        page.show(begun.heading.id)
    return begun


def outlook(conversation: Conversation | None, new: KeptTurn | None = None) -> Outlook:
    """Return what the next turn would mean, also in a conversation that has not begun."""
    if conversation is None:
        nobody = Heading(id="", person_id=person().id, title="", updated_at=datetime.now(UTC), options=record().options)
        return studio().converse.outlook(Conversation(heading=nobody, turns=()), new)
    if new is not None:
        return studio().converse.outlook(conversation, new)
    known = _worked_out(conversation)
    if known.outlook is None:
        known.outlook = studio().converse.outlook(conversation)
    return known.outlook


def costs(conversation: Conversation) -> dict[str, int | None]:
    """Return what each turn of the person's has cost by its id; None where a part of it is unknown."""
    known = _worked_out(conversation)
    if known.costs is None:
        known.costs = studio().converse.costs(person().id, conversation.heading.id)
    return known.costs


def _worked_out(conversation: Conversation) -> _WorkedOut:
    """Return what is known of this very reading of a conversation: each run of the page reads it anew."""
    page = record()
    if page.worked_out is None or page.worked_out.conversation is not conversation:
        page.worked_out = _WorkedOut(conversation)
    return page.worked_out


def record() -> RecordPage:
    """Return what Record & Converse remembers of this visit."""
    if _PAGE not in st.session_state:
        options = Options(uses_tools=studio().converse.calls_while_speaking())
        st.session_state[_PAGE] = RecordPage(options=options)
    page: RecordPage = st.session_state[_PAGE]
    return page
