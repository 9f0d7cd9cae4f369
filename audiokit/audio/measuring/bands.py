"""Whether anything rises above what is always there: six bands of the telephone's range, looked at as sound streams by.

Speech comes and goes, hum and hiss stay: over 70 ms, white noise stays within 5.5 dB of its tenth percentile in every
band for an hour; speech only as loud as the white noise around it rises by 15 dB for a tenth of a second at least
(90 real recordings; measured 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["BAND_RATE_HZ", "N_BANDS", "BandMeter", "Rises"]

BAND_RATE_HZ = 8_000
"""The rate at which sound is looked at here."""

_WINDOW_FRAMES = 240  # 30 ms
_HOP_FRAMES = 80
_BLOCK_WINDOWS = 6_000
_BAND_BINS = np.round(np.array([200, 500, 900, 1400, 2000, 2700, 3400]) * _WINDOW_FRAMES / BAND_RATE_HZ).astype(np.intp)
N_BANDS = len(_BAND_BINS) - 1
"""How many bands there are from 200 to 3400 Hz."""

_LOUDEST_WINDOWS = 5  # 0.1 s of those that are kept
_SMOOTHED_WINDOWS = 5
_FLOOR_PERCENTILE = 10
_RISE_DB = 6.0
_LIVE_DBFS = -95.0  # below: digital silence, as before a microphone wakes; it says nothing about the noise
_AUDIBLE_DBFS = -80.0
_LEAST_DBFS = -150.0
_KEPT_EVERY = 2  # of the windows, once they are smoothed over 70 ms
_STEPS_A_DB = 100

_Powers = npt.NDArray[np.float64]
_Steps = npt.NDArray[np.int16]  # hundredths of a dB


@dataclass(frozen=True, slots=True, kw_only=True)
class Rises:
    """``ratio`` is the share of windows in which some band rises above its floor in some channel.

    ``noise_floor_dbfs`` is the level of the quietest tenth, from 200 to 3400 Hz; ``-inf`` for digital silence.
    ``risen_dbfs`` is the level, in the same range, of the windows that rise; ``-inf`` where none does. Of each band,
    ``floors_dbfs`` are the levels that a tenth of what is not digital silence lies below, and ``loudest_dbfs`` the
    levels that 0.1 s lie at or above, in the channel where they are lowest, and highest; -150 where there is nothing.
    """

    ratio: float
    noise_floor_dbfs: float
    risen_dbfs: float
    floors_dbfs: tuple[float, ...]
    loudest_dbfs: tuple[float, ...]


class BandMeter:
    """Measures 30 ms windows every 10 ms; keeps 14 bytes for every other one of each channel."""

    def __init__(self, n_channels: int = 1) -> None:
        self._taper = np.hanning(_WINDOW_FRAMES).astype(np.float32)
        # Parseval: a sine of peak 1 comes out as 0.5.
        self._scale = 2 / (_WINDOW_FRAMES * float(np.square(self._taper).sum()))
        self._samples: Samples = np.zeros((0, n_channels), np.float32)
        self._powers: _Powers = np.zeros((0, n_channels, N_BANDS))
        self._levels, self._n_smoothed = list[_Steps](), 0

    def add(self, samples: Samples) -> None:
        """Look at what comes next: sound at ``BAND_RATE_HZ``, of shape (n_frames, n_channels)."""
        self._samples = np.concatenate([self._samples, samples])
        while (n_windows := self._n_windows()) > 0:
            n_frames = min(n_windows, _BLOCK_WINDOWS) * _HOP_FRAMES
            self._take(self._samples[: n_frames + _WINDOW_FRAMES - _HOP_FRAMES])
            self._samples = self._samples[n_frames:]

    def result(self) -> Rises:
        """Return what was found so far; sound of less than a window counts as one."""
        levels = [*self._levels, self._rest()]
        n_channels = levels[-1].shape[1]
        totals = np.stack([_column(levels, channel, 0) for channel in range(n_channels)], axis=1)
        rises = np.zeros(len(totals), np.bool_)
        floors, loudest = np.empty((n_channels, N_BANDS)), np.empty((n_channels, N_BANDS))
        for channel, total in enumerate(totals.T):
            live = total > _LIVE_DBFS * _STEPS_A_DB
            audible = total > _AUDIBLE_DBFS * _STEPS_A_DB
            for band in range(N_BANDS):
                column = _column(levels, channel, band + 1)
                floors[channel, band] = floor = _floor(column, live)
                loudest[channel, band] = _loudest(column)
                rises |= (column > floor + _RISE_DB * _STEPS_A_DB) & live & audible
        powers = 10 ** (totals.astype(np.float32) / (10 * _STEPS_A_DB))
        return Rises(
            ratio=float(rises.mean()),
            noise_floor_dbfs=_dbfs(float(np.percentile(powers.mean(axis=1), _FLOOR_PERCENTILE))),
            risen_dbfs=_dbfs(float(powers[rises].max(axis=1).mean())) if rises.any() else -np.inf,
            floors_dbfs=tuple((floors.min(axis=0) / _STEPS_A_DB).tolist()),
            loudest_dbfs=tuple((loudest.max(axis=0) / _STEPS_A_DB).tolist()),
        )

    def _n_windows(self) -> int:
        return (len(self._samples) - _WINDOW_FRAMES) // _HOP_FRAMES + 1

    def _take(self, sound: Samples) -> None:
        self._powers = np.concatenate([self._powers, self._band_powers(sound)])
        if len(self._powers) >= _SMOOTHED_WINDOWS:
            smoothed = _smoothed(self._powers)
            self._levels.append(_steps(smoothed[self._n_smoothed % _KEPT_EVERY :: _KEPT_EVERY]))
            self._n_smoothed += len(smoothed)
            self._powers = self._powers[1 - _SMOOTHED_WINDOWS :]

    def _rest(self) -> _Steps:
        """Return one window's levels where there were too few to be smoothed, else none."""
        if self._n_smoothed:
            return self._levels[0][:0]
        powers = self._powers
        if not len(powers):
            missing = _WINDOW_FRAMES - len(self._samples)
            powers = self._band_powers(np.pad(self._samples, ((0, missing), (0, 0))))
        return _steps(powers.mean(axis=0, keepdims=True))

    def _band_powers(self, sound: Samples) -> _Powers:
        """Return mean squares of shape (n_windows, n_channels, n_bands)."""
        windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW_FRAMES, axis=0)[::_HOP_FRAMES]
        spectrum = np.fft.rfft(windows * self._taper)[..., : _BAND_BINS[-1]]
        bins = spectrum.real.astype(np.float64) ** 2 + spectrum.imag.astype(np.float64) ** 2
        return np.add.reduceat(bins, _BAND_BINS[:-1], axis=2) * self._scale


def _column(levels: list[_Steps], channel: int, band: int) -> _Steps:
    return np.concatenate([block[:, channel, band] for block in levels])


def _floor(band: _Steps, live: npt.NDArray[np.bool_]) -> float:
    """Return what is always there, in steps."""
    return float(np.percentile(band[live], _FLOOR_PERCENTILE)) if live.any() else _LEAST_DBFS * _STEPS_A_DB


def _loudest(band: _Steps) -> float:
    """Return the level that is reached for 0.1 s in all, in steps; that of the quietest window where there is less."""
    n = min(_LOUDEST_WINDOWS, len(band))
    return float(np.partition(band, len(band) - n)[len(band) - n])


def _dbfs(power: float) -> float:
    """Return the level of what is no digital silence."""
    return -np.inf if power <= 10 ** (_LEAST_DBFS / 10) * 1.01 else float(10 * np.log10(power))


def _smoothed(powers: _Powers) -> _Powers:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(powers, _SMOOTHED_WINDOWS, axis=0).mean(axis=-1))


def _steps(powers: _Powers) -> _Steps:
    """Return levels of shape (n_windows, n_channels, 1 + n_bands): of all bands together, then of each."""
    both = np.concatenate([powers.sum(axis=2, keepdims=True), powers], axis=2)
    steps: _Powers = np.rint(10 * _STEPS_A_DB * np.log10(np.maximum(both, 10 ** (_LEAST_DBFS / 10))))
    return steps.astype(np.int16)
