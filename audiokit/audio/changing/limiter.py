"""Sound kept under a ceiling, also between its samples, by a gain that is not heard to move.

The limiter looks ahead: the gain has sunk along a smooth curve when a peak comes, and is let back slowly behind it.
All channels get the same gain, so that nothing moves from side to side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import log

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.measuring.true_peak import CELL_FRAMES, crests

__all__ = ["limited"]

_ATTACK_S = 0.005  # masked by the louder sound that follows
_RELEASE_DB_PER_S = 40.0  # slow against a voice's lowest pitch: it falls by 0.2 dB between peaks of a 100 Hz tone
_MARGIN_DB = 0.05  # the gain moves by 0.01 dB within a filter's reach, and other meters have other filters
_PIECE_FRAMES = 2**14

_Decibels = npt.NDArray[np.float64]


def limited(
    blocks: Iterable[Clip], ceiling_dbtp: float, *, release_db_per_s: float = _RELEASE_DB_PER_S
) -> Iterator[Clip]:
    """Yield the same sound with a true peak of at most ``ceiling_dbtp``; times and length stay as they are.

    ``release_db_per_s`` is how fast the gain is let back: a slow one is heard less, a fast one takes less loudness.

    The blocks are of one rate and channels. What comes out is cut elsewhere than what went in, and lags by less than a
    second from 24 kHz on. Where nothing is above the ceiling, samples are untouched.
    """
    limiter = None
    for block in blocks:
        limiter = limiter or _Limiter(block.sample_rate_hz, block.n_channels, ceiling_dbtp, release_db_per_s)
        yield from limiter.take(block.samples)
    if limiter is not None:
        yield from limiter.rest()


class _Limiter:
    """Goes through the sound in pieces of one length, each seen with what surrounds it."""

    def __init__(self, sample_rate_hz: int, n_channels: int, ceiling_dbtp: float, release_db_per_s: float) -> None:
        self._sample_rate_hz, self._ceiling = sample_rate_hz, 10 ** ((ceiling_dbtp - _MARGIN_DB) / 20)
        n_attack = round(_ATTACK_S * sample_rate_hz)
        self._curve = np.hanning(n_attack + 3)[1:-1] / ((n_attack + 2) / 2)  # sums up to 1
        self._release_db = release_db_per_s / sample_rate_hz
        self._around = n_attack + CELL_FRAMES
        self._reduction_db = 0.0
        self._seen = np.zeros((self._around, n_channels), np.float32)

    def take(self, samples: Samples) -> Iterator[Clip]:
        """Yield what is ready, now that these samples are known."""
        self._seen = np.concatenate([self._seen, samples])
        while len(self._seen) >= _PIECE_FRAMES + 2 * self._around:
            yield self._piece(_PIECE_FRAMES)

    def rest(self) -> Iterator[Clip]:
        """Yield what is left, now that silence is known to follow."""
        self._seen = np.pad(self._seen, ((0, self._around), (0, 0)))
        while n_frames := len(self._seen) - 2 * self._around:
            yield self._piece(min(n_frames, _PIECE_FRAMES))

    def _piece(self, n_frames: int) -> Clip:
        """Return the next frames under the ceiling, and move on."""
        seen, self._seen = self._seen[: n_frames + 2 * self._around], self._seen[n_frames:]
        samples = seen[self._around : -self._around]
        heights = crests(seen, above=self._ceiling)
        if self._reduction_db or heights.max() > self._ceiling:
            samples = samples * self._gain(np.maximum(heights / self._ceiling, 1))[:, None]
        return Clip(samples, self._sample_rate_hz)

    def _gain(self, overs: Samples) -> Samples:
        """Return the gain for each frame, from how far the frames around are over the ceiling (1 is not at all)."""
        needed_db = _highest_nearby(20 * np.log10(overs, dtype=np.float64), len(self._curve))
        held_db = self._let_back(needed_db)
        self._reduction_db = float(held_db[-len(self._curve)])  # the last one that the next piece does not see again
        reduction_db = np.convolve(held_db, self._curve, "valid")
        return np.exp(reduction_db * (-log(10) / 20)).astype(np.float32)

    def _let_back(self, needed_db: _Decibels) -> _Decibels:
        """Return the least reduction that is enough and falls no faster than the release.

        Seen from what falls at that pace itself, it is a running maximum.
        """
        fallen_db = self._release_db * np.arange(len(needed_db) + 1)
        held_db = np.maximum.accumulate(np.append(self._reduction_db, needed_db) + fallen_db) - fallen_db
        return np.asarray(np.maximum(held_db[1:], 0))


def _highest_nearby(values: _Decibels, n: int) -> _Decibels:
    """Return the highest of each ``n`` neighbours; spans grow by being joined to those beside them."""
    span = 1
    while span < n:
        step = min(span, n - span)
        values = np.maximum(values[:-step], values[step:])
        span += step
    return values
