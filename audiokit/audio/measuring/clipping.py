"""How much of a recording is clipped: cut flat at full scale, or at a ceiling below it.

At full scale samples stand in a row at the largest value. Below it (8 bits and G.711 end there, and so does what was
cut before it was turned down) a waveform's tops are flat, and all of them at one height: of a sine's samples near its
top, at most three in four are within a quarter of the depth; of a flat one's all are. No sine from 50 to 3900 Hz looks
flat, and of 90 real recordings the worst does for 0.4 % of it, in 16 bits and in 8. Made 12 dB too loud and halved,
96 % of what was clipped is found again. What went through a lossy codec after it was clipped has no flat tops: half of
it is found at full scale, and nothing below (measured 2026-11).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["ClippingMeter", "n_clipped", "peak"]

_CEILING = 32_767 / 32_768  # the largest PCM16 sample
_PIECES_PER_S = 50
_FLAT_SHARE = 0.75  # a sine's rows of three or more within this depth are at most that of those within four times it
_DEPTH = 0.005  # of a top's height: 8 bits have steps of 0.008, and whatever they cut is level
_SAME_HEIGHT = 0.98

_Pairs = list[tuple[float, int]]


def peak(samples: Samples) -> float:
    """Return the largest magnitude; 0 where there is nothing."""
    return float(max(samples.max(), -samples.min())) if samples.size else 0.0


def n_clipped(samples: Samples) -> int:
    """Return how many samples stand at full scale with a neighbour that does too; one alone is only a peak."""
    if peak(samples) < _CEILING:
        return 0
    return int(np.count_nonzero(_in_a_row(np.abs(samples.T) >= _CEILING)))


class ClippingMeter:
    """Counts what is clipped while sound streams by; keeps only the highest tops of each channel."""

    def __init__(self, sample_rate_hz: int, n_channels: int) -> None:
        self._piece_frames = max(sample_rate_hz // _PIECES_PER_S, 8)
        self._tops: list[_Pairs] = [[] for _ in range(2 * n_channels)]
        self._highest = [0.0] * (2 * n_channels)
        self._n_samples = self._n_at_full_scale = 0

    def add(self, samples: Samples) -> None:
        """Look at what comes next, of shape (n_frames, n_channels); what is left of a block's last piece is skipped."""
        self._n_samples += samples.size
        self._n_at_full_scale += n_clipped(samples)
        n_pieces = len(samples) // self._piece_frames
        for channel, row in enumerate(samples.T):
            pieces = row[: n_pieces * self._piece_frames].reshape(n_pieces, self._piece_frames)
            if n_pieces:
                self._look(2 * channel, pieces, pieces.max(axis=1), 1)
                self._look(2 * channel + 1, pieces, -pieces.min(axis=1), -1)

    @property
    def ratio(self) -> float:
        """The share of samples that are clipped; 0 where there are none."""
        n_flat = sum(n for side, tops in enumerate(self._tops) for top, n in tops if self._counts(side, top))
        return max(self._n_at_full_scale, n_flat) / max(self._n_samples, 1)

    def _look(self, side: int, pieces: Samples, tops: npt.NDArray[np.float32], sign: int) -> None:
        """Remember how flat those tops are that are as high as any so far; ``side`` is a channel's upper or lower."""
        highest = max(self._highest[side], float(tops.max()))
        if highest > self._highest[side]:
            self._highest[side] = highest
            self._tops[side] = [(top, n) for top, n in self._tops[side] if self._counts(side, top)]
        if highest > 0:
            high = tops >= _SAME_HEIGHT * highest
            flat = _n_flat(pieces[high] * np.float32(sign), tops[high])
            self._tops[side] += [(top, n) for top, n in zip(tops[high].tolist(), flat.tolist(), strict=True) if n]

    def _counts(self, side: int, top: float) -> bool:
        return top >= _SAME_HEIGHT * self._highest[side]


def _n_flat(pieces: Samples, tops: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Return how many samples of each piece lie on its flat tops; none where they may be those of a sine."""
    near = np.count_nonzero(_three_in_a_row(pieces >= (1 - _DEPTH) * tops[:, None]), axis=1)
    nearby = np.count_nonzero(_three_in_a_row(pieces >= (1 - 4 * _DEPTH) * tops[:, None]), axis=1)
    return np.where(near > _FLAT_SHARE * nearby, near, 0)


def _three_in_a_row(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    middles = np.zeros_like(flags)
    middles[:, 1:-1] = flags[:, 1:-1] & flags[:, :-2] & flags[:, 2:]
    rows = middles.copy()
    rows[:, 1:] |= middles[:, :-1]
    rows[:, :-1] |= middles[:, 1:]
    return rows


def _in_a_row(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which are true beside another true one, along the last axis."""
    beside = np.zeros_like(flags)
    beside[:, 1:] = flags[:, :-1]
    beside[:, :-1] |= flags[:, 1:]
    return np.asarray(flags & beside)
