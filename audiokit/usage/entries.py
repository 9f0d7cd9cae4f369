"""One line of the ledger: what it says of a call, filled in from usage and price, and read with its corrections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from audiokit.catalog.prices import Price, Usage
from audiokit.usage.kinds import CostByKind, split

__all__ = ["Entry", "Outcome", "charged", "correction_of", "counted", "effective", "kinds_of", "usage_of"]

Outcome = Literal["answered", "failed", "cut", "refused"]
_MS_PER_S: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call. ``None`` is what the provider did not say, or what does not apply; it is never zero.

    ``at`` is aware; it comes back in UTC. ``error`` is the name of our error's class, never its text.
    ``saved_nanousd`` is what a cached answer would have cost. ``saved_silence_nanousd`` is what the silence would have
    cost that was taken from recordings before they were sent, and ``saved_history_nanousd`` how much more a compacted
    conversation would have cost as it was, both at the price without a cache.

    Of ``audio_in_tokens`` and ``input_ms``, ``history_in_tokens`` and ``history_in_ms`` are what had been said before
    and was sent again; of the input, the ``cached`` counts are what the provider had in its cache. ``billed_ms`` is the
    time that was billed, where time is. The four costs by kind and the rest, which has no column, are the cost.

    What begins with ``in_`` says what the sound is like that was newly sent, as it was before it was prepared, and what
    begins with ``out_`` the sound that came back (:class:`audiokit.audio.measuring.figures.Figures`); all of them are
    None where nobody measured it. ``again_for`` is the model that said the same line before, and not as it is written.

    An entry that ``corrects`` another is no call: its ``at`` is that of the other, its counts and costs are added to
    the other's, and ``makes_known`` says that the cost was unknown until then.
    """

    id: str
    at: datetime
    person_id: str
    page: str
    turn_id: str | None = None
    conversation_id: str | None = None
    endpoint: str
    kind: str
    model_asked: str
    model_used: str | None = None
    text_in_tokens: int | None = None
    audio_in_tokens: int | None = None
    cached_in_tokens: int | None = None
    text_out_tokens: int | None = None
    audio_out_tokens: int | None = None
    characters: int | None = None
    input_ms: int | None = None
    output_ms: int | None = None
    price_id: str | None = None
    cost_nanousd: int | None = None
    first_byte_ms: int | None = None
    total_ms: int
    outcome: Outcome
    error: str | None = None
    request_id: str | None = None
    cached: bool = False
    saved_nanousd: int | None = None
    history_in_tokens: int | None = None
    history_in_ms: int | None = None
    cached_text_in_tokens: int | None = None
    cached_audio_in_tokens: int | None = None
    cache_write_in_tokens: int | None = None
    billed_ms: int | None = None
    cost_audio_in_nanousd: int | None = None
    cost_audio_out_nanousd: int | None = None
    cost_text_nanousd: int | None = None
    cost_cached_nanousd: int | None = None
    corrects: str | None = None
    makes_known: bool = False
    saved_silence_nanousd: int | None = None
    saved_history_nanousd: int | None = None
    in_sound_ms: int | None = None
    in_speech_ms: int | None = None
    in_clipped_ratio: float | None = None
    in_loudness_lufs: float | None = None
    in_snr_db: float | None = None
    in_bandwidth_hz: int | None = None
    out_sound_ms: int | None = None
    out_speech_ms: int | None = None
    out_clipped_ratio: float | None = None
    out_loudness_lufs: float | None = None
    out_snr_db: float | None = None
    out_bandwidth_hz: int | None = None
    again_for: str | None = None


_ADDED = (
    "text_in_tokens",
    "audio_in_tokens",
    "cached_in_tokens",
    "text_out_tokens",
    "audio_out_tokens",
    "characters",
    "input_ms",
    "output_ms",
    "cost_nanousd",
    "saved_nanousd",
    "history_in_tokens",
    "history_in_ms",
    "cached_text_in_tokens",
    "cached_audio_in_tokens",
    "cache_write_in_tokens",
    "billed_ms",
    "cost_audio_in_nanousd",
    "cost_audio_out_nanousd",
    "cost_text_nanousd",
    "cost_cached_nanousd",
    "saved_silence_nanousd",
    "saved_history_nanousd",
)


def charged(entry: Entry, price: Price | None, usage: Usage | None) -> Entry:
    """Return ``entry`` with the counts of ``usage`` and, where there is a price, what they cost, by kind."""
    entry = entry if usage is None else counted(entry, usage)
    kinds = split(price, usage or Usage()) if price else None
    if kinds is None:
        return replace(entry, price_id=price.id if price else None)
    return replace(
        entry,
        price_id=price.id if price else None,
        cost_nanousd=kinds.total_nanousd,
        cost_audio_in_nanousd=kinds.audio_in_nanousd,
        cost_audio_out_nanousd=kinds.audio_out_nanousd,
        cost_text_nanousd=kinds.text_nanousd,
        cost_cached_nanousd=kinds.cached_nanousd,
    )


def counted(entry: Entry, usage: Usage) -> Entry:
    """Return ``entry`` with the counts of ``usage``, and no cost."""
    seconds = usage.input_seconds
    return replace(
        entry,
        text_in_tokens=usage.text_in_tokens,
        audio_in_tokens=usage.audio_in_tokens,
        cached_in_tokens=usage.cached_in_tokens,
        cached_text_in_tokens=usage.cached_text_in_tokens,
        cached_audio_in_tokens=usage.cached_audio_in_tokens,
        cache_write_in_tokens=usage.cache_write_in_tokens,
        text_out_tokens=usage.text_out_tokens,
        audio_out_tokens=usage.audio_out_tokens,
        characters=usage.characters,
        billed_ms=None if seconds is None else round(seconds * _MS_PER_S),
    )


def usage_of(entry: Entry) -> Usage:
    """Return the counts of ``entry`` as they were priced; the way back from :func:`counted`."""
    return Usage(
        text_in_tokens=entry.text_in_tokens,
        audio_in_tokens=entry.audio_in_tokens,
        cached_in_tokens=entry.cached_in_tokens,
        cached_text_in_tokens=entry.cached_text_in_tokens,
        cached_audio_in_tokens=entry.cached_audio_in_tokens,
        cache_write_in_tokens=entry.cache_write_in_tokens,
        text_out_tokens=entry.text_out_tokens,
        audio_out_tokens=entry.audio_out_tokens,
        characters=entry.characters,
        input_seconds=None if entry.billed_ms is None else Decimal(entry.billed_ms) / _MS_PER_S,
    )


def kinds_of(entry: Entry) -> CostByKind | None:
    """Return the cost by kind, None where it is not known; what no column tells apart is other."""
    if entry.cost_nanousd is None:
        return None
    told = (
        entry.cost_audio_in_nanousd or 0,
        entry.cost_audio_out_nanousd or 0,
        entry.cost_text_nanousd or 0,
        entry.cost_cached_nanousd or 0,
    )
    audio_in, audio_out, text, cached = told
    return CostByKind(
        audio_in_nanousd=audio_in,
        audio_out_nanousd=audio_out,
        text_nanousd=text,
        cached_nanousd=cached,
        other_nanousd=entry.cost_nanousd - sum(told),
    )


def correction_of(call: Entry, **added: Any) -> Entry:
    """Return an entry of the same call that adds ``added`` to what it counts and costs; the ledger gives it its id."""
    return Entry(
        id="",
        at=call.at,
        person_id=call.person_id,
        page=call.page,
        turn_id=call.turn_id,
        conversation_id=call.conversation_id,
        endpoint=call.endpoint,
        kind=call.kind,
        model_asked=call.model_asked,
        model_used=call.model_used,
        total_ms=0,
        outcome=call.outcome,
        corrects=call.id,
        makes_known=call.cost_nanousd is None and added.get("cost_nanousd") is not None,
        **added,
    )


def effective(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the calls among ``entries``, in their order, as their corrections have made them."""
    calls = dict[str, Entry]()
    corrections = list[Entry]()
    for entry in entries:
        if entry.corrects is None:
            calls[entry.id] = entry
        else:
            corrections.append(entry)
    for correction in sorted(corrections, key=lambda one: one.id):
        if correction.corrects in calls:
            calls[correction.corrects] = _corrected(calls[correction.corrects], correction)
    return tuple(calls.values())


def _corrected(call: Entry, correction: Entry) -> Entry:
    sums: dict[str, Any] = {name: _sum(getattr(call, name), getattr(correction, name)) for name in _ADDED}
    return replace(call, price_id=correction.price_id or call.price_id, **sums)


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
