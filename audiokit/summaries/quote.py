"""What a programme will cost, from its words and this installation's own experience; before anything is paid for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from audiokit.catalog.prices import Price, Usage, audio_out_tokens, text_tokens
from audiokit.speech.estimate import priced

__all__ = ["Quote", "Writing", "in_total", "of_line", "of_request", "of_writing", "with_experience"]

_TOKENS_PER_WORD = 1.4  # English prose on the tokenisers of 2026
_JSON_OVERHEAD = 2.2  # a line comes with its quote, mark and speaker
_SCHEMA_TOKENS = 300  # of the function that is to be called
_TOLD_TOKENS = 700  # instructions and the schema, with every call
_READ_ALOUD_TOKENS = 90  # what a model that talks is told, so that it reads and does not answer
_UNTRIED = 0.15  # either side of the estimate, while there is no experience
_LEAST = 0.05
_ENOUGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The cost as a span in nano-USD, None where a price is not known; 0 to 0 is free. ``minutes`` of sound."""

    low_nanousd: int | None
    high_nanousd: int | None
    minutes: float
    n_words: int

    @property
    def middle_nanousd(self) -> int | None:
        """What is most likely."""
        if self.low_nanousd is None or self.high_nanousd is None:
            return None
        return (self.low_nanousd + self.high_nanousd) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a script is written from: the words of the sources that are summarised, in how many sections, and how long.

    Nothing is written where everything is read in full.
    """

    material_words: int
    n_sections: int
    n_words: int


def of_writing(writing: Writing, price: Price | None) -> int | None:
    """Return what writing a script is expected to cost: an outline over everything, then each section with its part."""
    if writing.n_sections == 0:
        return 0
    material = math.ceil(writing.material_words * _TOKENS_PER_WORD)
    into = 2 * material + _TOLD_TOKENS * (writing.n_sections + 1)
    out = math.ceil(writing.n_words * _TOKENS_PER_WORD * _JSON_OVERHEAD)
    used = Usage(text_in_tokens=into, text_out_tokens=out, cached_in_tokens=0, audio_in_tokens=0, audio_out_tokens=0)
    return priced(price, used)


def of_request(text: str, n_words: int, price: Price | None) -> int | None:
    """Return what one call of a text model may cost that is told ``text``, and answers with lines of so many words."""
    into, out = text_tokens(text) + _SCHEMA_TOKENS, math.ceil(n_words * _TOKENS_PER_WORD * _JSON_OVERHEAD)
    used = Usage(text_in_tokens=into, text_out_tokens=out, cached_in_tokens=0, audio_in_tokens=0, audio_out_tokens=0)
    return priced(price, used)


def of_line(text: str, duration_s: float, price: Price | None) -> int | None:
    """Return what one line is expected to cost to speak, by whatever its model is billed."""
    usage = Usage(
        text_in_tokens=text_tokens(text) + _READ_ALOUD_TOKENS,
        audio_in_tokens=0,
        cached_in_tokens=0,
        text_out_tokens=text_tokens(text),
        audio_out_tokens=audio_out_tokens(duration_s),
        characters=len(text),
    )
    return priced(price, usage)


def in_total(parts: Sequence[int | None], *, minutes: float, n_words: int, experience: Sequence[float] = ()) -> Quote:
    """Return the sum of the parts as a span; ``experience``: what earlier programmes cost, over their estimates."""
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return Quote(low_nanousd=None, high_nanousd=None, minutes=minutes, n_words=n_words)
    low, high = with_experience(sum(known), experience)
    return Quote(low_nanousd=low, high_nanousd=high, minutes=minutes, n_words=n_words)


def with_experience(estimate_nanousd: int, experience: Sequence[float]) -> tuple[int, int]:
    """Return the span in which a cost will be: around the estimate, moved and narrowed by what was experienced.

    The middle is moved by the median ratio, and the span is the mean deviation from it, doubled.
    """
    if len(experience) < _ENOUGH:
        return round(estimate_nanousd * (1 - _UNTRIED)), math.ceil(estimate_nanousd * (1 + _UNTRIED))
    centre = median(experience)
    spread = max(_LEAST, 2 * sum(abs(ratio - centre) for ratio in experience) / len(experience) / centre)
    middle = estimate_nanousd * centre
    return max(0, round(middle * (1 - spread))), math.ceil(middle * (1 + spread))
