"""How far up a recording's sound goes: a telephone's ends at 3.4 kHz, whatever rate the file has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["SpectrumMeter"]

_WINDOW_FRAMES = 2048
_EVERY_S = 0.25
_LOUD_DBFS = -60.0
_FEWEST_WINDOWS = 4
_WITHIN_DB = 65.0  # a codec's or a resampler's cut-off falls by more than this, a voice's own slope by less
_SMOOTHED_HZ = 200.0


class SpectrumMeter:
    """Adds up the power spectra of what is loud, four times a second; keeps one spectrum."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._taper = np.blackman(_WINDOW_FRAMES).astype(np.float32)
        self._every = round(_EVERY_S * sample_rate_hz)
        self._sum: npt.NDArray[np.float64] = np.zeros(_WINDOW_FRAMES // 2 + 1)
        self._n = 0
        self._waiting: Samples = np.zeros(0, np.float32)

    def add(self, samples: Samples) -> None:
        """Look at what comes next: one channel, of shape (n_frames, 1)."""
        sound = np.concatenate([self._waiting, samples[:, 0]])
        n = max(0, (len(sound) - _WINDOW_FRAMES) // self._every + 1)
        if n:
            windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW_FRAMES)[:: self._every][:n]
            loud = windows[np.vecdot(windows, windows) > _WINDOW_FRAMES * 10 ** (_LOUD_DBFS / 10)]
            spectra = np.fft.rfft(loud * self._taper)
            self._sum += (spectra.real**2 + spectra.imag**2).sum(axis=0, dtype=np.float64)
            self._n += len(loud)
        self._waiting = sound[n * self._every :].copy()

    def bandwidth_hz(self) -> float | None:
        """Return up to where the mean spectrum stays within 65 dB of its top; None where too little was loud."""
        if self._n < _FEWEST_WINDOWS:
            return None
        bin_hz = self.sample_rate_hz / _WINDOW_FRAMES
        width = max(1, round(_SMOOTHED_HZ / bin_hz))
        smooth = np.convolve(self._sum, np.full(width, 1 / width), "same")
        return float(np.flatnonzero(smooth > smooth.max() * 10 ** (-_WITHIN_DB / 10))[-1] * bin_hz)
