"""Conversations and their turns, as values. :mod:`audiokit.converse.conversations` reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audiokit.catalog.models import Tier
from audiokit.errors import NotFound

__all__ = [
    "POINTS",
    "AnswerWith",
    "CallMade",
    "Conversation",
    "Heading",
    "KeptTurn",
    "Memory",
    "Options",
    "Speaker",
    "State",
    "Timing",
]

POINTS = 400
"""How many points of its waveform a turn keeps, for its player to draw."""


class Speaker(StrEnum):
    """Whose turn it is."""

    PERSON = "person"
    MODEL = "model"


class State(StrEnum):
    """How far a turn has come."""

    RECORDED = "recorded"  # kept, and not sent yet
    SENDING = "sending"  # on its way; for the model's turn: being spoken
    ANSWERED = "answered"
    FAILED = "failed"  # ``failure`` says why; it can be sent again
    UNUSABLE = "unusable"  # kept, and not worth sending: ``failure`` says why


class AnswerWith(StrEnum):
    """What the model is to answer with; sound always comes with its words."""

    SOUND = "sound"
    WORDS = "words"


class Memory(StrEnum):
    """How what was said goes along with the next turn, from the dearest to the cheapest."""

    VOICES = "voices"  # everything as sound, as far as there is sound
    BALANCED = "balanced"  # the model's own answers as sound while the provider has them, all else in words
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Timing:
    """A word, and when in the turn's sound it is said; ``is_joined``: it stands right behind the one before."""

    text: str
    start_s: float
    end_s: float
    is_joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """A function that the model had called for its answer, and what it was given back."""

    name: str
    arguments: str
    output: str
    failed: bool
    total_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """One side's contribution as it is kept. ``peaks`` draw the waveform, 0 to 1; None is unknown throughout.

    ``words`` are what was said, or typed where nothing was said; ``typed`` is what was typed beside a recording. Of a
    recording, ``sent_s`` is how much is sent once it is prepared, ``changes`` says what that does to it, and ``levels``
    how loud it is. ``in_words`` says that its sound is not sent along any more. ``timings`` and ``calls`` are of
    replies.
    """

    id: str
    conversation_id: str
    position: int
    speaker: Speaker
    state: State
    words: str | None
    clip_digest: str | None
    clip_media_type: str | None
    duration_s: float | None
    peaks: tuple[float, ...]
    audio_id: str | None
    audio_expires_at: datetime | None
    endpoint: str | None
    model: str | None
    first_sound_ms: int | None
    total_ms: int | None
    failure: str | None
    notes: tuple[str, ...]
    created_at: datetime
    sent_s: float | None
    changes: tuple[str, ...]
    typed: str | None
    timings: tuple[Timing, ...]
    calls: tuple[CallMade, ...]
    levels: dict[str, float | None] | None
    in_words: bool

    @property
    def said(self) -> str:
        """All words of the turn that are known: what was said, and what was typed beside it."""
        return "\n\n".join(filter(None, (self.words, self.typed)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a conversation is to go on; all of it can be changed between two turns.

    ``model`` is one that the person insists on, None leaves the choice to the catalog. ``instructions`` None are the
    usual ones. ``language`` is what is spoken to the person (ISO 639-1), None the language that they speak; with
    ``translates`` the model interprets and does not answer.
    """

    voice: str = "alloy"
    tier: Tier = Tier.FULL
    model: str | None = None
    instructions: str | None = None
    answer_with: AnswerWith = AnswerWith.SOUND
    language: str | None = None
    translates: bool = False
    memory: Memory = Memory.BALANCED
    uses_tools: bool = True

    @property
    def interprets(self) -> bool:
        """Whether what is said is to be translated, and not answered; there must be a language to translate into."""
        return self.translates and bool(self.language)

    @property
    def calls_tools(self) -> bool:
        """Whether functions are offered; an interpreter has no use for them."""
        return self.uses_tools and not self.interprets


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A conversation without its turns.

    ``digest`` is a summary of the turns up to position ``digest_until``, which goes along in their place.
    ``branched_from`` is the conversation that this one began as.
    """

    id: str
    person_id: str
    title: str
    updated_at: datetime
    options: Options
    branched_from: str | None = None
    digest: str | None = None
    digest_until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation with all its turns, in order."""

    heading: Heading
    turns: tuple[KeptTurn, ...]

    def turn(self, turn_id: str) -> KeptTurn:
        """Return one turn.

        Raises:
            NotFound: it is not in this conversation.
        """
        for turn in self.turns:
            if turn.id == turn_id:
                return turn
        raise NotFound("This turn is not here any more. Reload the page.")

    @property
    def answered(self) -> tuple[KeptTurn, ...]:
        """The turns that count: what was asked and answered."""
        return tuple(turn for turn in self.turns if turn.state is State.ANSWERED)
