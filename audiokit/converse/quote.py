"""What the next turn will cost, before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from audiokit.catalog.prices import Price, Usage, audio_in_tokens, audio_out_tokens, cost, text_tokens
from audiokit.speech.requests import ModelTurn, PersonTurn, Turn

__all__ = ["Quote", "quote"]

_FIRST_REPLY_S = 12.0  # what we expect of a reply before there was one
_WORDS_PER_SECOND = 2.5  # of the model's speech, for the text tokens beside the sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The parts of a price in nano-dollars; None where a price is not known."""

    speech_nanousd: int | None
    history_nanousd: int | None
    reply_nanousd: int | None
    words_nanousd: int | None

    @property
    def total_nanousd(self) -> int | None:
        """The sum, or None if any part is unknown."""
        parts = (self.speech_nanousd, self.history_nanousd, self.reply_nanousd, self.words_nanousd)
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None


def quote(
    *,
    price: Price | None,
    words_price: Price | None,
    new: PersonTurn | None,
    new_s: float,
    history: Iterable[tuple[Turn, float]],
    instructions: str,
    earlier_replies_s: tuple[float, ...],
) -> Quote:
    """Price a turn that is not sent yet.

    ``history`` pairs each earlier turn with its seconds; ``new_s`` is the length of the new recording, 0 if typed. The
    reply is expected to be as long as the earlier ones of this conversation.
    """
    reply_s = fmean(earlier_replies_s) if earlier_replies_s else _FIRST_REPLY_S
    written = text_tokens(instructions) + (text_tokens(new.words) if new and new.words else 0)
    sound = audio_in_tokens(new_s) if new_s else 0
    return Quote(
        speech_nanousd=_cost(price, _heard(sound=sound, text=written)),
        history_nanousd=_cost(price, _history(history)),
        reply_nanousd=_cost(price, _spoken(reply_s)),
        words_nanousd=_words(words_price, new_s),
    )


def _history(turns: Iterable[tuple[Turn, float]]) -> Usage:
    """An earlier answer passed back by its id is billed as input at its output rate, 20 tokens a second."""
    sound = text = 0
    for turn, seconds in turns:
        if isinstance(turn, ModelTurn) and turn.audio_id:
            sound += audio_out_tokens(seconds)
        elif isinstance(turn, PersonTurn) and turn.sound:
            sound += audio_in_tokens(seconds)
        text += text_tokens(turn.words or "")
    return _heard(sound=sound, text=text)


def _heard(*, sound: int, text: int) -> Usage:
    return Usage(audio_in_tokens=sound, text_in_tokens=text, cached_in_tokens=0, audio_out_tokens=0, text_out_tokens=0)


def _spoken(seconds: float) -> Usage:
    words = text_tokens("word " * round(seconds * _WORDS_PER_SECOND))
    return Usage(
        audio_in_tokens=0,
        text_in_tokens=0,
        cached_in_tokens=0,
        audio_out_tokens=audio_out_tokens(seconds),
        text_out_tokens=words,
    )


def _words(price: Price | None, seconds: float) -> int | None:
    """The price of writing down what was said; models billed by token count as many as they hear."""
    if not seconds:
        return 0
    by_token = Usage(
        audio_in_tokens=audio_in_tokens(seconds),
        text_in_tokens=0,
        cached_in_tokens=0,
        text_out_tokens=round(4 * seconds),
    )
    by_second = Usage(input_seconds=Decimal(str(round(seconds, 3))))
    return next((c for u in (by_second, by_token) if (c := _cost(price, u)) is not None), None)


def _cost(price: Price | None, usage: Usage) -> int | None:
    return None if price is None else cost(price, usage)
