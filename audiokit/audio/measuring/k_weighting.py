"""The filter in front of the loudness meter, which hears as an ear does (ITU-R BS.1770-5, annex 1).

Its recursion is not walked sample by sample. What a run of some 64 samples, and the four numbers that the filter
remembers, do to what comes out is linear: it is tried out once, and then any number of runs is two matrix products.
That is exact, and costs half of one Fourier transform of the same sound.
"""

from __future__ import annotations

from math import pi, tan

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["N_REMEMBERED", "Floats", "KWeighting", "biquads"]

_WINDOWS_A_SECOND = 10
_RUN_FRAMES = range(48, 97)  # shorter or longer runs are slower
N_REMEMBERED = 4
_FORGOTTEN = 1e-15

Floats = npt.NDArray[np.float64]
_Biquad = tuple[float, float, float, float, float]


class KWeighting:
    """The energy of sound behind the filter, in windows of 100 ms."""

    def __init__(self, sample_rate_hz: int) -> None:
        wanted = sample_rate_hz / _WINDOWS_A_SECOND
        self._run_frames = min(_RUN_FRAMES, key=lambda run: abs(round(wanted / run) * run - wanted))
        self.window_frames = round(wanted / self._run_frames) * self._run_frames  # to a frame or two
        heard, remembered = _tried(self._run_frames, biquads(sample_rate_hz))
        self._through, self._after = np.vsplit(heard.astype(np.float32), [self._run_frames])
        into, kept = np.vsplit(remembered, [self._run_frames])
        self._into, self._kept = into.astype(np.float32), _doublings(kept)

    def energies(self, samples: Samples, memory: Floats) -> tuple[Floats, Floats]:
        """Return the mean square of each window, and what is remembered for what comes next.

        ``samples`` is one row of one channel, of whole windows. In silence, four zeros are remembered.
        """
        windows = samples.reshape(-1, self.window_frames // self._run_frames, self._run_frames)
        memories = self._memories(samples.reshape(-1, self._run_frames) @ self._into, memory)
        weighted = windows @ self._through  # one window a product: BLAS wakes its threads for more, at twice the cost
        weighted += memories[:-1].astype(np.float32).reshape(*windows.shape[:2], N_REMEMBERED) @ self._after
        return np.einsum("ijk,ijk->i", weighted, weighted).astype(np.float64) / self.window_frames, memories[-1]

    def _memories(self, left_by_each: Samples, memory: Floats) -> Floats:
        """Return what is remembered around each run: what all before it left, summed up by doubling."""
        memories = np.vstack([memory, left_by_each])
        for doubling, kept in enumerate(self._kept):
            reach = 2**doubling
            memories[reach:] += memories[:-reach] @ kept
        return memories


def biquads(sample_rate_hz: int) -> tuple[_Biquad, _Biquad]:
    """Return b0, b1, b2, a1, a2 of the high shelf, and of the high-pass behind it.

    The standard prints them for 48 kHz and asks for the same response elsewhere. These are the analogue filters behind
    the print, brought to each rate by the bilinear transform, as libebur128 and FFmpeg do. It is within 0.1 dB from
    16 kHz on; at 8 kHz it is 0.2 dB over, and 0.4 dB above 2 kHz.
    """
    k, q = tan(pi * 1681.974450955533 / sample_rate_hz), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416 * k / q
    norm = 1 + k / q + k * k
    shelf = (high + middle + k * k) / norm, 2 * (k * k - high) / norm, (high - middle + k * k) / norm
    high_pass = _poles(tan(pi * 38.13547087602444 / sample_rate_hz), 0.5003270373238773)
    return (*shelf, *_poles(k, q)), (1.0, -2.0, 1.0, *high_pass)


def _poles(k: float, q: float) -> tuple[float, float]:
    norm = 1 + k / q + k * k
    return 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm


def _tried(run_frames: int, stages: tuple[_Biquad, ...]) -> tuple[Floats, Floats]:
    """Walk one run with a single sample of 1, for each place in it, and then with a single 1 remembered.

    Returns:
        What is heard, of shape (run_frames + 4, run_frames), and what is remembered afterwards, (run_frames + 4, 4).
    """
    cases = np.eye(run_frames + N_REMEMBERED)
    heard, memory = cases[:run_frames].copy(), cases[run_frames:].reshape(len(stages), 2, -1).copy()
    for value in heard:
        for (b0, b1, b2, a1, a2), (near, far) in zip(stages, memory, strict=True):
            out = b0 * value + near
            near[:], far[:] = b1 * value - a1 * out + far, b2 * value - a2 * out
            value[:] = out
    return heard.T, memory.reshape(N_REMEMBERED, -1).T


def _doublings(kept: Floats) -> list[Floats]:
    """Return what one, two, four, eight runs keep of a memory, until nothing is left of it."""
    powers = [kept]
    while np.abs(powers[-1]).max() > _FORGOTTEN:
        powers.append(powers[-1] @ powers[-1])
    return powers
