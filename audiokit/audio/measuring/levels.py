"""The few numbers that a level meter shows of a recording, as plain values to be kept beside it."""

from __future__ import annotations

import math
from typing import Protocol

from audiokit.audio.measuring.bands import Rises

__all__ = ["levels_of"]


class Measured(Protocol):
    """What is known of a recording, by whichever way it was measured."""

    @property
    def peak_dbfs(self) -> float:
        """Its largest sample."""

    @property
    def clipped_ratio(self) -> float:
        """The share of samples that are clipped."""

    @property
    def rises(self) -> Rises:
        """What rises above what is always there."""


def levels_of(measured: Measured) -> dict[str, float | None]:
    """Return what a meter needs, fit for JSON; a level that does not exist (digital silence, nobody spoke) is None.

    ``peak_dbfs`` is the largest sample. ``speech_dbfs`` is the level while something rises above the noise, and
    ``noise_dbfs`` the level of the quietest tenth, both from 200 to 3400 Hz. ``clipped_ratio`` and ``speech_ratio`` are
    shares of samples and of time.
    """
    rises = measured.rises
    return {
        "peak_dbfs": _level(measured.peak_dbfs),
        "speech_dbfs": _level(rises.risen_dbfs),
        "noise_dbfs": _level(rises.noise_floor_dbfs),
        "clipped_ratio": round(measured.clipped_ratio, 4),
        "speech_ratio": round(rises.ratio, 3),
    }


def _level(dbfs: float) -> float | None:
    return round(dbfs, 1) if math.isfinite(dbfs) else None
