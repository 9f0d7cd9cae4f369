"""What comes back, as values, and the one protocol that every layer of the speech stack satisfies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from audiokit.catalog.prices import Usage
from audiokit.speech.requests import Converse, Request, ToolCall

__all__ = ["Ending", "Event", "Reply", "SoundPiece", "Speech", "TimedText", "ToolCall", "WordPiece"]


class Ending(StrEnum):
    """How a reply ended."""

    WHOLE = "whole"
    LENGTH = "length"  # it hit the token limit: sound stops in mid-word
    CUT = "cut"  # the connection broke; this is what had arrived
    REFUSED = "refused"  # the model declined, in words
    WORDS_ONLY = "words_only"  # sound was asked for, words came


@dataclass(frozen=True, slots=True)
class TimedText:
    """A word or a segment of what was transcribed, and when it is said in the sound that was sent.

    Times are as reported: they may lie beyond the sound. ``speaker`` is the model's name for a voice, such as "A",
    which holds in one reply; None where it tells none. ``confidence`` is the recogniser's own, 0 to 1, None where it
    gives none.
    """

    text: str
    start_s: float
    end_s: float
    speaker: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model gave back for one request: words, sound, functions to call first, or several of these.

    ``sound`` is a WAV with true sizes, 24 kHz mono PCM16; None where there is none. ``usage`` None means the provider
    did not say. ``model`` is as reported; None where the endpoint reports none.

    ``why_cut`` is a sentence for the person where a budget left no room for a longer answer; its ending is ``LENGTH``.

    Of a transcription there are ``timed_words`` and ``timed_segments`` as far as the model tells them, in the order of
    the reply, and its ``language`` (ISO 639-1).
    """

    words: str
    ending: Ending = Ending.WHOLE
    why_cut: str | None = None
    sound: bytes | None = None
    sound_duration_s: float | None = None
    audio_id: str | None = None
    audio_expires_at: datetime | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    timed_words: tuple[TimedText, ...] = ()
    timed_segments: tuple[TimedText, ...] = ()
    language: str | None = None
    model: str | None = None
    usage: Usage | None = None
    request_id: str | None = None
    first_sound_ms: int | None = None
    total_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """The next piece of a growing reply: PCM16, 24 kHz, mono."""

    pcm16: bytes


@dataclass(frozen=True, slots=True)
class WordPiece:
    """The next words of a growing reply, with the spaces that belong to them."""

    text: str


Event = SoundPiece | WordPiece | Reply


class Speech(Protocol):
    """One way to have a request answered."""

    def reply(self, request: Request) -> Reply:
        """Send ``request`` once and wait for the whole reply.

        Raises:
            ProviderError: the only family that leaves here.
        """

    def stream(self, request: Converse) -> Iterator[Event]:
        """Send ``request`` once and yield sound and words as they come; the whole :class:`Reply` comes last.

        Raises:
            ProviderError: before the first event. A connection that breaks later ends in a reply that is ``CUT``.
        """
