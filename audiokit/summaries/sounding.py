"""The part of a reply that sounds: without the silence around it, and refused where there is nothing else."""

from __future__ import annotations

import math
from typing import Final

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.activity import Activity, ActivityMeter
from audiokit.audio.wav import from_pcm16, pcm16_of
from audiokit.errors import ReplyUnusable

__all__ = ["EDGE_S", "RATE_HZ", "SilentReply", "active", "clip_of", "trimmed"]

RATE_HZ: Final = 24_000
EDGE_S: Final = 0.06
"""What stays of the quiet before the first sound and after the last."""

_LEAST_SPEECH_S: Final = 0.05
_FAINTEST_DBFS: Final = -60.0


class SilentReply(ReplyUnusable):
    """The model sent a recording in which nothing is said, and was paid for it."""


def clip_of(wav: bytes) -> Clip:
    """Return a line's sound, which is WAV of PCM16, 24 kHz, mono."""
    return from_pcm16(pcm16_of(wav), RATE_HZ)


def active(clip: Clip) -> Activity:
    """Return where something is heard."""
    meter = ActivityMeter(clip.sample_rate_hz)
    meter.add(clip.samples)
    return meter.result()


def trimmed(clip: Clip, *, model: str | None = None) -> Clip:
    """Return the clip with no more than ``EDGE_S`` of silence at either end.

    Raises:
        SilentReply: there is nothing but silence.
    """
    activity = active(clip)
    sounding = activity.segments(min_pause_s=math.inf, lead_s=EDGE_S, tail_s=EDGE_S, min_speech_s=_LEAST_SPEECH_S)
    if not sounding or activity.levels_dbfs.max() < _FAINTEST_DBFS:
        raise SilentReply("The model sent silence instead of this line. Speak it again.", model=model)
    start, end = (round(edge_s * clip.sample_rate_hz) for edge_s in (sounding[0].start_s, sounding[0].end_s))
    return Clip(clip.samples[start:end], clip.sample_rate_hz)
