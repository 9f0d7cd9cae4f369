"""How loud sound is every 2 ms, as Praat's "To Intensity" weighs it for a lowest pitch of 50 Hz.

Power is weighed by a Kaiser window of 128 ms, after its mean is taken away. Praat does so every 16 ms; here every
eighth step is one of its rows, whichever step they begin with.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["STEPS_PER_WINDOW", "levels_db", "moments_of"]

STEPS_PER_WINDOW = 5  # of 10 ms

_HALF_STEPS = 32
_LEAST_POWER = 1e-12

_Floats = npt.NDArray[np.float32]
_Levels = npt.NDArray[np.float64]


def moments_of(spans: Samples) -> _Floats:
    """Return the mean and the mean square of each fifth of windows, of shape (n_windows, 5, 2)."""
    steps = spans.reshape(len(spans), STEPS_PER_WINDOW, spans.shape[1] // STEPS_PER_WINDOW)
    return np.stack([steps.mean(axis=2), np.vecdot(steps, steps) / np.float32(steps.shape[2])], axis=2)


def levels_db(moments: _Floats) -> _Levels:
    """Return the levels where one step ends and the next begins, against a full-scale square; silence is around."""
    around = ((_HALF_STEPS - 1, _HALF_STEPS - 1), (0, 0))
    means, squares = np.pad(moments.reshape(-1, 2), around).T.astype(np.float64)
    if len(means) < 2 * _HALF_STEPS:
        return np.zeros(0)
    mean = np.convolve(means, np.full(2 * _HALF_STEPS, 0.5 / _HALF_STEPS), "valid")
    weighed = np.convolve(squares, _kaiser(), "valid") - 2 * mean * np.convolve(means, _kaiser(), "valid") + mean**2
    return np.asarray(10 * np.log10(np.maximum(weighed, _LEAST_POWER)))


@cache
def _kaiser() -> _Levels:
    """Return the weight of each step of a window: side lobes lie 190 dB below, as Praat has it."""
    offsets = (np.arange(2 * _HALF_STEPS) + 0.5) / _HALF_STEPS - 1
    weights = np.i0((2 * np.pi**2 + 0.5) * np.sqrt(1 - offsets**2))
    return np.asarray(weights / weights.sum())
