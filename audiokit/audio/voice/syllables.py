"""Where syllables have their nuclei: the recipe of de Jong & Wempe (2009), Behavior Research Methods 41, 385-390."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiokit.audio.measuring.detect import Flags
from audiokit.audio.voice.pitch import QUIETEST_DBFS, Floats, Windows
from audiokit.audio.voice.thresholds import AUDIBLE_DBFS, DEPTH_DB, LOUDEST_PERCENTILE

__all__ = ["nuclei"]

_DIP_DB = 2.0
_LEAST_WINDOWS = 7  # no mouth speaks 15 syllables a second; what is faster is a tremor
_HALF_SMOOTHING = (0.3172, 0.2343, 0.0907, 0.0156, 0.0007)
"""Weights of windows 0, 10, ... 40 ms away. With the windows' own taper they make, to 0.1 %, the Kaiser window of
128 ms with which Praat's "To Intensity" weighs power for a lowest pitch of 50 Hz, as the recipe has it."""
_SMOOTHING = np.array([*_HALF_SMOOTHING[:0:-1], *_HALF_SMOOTHING])
_NEAR_WINDOWS = 7  # with their own 46 ms, the 100 ms in which the recipe looks for a pitch
_VOICED_STRENGTH = 0.4
"""The recipe asks for 0.25 in one window of 100 ms; the mean of short ones is higher, and most so where there is no
voice. Set on the recordings of tests/sentiment/test_against_praat.py that are not held out: of 1,400 peaks it and Praat
judge 97 in 100 alike, and err as often to either side; from 0.38 to 0.42 that changes little."""


def nuclei(heard: Sequence[Windows]) -> list[Flags]:
    """Return where nuclei are, in one segment or more, of one voice and judged by one measure.

    They are peaks of the level less than 25 dB below the loudest, from which it falls by 2 dB or more before the next,
    with a period in the 100 ms around.
    """
    levels_db = [_smoothed_db(windows.powers) for windows in heard]
    if not sum(map(len, levels_db)):
        return [np.zeros(0, np.bool_) for _ in heard]
    loudest_db = float(np.percentile(np.concatenate(levels_db), LOUDEST_PERCENTILE))
    least_db = max(loudest_db - DEPTH_DB, AUDIBLE_DBFS)
    return [
        _without_tremor(_peaks(levels, least_db) & _has_period(windows))
        for levels, windows in zip(levels_db, heard, strict=True)
    ]


def _smoothed_db(powers: Floats) -> Floats:
    padded = np.pad(powers, len(_HALF_SMOOTHING) - 1)
    smoothed = np.convolve(padded, _SMOOTHING, "valid") if len(powers) else powers
    return np.asarray(10 * np.log10(smoothed + 10 ** (QUIETEST_DBFS / 10)), np.float32)


def _peaks(levels_db: Floats, least_db: float) -> Flags:
    """Return which peaks above a level it falls from, before the next of them; from the last it always does."""
    before, here, after = levels_db[:-2], levels_db[1:-1], levels_db[2:]
    peaks = 1 + np.flatnonzero((here > before) & (here >= after) & (here > least_db))
    falls_db = levels_db[peaks] - np.minimum.reduceat(levels_db, peaks) if len(peaks) else np.zeros(0)
    falls_db[-1:] = np.inf
    flags = np.zeros(len(levels_db), np.bool_)
    flags[peaks[falls_db > _DIP_DB]] = True
    return flags


def _without_tremor(are_peaks: Flags) -> Flags:
    """Return the last of each run of peaks that follow each other faster than a mouth can move."""
    peaks = np.flatnonzero(are_peaks)
    flags = np.zeros(len(are_peaks), np.bool_)
    flags[peaks[np.diff(peaks, append=len(flags) + _LEAST_WINDOWS) >= _LEAST_WINDOWS]] = True
    return flags


def _has_period(windows: Windows) -> Flags:
    strengths = np.maximum(windows.strengths.max(axis=1), 0)
    padded = np.pad(strengths, _NEAR_WINDOWS // 2)
    return np.asarray(np.convolve(padded, np.full(_NEAR_WINDOWS, 1 / _NEAR_WINDOWS), "valid") > _VOICED_STRENGTH)
