"""From tokens, minutes and characters to nano-dollars, by the price of the day; and how many tokens sound comes to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from audiokit.catalog.facts import Model, Price, Provider
from audiokit.money import scaled

__all__ = [
    "AUDIO_IN_TOKENS_PER_S",
    "AUDIO_OUT_TOKENS_PER_S",
    "Price",
    "Usage",
    "audio_in_tokens",
    "audio_out_tokens",
    "charges",
    "cost",
    "price_on",
    "text_tokens",
]

AUDIO_IN_TOKENS_PER_S = 10
AUDIO_OUT_TOKENS_PER_S = 20
_WRAPPING_TOKENS = 11
_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one reply used, as the provider counted it. ``None`` is unknown, not zero.

    ``text_in_tokens`` and ``audio_in_tokens`` are the whole input, cached or not. The cached counts are subsets of it:
    ``cached_in_tokens`` of both together, which is all that Chat Completions reports, the other two by kind, as
    Realtime does. ``cache_write_in_tokens`` is the part of the text that was written into the cache.
    ``input_seconds`` is the sound's length (of a session, where sessions are billed), never a float.

    Raises:
        ValueError: a count is negative.
        TypeError: a count is a float.
    """

    text_in_tokens: int | None = None
    audio_in_tokens: int | None = None
    cached_in_tokens: int | None = None
    cached_text_in_tokens: int | None = None
    cached_audio_in_tokens: int | None = None
    cache_write_in_tokens: int | None = None
    text_out_tokens: int | None = None
    audio_out_tokens: int | None = None
    input_seconds: Decimal | None = None
    characters: int | None = None

    def __post_init__(self) -> None:
        for name, count in ((f.name, getattr(self, f.name)) for f in fields(self)):
            if isinstance(count, float):
                raise TypeError(f"{name} is a float; counts are whole, and seconds are Decimal.")
            if count is not None and count < 0:
                raise ValueError(f"{name} is {count}; a reply cannot use less than nothing.")


def price_on(model: Model, day: date, provider: Provider) -> Price | None:
    """Return what ``model`` cost at ``provider`` on ``day``, or None: not known.

    Nothing is known of a compatible server's prices, whatever names it uses, nor of days before the first price listed.
    """
    return next((price for price in model.prices if price.holds(day, provider)), None)


def cost(price: Price, usage: Usage) -> int | None:
    """Return the cost of ``usage`` in nano-dollars, rounded up once; None if a part of it cannot be priced.

    * By the minute or by the character: that measure must be known; tokens are not billed, and are not looked at.
    * By tokens: every kind with a price above zero must be known, and a kind without one must be unknown or zero.
      So a missing count never makes a call cheaper, and tokens that nobody priced never pass for free.
      Seconds and characters are not billed, and are not looked at.
    * Cached input costs less only where the price says so and the split is known; else it is priced as uncached, which
      is an upper bound. Counts beyond the input they are part of are cut to it.
    """
    parts = charges(price, usage)
    return None if parts is None else scaled(sum(parts.values(), Decimal(0)), 1)


def charges(price: Price, usage: Usage) -> dict[str, Decimal] | None:
    """Return what :func:`cost` adds up, by the price's field, not rounded; None if a part of it cannot be priced."""
    if price.per_minute is not None:
        seconds = usage.input_seconds
        return None if seconds is None else {"per_minute": price.per_minute * seconds / _SECONDS_PER_MINUTE}
    if price.per_character is not None:
        return None if usage.characters is None else {"per_character": price.per_character * usage.characters}
    parts = {name: _charge(amount, count) for name, amount, count in _by_kind(price, usage)}
    known = {name: charge for name, charge in parts.items() if charge is not None}
    return known if len(known) == len(parts) else None


def _charge(amount: Decimal | None, count: int | None) -> Decimal | None:
    if amount is None:
        return None if count else Decimal(0)
    if amount == 0:
        return amount
    return None if count is None else amount * count


def _by_kind(price: Price, usage: Usage) -> Iterator[tuple[str, Decimal | None, int | None]]:
    """Yield each kind with its price and its count; what came from the cache, or went into it, apart from the rest."""
    text, audio = usage.text_in_tokens, usage.audio_in_tokens
    cached_text, cached_audio = _cached_by_kind(price, usage)
    written = min(usage.cache_write_in_tokens or 0, (text or 0) - cached_text)
    yield "text_in", price.text_in, None if text is None else text - cached_text - written
    yield "cached_text_in", _first_known(price.cached_text_in, price.text_in), cached_text
    yield "cache_write_text_in", _first_known(price.cache_write_text_in, price.text_in), written
    yield "audio_in", price.audio_in, None if audio is None else audio - cached_audio
    yield "cached_audio_in", _first_known(price.cached_audio_in, price.audio_in), cached_audio
    yield "text_out", price.text_out, usage.text_out_tokens
    yield "audio_out", price.audio_out, usage.audio_out_tokens


def _cached_by_kind(price: Price, usage: Usage) -> tuple[int, int]:
    """Return the cached text and the cached sound, as far as they are told apart or only one of them can be meant."""
    text, audio = usage.cached_text_in_tokens, usage.cached_audio_in_tokens
    if text is None and (usage.audio_in_tokens == 0 or (usage.audio_in_tokens is None and price.audio_in is None)):
        text = usage.cached_in_tokens
    if audio is None and usage.text_in_tokens == 0:
        audio = usage.cached_in_tokens
    return min(text or 0, usage.text_in_tokens or 0), min(audio or 0, usage.audio_in_tokens or 0)


def _first_known(special: Decimal | None, ordinary: Decimal | None) -> Decimal | None:
    return ordinary if special is None else special


def audio_in_tokens(seconds: Decimal | float) -> int:
    """Return the tokens that sound of this length comes to as input: ten a second, rounded down.

    Fits every recorded call of the chat and transcription models from 2024-12 on, without exception (2026-11).
    An earlier answer that is sent again by its audio id counts at its output rate: see :func:`audio_out_tokens`.
    """
    return math.floor(seconds * AUDIO_IN_TOKENS_PER_S)


def audio_out_tokens(seconds: Decimal | float) -> int:
    """Return the tokens that spoken output of this length comes to: twenty a second, one for every 2400 bytes of PCM16.

    Fits every recorded answer from 2024-12 on, where lengths are whole multiples of 50 ms (2026-11); any other length
    is rounded up. The same count is billed as audio input when the answer is sent again by its audio id.
    """
    return math.ceil(seconds * AUDIO_OUT_TOKENS_PER_S)


def text_tokens(text: str) -> int:
    """Return a rough upper estimate of what one message comes to, for quotes only; a ledger uses what was reported.

    A token for every three bytes of UTF-8, and eleven for the message around it, as a recorded prompt without any text
    was counted (2026-11). English prose comes to four to five bytes a token; random letters may exceed it.
    """
    return _WRAPPING_TOKENS + math.ceil(len(text.encode("utf-8", "surrogatepass")) / 3)
