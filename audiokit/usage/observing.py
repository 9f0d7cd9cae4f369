"""An entry of the ledger as the call that is told to whoever watches: without the person, and without any id."""

from __future__ import annotations

from audiokit.audio.measuring.figures import Figures
from audiokit.telemetry.watching import Call, SoundTold, tell_of_call
from audiokit.usage.entries import Entry
from audiokit.usage.sound import figures_of_entry

__all__ = ["observed"]


def observed(entry: Entry) -> None:
    """Tell of the call that ``entry`` is about; a correction is no call, and what was at hand already neither."""
    if entry.corrects is None and not entry.cached:
        tell_of_call(_call(entry))


def _call(entry: Entry) -> Call:
    return Call(
        kind=entry.kind,
        page=entry.page,
        provider=entry.endpoint,
        model_asked=entry.model_asked,
        model_used=entry.model_used,
        ended_at=entry.at,
        total_ms=entry.total_ms,
        first_sound_ms=entry.first_byte_ms,
        outcome=entry.outcome,
        error=entry.error,
        input_tokens=_sum(entry.text_in_tokens, entry.audio_in_tokens),
        audio_in_tokens=entry.audio_in_tokens,
        cached_in_tokens=entry.cached_in_tokens,
        output_tokens=_sum(entry.text_out_tokens, entry.audio_out_tokens),
        audio_out_tokens=entry.audio_out_tokens,
        cost_nanousd=entry.cost_nanousd,
        sound_in=_told(figures_of_entry(entry, "in")),
        sound_out=_told(figures_of_entry(entry, "out")),
    )


def _told(figures: Figures | None) -> SoundTold | None:
    if figures is None:
        return None
    return SoundTold(
        clipped_ratio=figures.clipped_ratio,
        speech_ratio=figures.speech_ms / max(figures.sound_ms, 1),
        loudness_lufs=figures.loudness_lufs,
        snr_db=figures.snr_db,
        bandwidth_hz=figures.bandwidth_hz,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)
