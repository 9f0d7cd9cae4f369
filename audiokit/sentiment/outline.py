"""What is said of a whole recording without asking anybody: reckoned from its segments, again when they change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiokit.catalog.models import Tier
from audiokit.catalog.prices import audio_in_tokens
from audiokit.sentiment.agreement import changed
from audiokit.sentiment.kept import KeptRecording, KeptSegment
from audiokit.sentiment.moments import moments
from audiokit.sentiment.quote import Estimates
from audiokit.sentiment.timeline import strip
from audiokit.sentiment.turning import turnings
from audiokit.sentiment.whole import Turning

__all__ = ["outline_of", "reckoned"]


def reckoned(recording: KeptRecording, estimates: Estimates, contrasting: frozenset[str]) -> dict[str, Any]:
    """Return what is said of the whole, but for what a model wrote of it, by the names of its fields.

    ``contrasting`` are the ids of the segments whose readings contrast.
    """
    segments = recording.segments
    both = [(one.readings.first, one.readings.second) for one in segments]
    pairs = [(first, second) for first, second in both if first is not None and second is not None]
    turned = turnings(segments)
    return {
        "turnings": turned,
        "moments": moments(segments, recording.duration_s or 0.0, turned, contrasting),
        "n_escalated": len(pairs),
        "n_changed": sum(changed(first, second) for first, second in pairs),
        "saved_nanousd": _saved_nanousd(segments, estimates),
    }


def outline_of(segments: Sequence[KeptSegment], turned: Sequence[Turning] = (), *, n_contrasts: int) -> dict[str, Any]:
    """Return what a table of recordings shows of the segments, by the names of its columns."""
    return {
        "strip": [[start_s, end_s, str(tone)] for start_s, end_s, tone in strip(segments)],
        "n_contrasts": n_contrasts,
        "turning_point": turned[0].sentence if turned else None,
    }


def _saved_nanousd(segments: Sequence[KeptSegment], estimates: Estimates) -> int | None:
    """Return what it would have cost to ask the full model about every voice, above what was asked; by estimate."""
    listened = [one for one in segments if one.readings.first and one.readings.first.tier is Tier.MINI]
    if not listened:
        return None
    saved, costs = 0, dict[int, tuple[int | None, ...]]()
    for segment in listened:
        n_tokens = audio_in_tokens(segment.duration_s)  # a few dozen prices, however many segments there are
        if n_tokens not in costs:
            costs[n_tokens] = tuple(_middle(estimates, segment, tier) for tier in (Tier.FULL, Tier.MINI))
        full, mini = costs[n_tokens]
        if full is None or mini is None:
            return None
        saved += -mini if segment.readings.second else full - mini
    return max(0, saved)


def _middle(estimates: Estimates, segment: KeptSegment, tier: Tier) -> int | None:
    span = estimates.voice(segment.duration_s, tier)
    if span.low_nanousd is None or span.high_nanousd is None:
        return None
    return (span.low_nanousd + span.high_nanousd) // 2
