"""What the next turn will cost, before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from audiokit.catalog.prices import Price, Usage, audio_in_tokens, audio_out_tokens, text_tokens
from audiokit.converse.history import Carried, tokens
from audiokit.speech.estimate import priced, writing_down

__all__ = ["Expected", "Quote", "quote"]

_FIRST_REPLY_S = 12.0  # what we expect of a reply before there was one
_WORDS_PER_SECOND = 2.5  # of the model's speech, for the text tokens beside the sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The parts of a price in nano-dollars; None where a price is not known.

    ``speech_nanousd`` is the new turn with the instructions, ``history_nanousd`` what goes along of the conversation,
    ``reply_nanousd`` the expected answer, ``words_nanousd`` writing down what was said, ``tools_nanousd`` offering
    functions; a call of one costs about as much again.
    """

    speech_nanousd: int | None
    history_nanousd: int | None
    reply_nanousd: int | None
    words_nanousd: int | None
    tools_nanousd: int | None = 0

    @property
    def total_nanousd(self) -> int | None:
        """The sum, or None if any part is unknown."""
        spoken = (self.speech_nanousd, self.history_nanousd, self.reply_nanousd)
        parts = (*spoken, self.words_nanousd, self.tools_nanousd)
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The turn to come: seconds of the new recording (0 if typed), its words, and what an answer is expected to be.

    ``recording_s`` None: nobody has measured it yet. ``is_written_down``: what is said in it is known since an earlier
    try. ``earlier_replies_s`` are how long the answers of this conversation were; the next is taken to be as long.
    """

    recording_s: float | None
    words: str
    instructions: str
    earlier_replies_s: tuple[float, ...]
    answers_aloud: bool
    is_written_down: bool = False

    @property
    def reply_s(self) -> float:
        """How long the answer would take to say."""
        return fmean(self.earlier_replies_s) if self.earlier_replies_s else _FIRST_REPLY_S


def quote(expected: Expected, history: Iterable[Carried], *, price: Price | None, words_price: Price | None) -> Quote:
    """Price a turn that is not sent yet, at the price of the model that will answer and of the one that writes down."""
    written = text_tokens(expected.instructions) + (text_tokens(expected.words) if expected.words else 0)
    sound, text = tokens(history)
    seconds = expected.recording_s
    return Quote(
        speech_nanousd=None if seconds is None else priced(price, _heard(sound=audio_in_tokens(seconds), text=written)),
        history_nanousd=priced(price, _heard(sound=sound, text=text)),
        reply_nanousd=priced(price, _answered(expected)),
        words_nanousd=_words(words_price, 0.0 if expected.is_written_down else seconds),
    )


def _heard(*, sound: int, text: int) -> Usage:
    return Usage(audio_in_tokens=sound, text_in_tokens=text, cached_in_tokens=0, audio_out_tokens=0, text_out_tokens=0)


def _answered(expected: Expected) -> Usage:
    return Usage(
        audio_in_tokens=0,
        text_in_tokens=0,
        cached_in_tokens=0,
        audio_out_tokens=audio_out_tokens(expected.reply_s) if expected.answers_aloud else 0,
        text_out_tokens=text_tokens("word " * round(expected.reply_s * _WORDS_PER_SECOND)),
    )


def _words(price: Price | None, seconds: float | None) -> int | None:
    """The price of writing down what was said."""
    if seconds is None:
        return None
    return writing_down(seconds, price) if seconds else 0
