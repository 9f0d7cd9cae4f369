"""What a model is tried on: a person's own last inputs, and the request that each of them is for a model in a role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from audiokit.catalog.models import Provider, Role
from audiokit.catalog.roles import Choice
from audiokit.converse.conversation import Conversation, Heading, KeptTurn, Speaker
from audiokit.converse.conversations import Conversations
from audiokit.converse.instructions import instructions_for
from audiokit.speech.reading import read_by, voice_of
from audiokit.speech.requests import Converse, Heard, PersonTurn, Request, Speak, Transcribe

__all__ = ["TRIED_ROLES", "Input", "last_inputs", "request_for"]

_LISTENING: Final = frozenset({Role.CONVERSE, Role.JUDGE})
TRIED_ROLES: Final = frozenset({*_LISTENING, Role.TRANSCRIBE, Role.SPEAK, Role.WRITE})
"""Live talk and interpreting go over a connection of their own, and cannot be put side by side like this."""
_CONVERSATIONS: Final = 20
_Listen = Callable[[KeptTurn], Heard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One turn of a conversation, taken by itself: of the person's, or (to be read aloud) of the model's."""

    turn: KeptTurn
    heading: Heading

    @property
    def words(self) -> str:
        """What was said in it, as far as that is known."""
        return self.turn.said


def last_inputs(conversations: Conversations, person_id: str, role: Role, limit: int) -> tuple[Input, ...]:
    """Return the person's newest turns that a model in this role can be tried on, the newest first."""
    found: list[Input] = []
    for heading in conversations.headings(person_id, limit=_CONVERSATIONS):
        if len(found) >= limit:
            break
        found += _inputs(conversations.open(person_id, heading.id), role)
    return tuple(found[:limit])


def request_for(one: Input, choice: Choice, provider: Provider, listen: _Listen) -> Request:
    """Return what a model is asked for an input, without what was said before it.

    Raises:
        InputError: the recording cannot be sent.
    """
    turn, options, model = one.turn, one.heading.options, choice.model_name
    voice = voice_of(choice.model, provider, options.voice)
    match choice.role:
        case Role.TRANSCRIBE:
            return Transcribe(model=model, sound=listen(turn), language=None)
        case Role.SPEAK:
            return read_by(choice.model, model, provider, Speak(model=model, text=turn.said, voice=voice))
        case Role.WRITE:
            said, aloud = PersonTurn(words=turn.said), None
        case _:
            sound = listen(turn) if turn.clip_digest else None
            said, aloud = PersonTurn(words=turn.typed if sound else turn.said, sound=sound), voice
    return Converse(model=model, turns=(said,), instructions=instructions_for(one.heading), voice=aloud)


def _inputs(conversation: Conversation, role: Role) -> Iterator[Input]:
    for turn in reversed(conversation.answered):
        if _fits(turn, role):
            yield Input(turn=turn, heading=conversation.heading)


def _fits(turn: KeptTurn, role: Role) -> bool:
    if role is Role.SPEAK:
        return turn.speaker is Speaker.MODEL and bool(turn.said)
    if turn.speaker is not Speaker.PERSON:
        return False
    if role is Role.TRANSCRIBE:
        return turn.clip_digest is not None
    return bool(turn.said) or (role in _LISTENING and turn.clip_digest is not None)
