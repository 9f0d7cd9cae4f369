"""How loud sound is to an ear, and what gain brings it to a target (ITU-R BS.1770-5, EBU R 128, Tech 3341 and 3342)."""

from __future__ import annotations

import copy
from array import array
from dataclasses import dataclass
from math import inf, log10

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.measuring.k_weighting import N_REMEMBERED, Floats, KWeighting
from audiokit.audio.measuring.true_peak import TruePeak

__all__ = ["Loudness", "LoudnessMeter", "gain_db", "loudness"]

_SAMPLE_RATES_HZ = range(8_000, 192_001)
_WINDOWS_AT_ONCE = 10  # of 100 ms
_MOMENTARY_WINDOWS, _SHORT_TERM_WINDOWS = 4, 30  # Tech 3341, 2.2: 400 ms and 3 s
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU, _RANGE_GATE_LU = -10.0, -20.0  # BS.1770-5, annex 1; Tech 3342, 3.1
_RANGE_PERCENTILES = (10, 95)

# BS.1770-5, annex 1, table 3: +1.5 dB for what stands 60 to 120 degrees to the side, nothing for the LFE. The order of
# channels is that of WAV and FLAC: left, right, centre, LFE, back or surround, side; one channel is one loudspeaker.
_SIDE = 1.41
_WEIGHTS = {
    1: (1.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),
    4: (1.0, 1.0, _SIDE, _SIDE),
    5: (1.0, 1.0, 1.0, _SIDE, _SIDE),
    6: (1.0, 1.0, 1.0, 0.0, _SIDE, _SIDE),
    7: (1.0, 1.0, 1.0, 0.0, 1.0, _SIDE, _SIDE),
    8: (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, _SIDE, _SIDE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """How loud a sound is. Levels are ``-inf`` where there is nothing to measure.

    ``integrated_lufs`` is over all that passes the gates. ``momentary_max_lufs`` is the loudest 400 ms,
    ``short_term_max_lufs`` the loudest 3 s. ``range_lu`` is from the quiet to the loud 3 s; 0 in shorter sound.
    """

    integrated_lufs: float
    range_lu: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    peak_dbfs: float
    true_peak_dbtp: float


class LoudnessMeter:
    """Measures sound that comes in blocks, of any length; needs 80 bytes for each second of it.

    Raises:
        ValueError: the rate is not from 8 to 192 kHz, or there are more than eight channels.
    """

    def __init__(self, sample_rate_hz: int, n_channels: int) -> None:
        if sample_rate_hz not in _SAMPLE_RATES_HZ or n_channels not in _WEIGHTS:
            raise ValueError(f"loudness is not defined for {n_channels} channels at {sample_rate_hz} Hz")
        self._filter, self._weights = KWeighting(sample_rate_hz), _WEIGHTS[n_channels]
        self._memories = np.zeros((n_channels, N_REMEMBERED))
        self._energies = array("d")
        self._peak, self._true_peak = 0.0, TruePeak(n_channels)
        self._waiting = np.zeros((n_channels, _WINDOWS_AT_ONCE * self._filter.window_frames), np.float32)
        self._n_waiting = 0

    def add(self, samples: Samples) -> None:
        """Take in the next frames, shape (n_frames, n_channels)."""
        self._peak = max(self._peak, float(samples.max(initial=0)), -float(samples.min(initial=0)))
        while len(samples):
            fitting = samples[: self._waiting.shape[1] - self._n_waiting]
            self._waiting[:, self._n_waiting : self._n_waiting + len(fitting)] = fitting.T
            self._n_waiting += len(fitting)
            samples = samples[len(fitting) :]
            if self._n_waiting == self._waiting.shape[1]:
                self._energies.extend(self._weighted(self._waiting, self._memories))
                self._true_peak.add(self._waiting.T)
                self._n_waiting = 0

    def result(self) -> Loudness:
        """Return how loud all of it so far is; more may be added afterwards.

        Sound shorter than 400 ms, for which the standard has no answer, is measured as a whole.
        """
        rest, true_peak = self._waiting[:, : self._n_waiting], copy.copy(self._true_peak)
        true_peak.add(rest.T)
        energies = self._energies_with(rest)
        momentary = _means(energies, min(_MOMENTARY_WINDOWS, len(energies)))
        short_term = _means(energies, _SHORT_TERM_WINDOWS)
        return Loudness(
            integrated_lufs=_integrated_lufs(momentary),
            range_lu=_range_lu(short_term),
            momentary_max_lufs=float(_lufs(momentary.max(initial=0))),
            short_term_max_lufs=float(_lufs(short_term.max(initial=0))),
            peak_dbfs=_db(self._peak),
            true_peak_dbtp=_db(true_peak.value),
        )

    def _energies_with(self, rest: Samples) -> Floats:
        """Return the energies of all windows, with those of the rest; what is no whole window does not count."""
        window_frames, n_frames = self._filter.window_frames, rest.shape[1]
        if self._energies or n_frames >= _MOMENTARY_WINDOWS * window_frames:
            whole = rest[:, : n_frames // window_frames * window_frames]
            return np.concatenate([self._energies, self._weighted(whole, self._memories.copy())])
        padded = np.pad(rest, ((0, 0), (0, -n_frames % window_frames)))
        energies = self._weighted(padded, self._memories.copy())
        return np.array([energies.sum() * window_frames / max(n_frames, 1)])

    def _weighted(self, rows: Samples, memories: Floats) -> Floats:
        """Return the energy of each window over all channels; ``memories`` go on from where they are."""
        energies = np.zeros(rows.shape[1] // self._filter.window_frames)
        for channel, weight in enumerate(self._weights):
            if weight:
                of_one, memories[channel] = self._filter.energies(rows[channel], memories[channel])
                energies += weight * of_one
        return energies


def loudness(clip: Clip) -> Loudness:
    """Return how loud a whole clip is.

    Raises:
        ValueError: as ``LoudnessMeter`` does.
    """
    meter = LoudnessMeter(clip.sample_rate_hz, clip.n_channels)
    meter.add(clip.samples)
    return meter.result()


def gain_db(
    measured: Loudness, *, target_lufs: float = -20.0, ceiling_dbtp: float = -1.5, most_limiting_db: float = 6.0
) -> float:
    """Return the gain that brings sound to the target, or as near to it as a limiter can follow without being heard.

    After it, the true peak is at most ``most_limiting_db`` over the ceiling: the limiter's share. Where there is
    nothing to measure, the gain is 0.
    """
    if measured.integrated_lufs == -inf:
        return 0.0
    return min(target_lufs - measured.integrated_lufs, ceiling_dbtp + most_limiting_db - measured.true_peak_dbtp)


def _means(energies: Floats, n_windows: int) -> Floats:
    """Return the mean energies of all blocks of that many windows, each a window after the other."""
    if len(energies) < n_windows:
        return np.zeros(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(energies, n_windows).mean(axis=1))


def _integrated_lufs(momentary: Floats) -> float:
    gated = _above(momentary, _RELATIVE_GATE_LU)
    return float(_lufs(gated.mean())) if len(gated) else -inf


def _range_lu(short_term: Floats) -> float:
    gated = _above(short_term, _RANGE_GATE_LU)
    if not len(gated):
        return 0.0
    quiet, loud = np.percentile(_lufs(gated), _RANGE_PERCENTILES)
    return float(loud - quiet)


def _above(blocks: Floats, relative_gate_lu: float) -> Floats:
    """Return the blocks that pass the absolute gate, and then the one below the mean of all that did."""
    heard = blocks[_lufs(blocks) > _ABSOLUTE_GATE_LUFS]
    return heard[heard > heard.mean() * 10 ** (relative_gate_lu / 10)] if len(heard) else heard


def _lufs(energies: npt.ArrayLike) -> Floats:
    """BS.1770-5, annex 1, equation 2; the constant takes out what the filter adds at 1 kHz."""
    with np.errstate(divide="ignore"):
        return np.asarray(-0.691 + 10 * np.log10(energies))


def _db(value: float) -> float:
    return 20 * log10(value) if value else -inf
