"""How strong sound is every 10 ms, plainly and with its lows taken back, measured as it streams by."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["WINDOWS_PER_S", "PowerMeter", "Powers", "n_windows"]

Powers = npt.NDArray[np.float32]

WINDOWS_PER_S = 100
_PRE_EMPHASIS = np.float32(0.97)  # hum and rumble sink by up to 30 dB, consonants stay (as in speech front ends)
_PIECE_FRAMES = 2**16


def n_windows(n_frames: int, sample_rate_hz: int) -> int:
    """Return how many windows cover ``n_frames``; the last may be short."""
    return -(-n_frames * WINDOWS_PER_S // sample_rate_hz)


class PowerMeter:
    """Measures windows of 10 ms; eight bytes for each are all that it keeps.

    Window ``i`` begins at frame ``i * sample_rate_hz // 100``. Where the rate is no multiple of 100 its windows differ
    by a frame, so that they never drift from the clock.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        if sample_rate_hz < WINDOWS_PER_S:
            raise ValueError(f"{sample_rate_hz} Hz is too slow to be looked at every 10 ms")
        in_common = math.gcd(sample_rate_hz, WINDOWS_PER_S)
        n_edges = WINDOWS_PER_S // in_common + 1
        self.sample_rate_hz = sample_rate_hz
        self.n_frames = 0
        self._cycle_frames = sample_rate_hz // in_common  # after so many frames the pattern of edges repeats
        self._edges = [index * sample_rate_hz // WINDOWS_PER_S for index in range(n_edges)]
        self._measured = bytearray()
        self._waiting = np.zeros(0, np.float32)  # the frame before the next window, and what is not yet a whole cycle

    def add(self, samples: Samples) -> None:
        """Measure what comes next: one channel, of shape (n_frames, 1)."""
        if samples.ndim != 2 or samples.shape[1] != 1:
            raise ValueError(f"samples must be one channel, of shape (n_frames, 1), not {samples.shape}")
        self.n_frames += len(samples)
        for start in range(0, len(samples), _PIECE_FRAMES):
            self._take(samples[start : start + _PIECE_FRAMES, 0])

    def plain(self) -> Powers:
        """Return the mean squares so far, one for each window."""
        return self._column(0)

    def emphasised(self) -> Powers:
        """Return the mean squares of the same, pre-emphasised: its lows are taken back, so that hum hides nothing."""
        return self._column(1)

    def _column(self, column: int) -> Powers:
        rest = self._powers_of(self._waiting[None, :])
        return np.concatenate([np.frombuffer(self._measured, np.float32)[column::2], rest[:, column]])

    def _take(self, piece: Samples) -> None:
        before = self._waiting if len(self._waiting) else piece[:1]
        sound = np.concatenate([before, piece])
        n_whole = (len(sound) - 1) // self._cycle_frames * self._cycle_frames
        if n_whole:
            cycles = np.lib.stride_tricks.sliding_window_view(sound[: n_whole + 1], self._cycle_frames + 1)
            self._measured += self._powers_of(cycles[:: self._cycle_frames]).tobytes()
        self._waiting = sound[n_whole:].copy()

    def _powers_of(self, cycles: Samples) -> Powers:
        """Measure cycles side by side, each with the frame before it; a last one may be short, and its windows too."""
        plain = cycles[:, 1:]
        emphasised = plain - _PRE_EMPHASIS * cycles[:, :-1]
        spans = [slice(*edges) for edges in pairwise(self._edges) if edges[0] < plain.shape[1]]
        powers = np.empty((len(cycles), len(spans), 2), np.float32)
        for index, span in enumerate(spans):
            for column, sound in enumerate((plain[:, span], emphasised[:, span])):
                powers[:, index, column] = np.vecdot(sound, sound) / np.float32(sound.shape[1])
        return powers.reshape(-1, 2)
