"""Whether a recording can be used: how loud, how clipped, and whether anybody spoke. Unsure means yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.measuring.bands import BAND_RATE_HZ, BandMeter
from audiokit.audio.resample import resample
from audiokit.errors import ClipTooShort, NothingHeard

__all__ = ["MIN_SPEECH_S", "Judged", "Quality", "measure", "n_clipped", "peak", "refuse_unusable"]

_CEILING = 32_767 / 32_768  # the largest PCM16 sample

MIN_SPEECH_S = 0.1
"""Less than this of what rises above the noise is no word."""

_Powers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What can be said about a recording without understanding it. Levels are ``-inf`` for digital silence.

    ``rms_dbfs`` is against a full-scale square. ``clipped_ratio`` is the share of samples that stand in a row at the
    ceiling. ``speech_ratio`` is the share of windows that rise above the noise. ``noise_floor_dbfs`` is the level of
    the quietest tenth, from 200 to 3400 Hz.
    """

    duration_s: float
    peak_dbfs: float
    rms_dbfs: float
    clipped_ratio: float
    speech_ratio: float
    noise_floor_dbfs: float

    @property
    def has_speech(self) -> bool:
        """Whether something rises above the noise for long enough to be a word."""
        return self.speech_ratio * self.duration_s >= MIN_SPEECH_S


def measure(clip: Clip) -> Quality:
    """Return what the clip is like; every channel is listened to on its own."""
    bands = BandMeter(clip.n_channels)
    bands.add(resample(clip, BAND_RATE_HZ).samples)
    rises = bands.result()
    return Quality(
        duration_s=clip.duration_s,
        peak_dbfs=float(_dbfs(peak(clip.samples) ** 2)),
        rms_dbfs=float(_dbfs(_mean_square(clip.samples))),
        clipped_ratio=n_clipped(clip.samples) / max(clip.samples.size, 1),
        speech_ratio=rises.ratio,
        noise_floor_dbfs=rises.noise_floor_dbfs,
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
    def has_speech(self) -> bool:
        """Whether somebody may have spoken."""


def refuse_unusable(judged: Judged, *, min_duration_s: float = 0.4) -> None:
    """Refuse a recording in which there is nothing worth sending.

    Digital silence, hum and steady noise are refused. Whoever spoke is never refused, and neither are sounds that come
    and go: telling those from speech is the model's work.

    Raises:
        ClipTooShort: it lasts less than ``min_duration_s``.
        NothingHeard: nothing in it rises above the noise.
    """
    if judged.duration_s < min_duration_s:
        raise ClipTooShort(duration_s=judged.duration_s, min_duration_s=min_duration_s)
    if not judged.has_speech:
        raise NothingHeard(
            "Nothing was heard in this recording, so nothing was sent. "
            "Check that the right microphone is chosen and not muted, then record again.",
            duration_s=judged.duration_s,
            peak_dbfs=judged.peak_dbfs,
        )


def _dbfs(power: npt.ArrayLike) -> _Powers:
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(power), np.float64)


def peak(samples: Samples) -> float:
    """Return the largest magnitude; 0 where there is nothing."""
    return float(max(samples.max(), -samples.min())) if samples.size else 0.0


def n_clipped(samples: Samples) -> int:
    """Return how many samples stand at the ceiling with a neighbour that does too; one alone is only a peak."""
    if peak(samples) < _CEILING:
        return 0
    at_ceiling = np.abs(samples) >= _CEILING
    beside = np.zeros_like(at_ceiling)
    beside[1:] = at_ceiling[:-1]
    beside[:-1] |= at_ceiling[1:]
    return int(np.count_nonzero(at_ceiling & beside))


def _mean_square(samples: Samples) -> float:
    return float(np.einsum("ij,ij->", samples, samples, dtype=np.float64)) / max(samples.size, 1)
