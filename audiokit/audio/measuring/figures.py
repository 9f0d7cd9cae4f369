"""The few figures that the ledger notes of a sound, taken from what was measured anyway, or of a reply's own PCM16.

No word and no sound is in them, and nobody is known by them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from audiokit.audio.clip import Clip

__all__ = ["CLIPPED_RATIO", "Figures", "Measured", "figures_of", "figures_of_clip"]

CLIPPED_RATIO = 0.005
"""From this share of its samples on a sound counts as clipped: words are lost, first few and then many."""

_MS_PER_S = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one sound is like; None is what cannot be told of it.

    ``speech_ms`` of ``sound_ms`` may be speech. ``clipped_ratio`` is the share of samples that are clipped,
    ``loudness_lufs`` the gated one of ITU-R BS.1770, ``bandwidth_hz`` up to where there is anything of what is loud.
    """

    sound_ms: int
    speech_ms: int
    clipped_ratio: float
    loudness_lufs: float | None
    snr_db: float | None
    bandwidth_hz: int | None


class _Loud(Protocol):
    @property
    def integrated_lufs(self) -> float: ...


class Measured(Protocol):
    """What is known of a recording that came in (:class:`audiokit.audio.track.Measures`)."""

    @property
    def duration_s(self) -> float:
        """How long it lasts."""

    @property
    def loudness(self) -> _Loud:
        """How loud it is."""

    @property
    def clipped_ratio(self) -> float:
        """The share of samples that are clipped."""

    @property
    def snr_db(self) -> float | None:
        """How far speech stands above the pauses."""

    @property
    def active_ratio(self) -> float:
        """The share of time that may be speech."""

    @property
    def bandwidth_hz(self) -> float | None:
        """Up to where there is anything."""


def figures_of(measured: Measured) -> Figures:
    """Return the figures of what was measured when it came in."""
    return _figures(
        duration_s=measured.duration_s,
        active_ratio=measured.active_ratio,
        clipped_ratio=measured.clipped_ratio,
        lufs=measured.loudness.integrated_lufs,
        snr_db=measured.snr_db,
        bandwidth_hz=measured.bandwidth_hz,
    )


def figures_of_clip(clip: Clip) -> Figures | None:
    """Measure decoded sound of one channel: 1.5 ms for each second of it; None where there is no sound."""
    from audiokit.audio.measuring.activity import ActivityMeter  # noqa: PLC0415 - heavy, and callers are light
    from audiokit.audio.measuring.clipping import ClippingMeter  # noqa: PLC0415 - the same
    from audiokit.audio.measuring.loudness import loudness  # noqa: PLC0415 - the same
    from audiokit.audio.measuring.spectrum import SpectrumMeter  # noqa: PLC0415 - the same

    if not clip.n_frames:
        return None
    activity, spectrum = ActivityMeter(clip.sample_rate_hz), SpectrumMeter(clip.sample_rate_hz)
    clipping = ClippingMeter(clip.sample_rate_hz, clip.n_channels)
    for meter in (activity, spectrum, clipping):
        meter.add(clip.samples)
    active = activity.result()
    return _figures(
        duration_s=clip.duration_s,
        active_ratio=active.speech_ratio,
        clipped_ratio=clipping.ratio,
        lufs=loudness(clip).integrated_lufs,
        snr_db=active.snr_db,
        bandwidth_hz=spectrum.bandwidth_hz(),
    )


def _figures(
    *,
    duration_s: float,
    active_ratio: float,
    clipped_ratio: float,
    lufs: float,
    snr_db: float | None,
    bandwidth_hz: float | None,
) -> Figures:
    return Figures(
        sound_ms=round(duration_s * _MS_PER_S),
        speech_ms=round(active_ratio * duration_s * _MS_PER_S),
        clipped_ratio=round(clipped_ratio, 5),
        loudness_lufs=_level(lufs),
        snr_db=None if snr_db is None else _level(snr_db),
        bandwidth_hz=None if bandwidth_hz is None else round(bandwidth_hz),
    )


def _level(value: float) -> float | None:
    return round(value, 1) if math.isfinite(value) else None
