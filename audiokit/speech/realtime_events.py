"""What happens in a live session, as values. How it comes over the wire is in :mod:`audiokit.speech.realtime_fold`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audiokit.catalog.prices import Usage
from audiokit.speech.requests import ToolCall

__all__ = [
    "Called",
    "Closed",
    "Committed",
    "HeardWords",
    "LiveEvent",
    "Opened",
    "ReplyBegan",
    "ReplyEnded",
    "ReplyStatus",
    "SoundPiece",
    "SpeechBegan",
    "SpeechEnded",
    "Trouble",
    "Why",
    "WordPiece",
]


class ReplyStatus(StrEnum):
    """How a reply ended; the values are the wire's."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"  # the person spoke, or we asked for it
    INCOMPLETE = "incomplete"  # a limit, or the content filter
    FAILED = "failed"


class Why(StrEnum):
    """Why a session is over."""

    OURS = "ours"  # we closed it
    EXPIRED = "expired"  # it has lasted as long as a session may; a new one can begin
    DROPPED = "dropped"  # the connection broke; a new one can be tried
    REFUSED = "refused"  # a new one would end the same way


@dataclass(frozen=True, slots=True)
class Opened:
    """The session stands. ``expires_at`` is when the provider ends it, None where it does not say."""

    session_id: str | None
    model: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The person speaks: from ``at_ms`` of the sound that was sent on, what comes before the first word included."""

    item_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The person has stopped, at ``at_ms`` of the sound that was sent; the silence that showed it is included."""

    item_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Committed:
    """What the person said has become a turn."""

    item_id: str


@dataclass(frozen=True, slots=True)
class HeardWords:
    """What the person said, in words: pieces to be put together, then the whole with ``is_final``.

    ``failure`` is a sentence where it could not be written down.
    """

    item_id: str
    text: str
    is_final: bool
    usage: Usage | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyBegan:
    """The model has begun to answer."""

    response_id: str


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """The next piece of an answer's sound: PCM16, 24 kHz, mono."""

    item_id: str
    pcm16: bytes


@dataclass(frozen=True, slots=True)
class WordPiece:
    """The next words of an answer, with the spaces that belong to them. They run ahead of their sound."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """The model asks for a function; it waits for :meth:`Session.give`."""

    response_id: str
    call: ToolCall


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """Nothing more of this reply will come. ``usage`` None means the provider did not say.

    ``reason`` is the wire's word for why it was cut short, such as ``turn_detected`` or ``max_output_tokens``.
    """

    response_id: str
    items: tuple[str, ...]
    status: ReplyStatus
    usage: Usage | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """The provider complains. Unless ``is_fatal``, the session goes on; ``code`` is its word, for the log."""

    sentence: str
    is_fatal: bool
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over; always the last event."""

    reason: Why


LiveEvent = (
    Opened
    | SpeechBegan
    | SpeechEnded
    | Committed
    | HeardWords
    | ReplyBegan
    | SoundPiece
    | WordPiece
    | Called
    | ReplyEnded
    | Trouble
    | Closed
)
