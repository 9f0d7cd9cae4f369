"""The level that a recording rests at, which is 0 unless its sound card adds something to it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from audiokit.audio.changing.spool import Spool
from audiokit.audio.clip import Clip, Samples

__all__ = ["OffsetMeter", "without_offset"]

_WINDOWS_PER_S = 10  # whole periods of hum, at 50 and at 60 Hz
_QUIET_PERCENTILE = 10  # less silence than that is a microphone that wakes late
_NEXT_TO_NOTHING = 1e-12
_FADE_S = 0.005  # a resampler's filter rings as long where an offset begins and ends

_Floats = npt.NDArray[np.float64]


class OffsetMeter:
    """Looks at windows of 100 ms as they stream by; 16 bytes for each are all that it keeps.

    A voice is not symmetrical, so that the mean of everything is more than the offset (0.01 in a real recording whose
    pauses are digital silence); and what rumbles in a pause has a mean of its own there. The offset is what both have:
    the mean, and the median of windows that count the more the quieter they are.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._window_frames = max(1, sample_rate_hz // _WINDOWS_PER_S)
        self._means, self._powers = array("d"), array("d")
        self._waiting: Samples = np.zeros(0, np.float32)

    def add(self, samples: Samples) -> None:
        """Look at what comes next: one channel, of shape (n_frames, 1)."""
        sound = np.concatenate([self._waiting, samples[:, 0]])
        n_whole = len(sound) // self._window_frames
        windows = sound[: n_whole * self._window_frames].reshape(n_whole, self._window_frames)
        means = windows.mean(axis=1, keepdims=True)
        around = windows - means
        self._means.extend(means[:, 0])
        self._powers.extend(np.vecdot(around, around) / np.float32(self._window_frames))
        self._waiting = sound[n_whole * self._window_frames :].copy()

    def result(self) -> float:
        """Return the offset, of full scale; 0 where no window is whole."""
        means, powers = np.array(self._means), np.array(self._powers)
        if not len(means):
            return 0.0
        weights = 1 / (powers + np.percentile(powers, _QUIET_PERCENTILE) + _NEXT_TO_NOTHING)
        rest, mean = _weighted_median(means, weights), float(means.mean())
        return min(rest, mean, key=abs) if rest * mean > 0 else 0.0


def _weighted_median(values: _Floats, weights: _Floats) -> float:
    order = values.argsort()
    reached = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(reached, reached[-1] / 2)]])


def without_offset(spool: Spool, offset: float) -> Iterator[Clip]:
    """Yield what was put aside without its offset; both ends fade, since there the offset itself was sound."""
    n_fade, at = _FADE_S * spool.sample_rate_hz, 0
    for block in spool.blocks():
        frames = np.arange(at, at + block.n_frames)
        gains = np.minimum((np.minimum(frames, spool.n_frames - 1 - frames) + 0.5) / n_fade, 1).astype(np.float32)
        yield Clip((block.samples - np.float32(offset)) * gains[:, None], block.sample_rate_hz)
        at += block.n_frames
