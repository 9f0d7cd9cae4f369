"""Whether a recording can be used: how loud, how clipped, and whether anybody spoke. Unsure means yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.measuring.bands import BAND_RATE_HZ, BandMeter, Rises
from audiokit.audio.measuring.clipping import ClippingMeter, peak
from audiokit.audio.measuring.room import Room
from audiokit.audio.resample import resample
from audiokit.errors import ClipTooShort, Distorted, NothingHeard

__all__ = ["MIN_SPEECH_S", "Judged", "Quality", "measure", "refuse_unusable"]

MIN_SPEECH_S = 0.1
"""Less than this of what rises above the noise is no word."""

# From here on the offline recogniser keeps one word in four, and one in two from 0.1 on (35 real recordings, made 6 to
# 42 dB too loud, 2026-11).
_HOPELESS_CLIPPED_RATIO = 0.3

_Powers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What can be said about a recording without understanding it. Levels are ``-inf`` for digital silence.

    ``rms_dbfs`` is against a full-scale square. ``clipped_ratio`` is the share of samples that are clipped. ``rises``
    is what rises above the noise.
    """

    duration_s: float
    peak_dbfs: float
    rms_dbfs: float
    clipped_ratio: float
    rises: Rises

    @property
    def speech_ratio(self) -> float:
        """The share of windows that rise above the noise."""
        return self.rises.ratio

    @property
    def noise_floor_dbfs(self) -> float:
        """The level of the quietest tenth, from 200 to 3400 Hz."""
        return self.rises.noise_floor_dbfs

    @property
    def has_speech(self) -> bool:
        """Whether something rises above the noise for long enough to be a word."""
        return self.speech_ratio * self.duration_s >= MIN_SPEECH_S


def measure(clip: Clip) -> Quality:
    """Return what the clip is like; every channel is listened to on its own."""
    bands = BandMeter(clip.n_channels)
    bands.add(resample(clip, BAND_RATE_HZ).samples)
    clipping = ClippingMeter(clip.sample_rate_hz, clip.n_channels)
    clipping.add(clip.samples)
    return Quality(
        duration_s=clip.duration_s,
        peak_dbfs=float(_dbfs(peak(clip.samples) ** 2)),
        rms_dbfs=float(_dbfs(_mean_square(clip.samples))),
        clipped_ratio=clipping.ratio,
        rises=bands.result(),
    )


class Judged(Protocol):
    """What is known of a recording, by whichever way it was measured."""

    @property
    def duration_s(self) -> float:
        """How long it lasts."""

    @property
    def peak_dbfs(self) -> float:
        """Its largest sample."""

    @property
    def clipped_ratio(self) -> float:
        """The share of samples that are clipped."""

    @property
    def has_speech(self) -> bool:
        """Whether somebody may have spoken."""

    @property
    def rises(self) -> Rises:
        """What rises above what is always there."""


def refuse_unusable(judged: Judged, *, room: Room | None = None, min_duration_s: float = 0.4) -> None:
    """Refuse a recording in which there is nothing worth sending.

    Digital silence, hum and steady noise are refused, and with a ``room`` that was measured whatever may be its own
    noise. Whoever spoke is never refused, and neither are sounds that come and go: telling those from speech is the
    model's work. Words that clipping has destroyed are no use to it.

    Raises:
        ClipTooShort: it lasts less than ``min_duration_s``.
        NothingHeard: nothing in it rises above the noise.
        Distorted: three tenths of it or more are clipped.
    """
    if judged.duration_s < min_duration_s:
        raise ClipTooShort(duration_s=judged.duration_s, min_duration_s=min_duration_s)
    detail = {"duration_s": judged.duration_s, "peak_dbfs": judged.peak_dbfs, "clipped_ratio": judged.clipped_ratio}
    if not judged.has_speech:
        raise NothingHeard(
            "Nothing was heard in this recording, so nothing was sent. "
            "Check that the right microphone is chosen and not muted, then record again.",
            **detail,
        )
    if room is not None and room.explains(judged.rises):
        raise NothingHeard(
            "Nothing was heard above the noise of your room, so nothing was sent. "
            "Speak closer to the microphone, then record again; if the room has changed, measure it again first.",
            **detail,
        )
    if judged.clipped_ratio >= _HOPELESS_CLIPPED_RATIO:
        raise Distorted(
            f"This recording is too loud: {judged.clipped_ratio:.0%} of it is cut off and distorted, so nothing was "
            "sent. Move away from the microphone or lower its level, then record again.",
            **detail,
        )


def _dbfs(power: npt.ArrayLike) -> _Powers:
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(power), np.float64)


def _mean_square(samples: Samples) -> float:
    return float(np.einsum("ij,ij->", samples, samples, dtype=np.float64)) / max(samples.size, 1)
