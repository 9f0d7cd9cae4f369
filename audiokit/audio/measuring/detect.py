"""Where something rises above the noise: hysteresis over a floor that is tracked. Unsure means speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiokit.audio.measuring.powers import WINDOWS_PER_S, PowerMeter, Powers

__all__ = ["Flags", "runs", "speech_flags"]

Flags = npt.NDArray[np.bool_]
_Indices = npt.NDArray[np.intp]
_Decibels = npt.NDArray[np.float64]
_Levels = npt.NDArray[np.uint8]  # half decibels above the lowest: hours fit into little, and levels can be counted

_LOWEST_DBFS, _STEP_DB, _N_STEPS = -100.0, 0.5, 256
_ALL_STEPS_DBFS = _LOWEST_DBFS + _STEP_DB * np.arange(_N_STEPS)
_LOWEST_POWER = np.float32(1e-10)
_BLOCK_WINDOWS = 30_000
# Tuned on 40 real recordings, clean and in eleven kinds of noise (2026-11); tests/audio/test_activity.py holds them.
_SMOOTHED_WINDOWS = 9
_HOP_WINDOWS = 10 * WINDOWS_PER_S  # a floor is that of 10 s and of the 10 s on both sides
_FLOOR_SHARE, _CEILING_SHARE = 0.05, 0.95
_LIVE_DBFS, _QUIETEST_FLOOR_DBFS, _AUDIBLE_DBFS = -95.0, -90.0, -80.0
_LEAST_DYNAMICS_DB = 14.0
_RISE_SHARE, _LEAST_RISE_DB, _MOST_RISE_DB = 0.25, 4.5, 12.0
_HELD_SHARE = 0.6
_DRIFT_SHARE = 1 / 3  # of the dynamics; what stays louder than that is no noise, but something to be heard


def speech_flags(meter: PowerMeter) -> Flags:
    """Return, for each window that was measured, whether it may be speech.

    The plain and the pre-emphasised powers are judged on their own, since hum hides speech in the one and hiss in the
    other; either suffices. Where neither has dynamics, as in steady noise and dense music, all sound counts.
    """
    if not meter.n_frames:
        return np.zeros(0, np.bool_)
    plain, emphasised = _Track.of(_levels(meter.plain())), _Track.of(_levels(meter.emphasised()))
    if max(plain.dynamics_db, emphasised.dynamics_db) < _LEAST_DYNAMICS_DB:
        return plain.above(np.full_like(plain.floors_dbfs, _LIVE_DBFS)) & (plain.ceiling_dbfs > _AUDIBLE_DBFS)
    return plain.rises() | emphasised.rises()


def runs(flags: Flags) -> tuple[_Indices, _Indices]:
    """Return where each run of true flags starts, and where it has ended."""
    edges = np.flatnonzero(np.diff(flags.view(np.int8), prepend=np.int8(0), append=np.int8(0)))
    return edges[::2], edges[1::2]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Track:
    """The levels of all windows, and what they are judged by; there is one floor for each hop."""

    levels: _Levels
    floors_dbfs: _Decibels
    ceiling_dbfs: float
    dynamics_db: float

    @classmethod
    def of(cls, levels: _Levels) -> _Track:
        hops = [levels[start : start + _HOP_WINDOWS] for start in range(0, len(levels), _HOP_WINDOWS)]
        counts = np.stack([np.bincount(hop, minlength=_N_STEPS) for hop in hops])
        nearby = counts.copy()
        nearby[1:] += counts[:-1]
        nearby[:-1] += counts[1:]
        ceiling_dbfs = float(_quantiles_dbfs(nearby, _CEILING_SHARE).max())
        live = counts.sum(axis=0) * (_ALL_STEPS_DBFS > _LIVE_DBFS)  # a microphone that is off says nothing of the room
        overall_dbfs = max(float(_quantiles_dbfs(live, _FLOOR_SHARE)), _QUIETEST_FLOOR_DBFS)
        dynamics_db = max(0.0, ceiling_dbfs - overall_dbfs)
        highest_dbfs = overall_dbfs + _DRIFT_SHARE * dynamics_db
        floors_dbfs = _quantiles_dbfs(nearby, _FLOOR_SHARE).clip(_QUIETEST_FLOOR_DBFS, highest_dbfs)
        return cls(levels=levels, floors_dbfs=floors_dbfs, ceiling_dbfs=ceiling_dbfs, dynamics_db=dynamics_db)

    def rises(self) -> Flags:
        """Return the runs of windows above a threshold that rise, somewhere in them, above a higher one."""
        rise_db = min(max(_RISE_SHARE * self.dynamics_db, _LEAST_RISE_DB), _MOST_RISE_DB)
        starts, ends = runs(self.above(self.floors_dbfs + _HELD_SHARE * rise_db))
        risen = self.above(np.maximum(self.floors_dbfs + rise_db, _AUDIBLE_DBFS))
        lengths = np.diff(np.stack([starts, ends], axis=1).ravel(), prepend=0, append=len(self.levels))
        flags = np.zeros(len(lengths), np.bool_)
        flags[1::2] = np.logical_or.reduceat(risen, starts)
        return np.repeat(flags, lengths)

    def above(self, thresholds_dbfs: _Decibels) -> Flags:
        """Return which windows are louder than the threshold of their hop."""
        thresholds = np.repeat(_steps(thresholds_dbfs), _HOP_WINDOWS)
        return np.greater(self.levels, thresholds[: len(self.levels)])


def _levels(powers: Powers) -> _Levels:
    """Return the levels of windows, smoothed over 90 ms; five minutes at a time, so that hours need little memory."""
    smoothing = np.full(_SMOOTHED_WINDOWS, 1 / _SMOOTHED_WINDOWS, np.float32)
    padded = np.pad(powers, _SMOOTHED_WINDOWS // 2, mode="edge")
    levels = np.empty(len(powers), np.uint8)
    for start in range(0, len(powers), _BLOCK_WINDOWS):
        smoothed = np.convolve(padded[start : start + _BLOCK_WINDOWS + _SMOOTHED_WINDOWS - 1], smoothing, "valid")
        levels[start : start + _BLOCK_WINDOWS] = _steps(10 * np.log10(np.maximum(smoothed, _LOWEST_POWER)))
    return levels


def _steps(dbfs: npt.NDArray[np.floating]) -> _Levels:
    steps = ((dbfs - _LOWEST_DBFS) / _STEP_DB).clip(0, _N_STEPS - 1)
    return np.asarray(steps, np.uint8)


def _quantiles_dbfs(counts: npt.NDArray[np.intp], share: float) -> _Decibels:
    """Return the level that ``share`` of what was counted lies below, for each row of counts."""
    sums = np.cumsum(counts, axis=-1)
    return np.asarray(_ALL_STEPS_DBFS[(sums > share * sums[..., -1:]).argmax(axis=-1)], np.float64)
