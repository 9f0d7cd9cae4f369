"""Where syllables have their nuclei: the recipe of de Jong & Wempe (2009), Behavior Research Methods 41, 385-390.

Its authors look at the level every 16 ms. Where their first look falls is chance, and moves the count by up to a tenth.
Here it is counted for eight beginnings, 2 ms apart, and the mean is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audiokit.audio.measuring.detect import Flags
from audiokit.audio.voice.intensity import STEPS_PER_WINDOW, levels_db
from audiokit.audio.voice.melody import Costs
from audiokit.audio.voice.pitch import Floats, Windows, contour
from audiokit.audio.voice.thresholds import (
    AUDIBLE_DBFS,
    DEPTH_DB,
    LOUDEST_PERCENTILE,
    case_for_no_voice,
    loudest_that_repeats,
)

__all__ = ["nuclei_of"]

_DIP_DB = 2.0
_STEPS_PER_LOOK = 8
_VOICING_STRENGTH, _COSTS = 0.25, Costs(voicing_change=0.25, octave_jump=0.35)
_ANY_HZ = (0.0, np.inf)

_Levels = npt.NDArray[np.float64]


def nuclei_of(heard: Sequence[Windows]) -> list[Floats]:
    """Return how many nuclei are in each window, in one segment or more, of one voice and judged by one measure.

    They are peaks of the level less than 25 dB below the loudest, from which it falls by 2 dB or more before the next,
    with a period in the 100 ms around. The sum is how many there are; of one nucleus, parts may lie in windows nearby.
    """
    levels = [levels_db(windows.moments) for windows in heard]
    known_db = np.concatenate([np.zeros(0), *levels])
    if not len(known_db):
        return [np.zeros(len(windows), np.float32) for windows in heard]
    least_db = max(float(np.percentile(known_db, LOUDEST_PERCENTILE)) - DEPTH_DB, AUDIBLE_DBFS)
    loudest = loudest_that_repeats([windows.wide for windows in heard], _VOICING_STRENGTH)
    return [_counted(db, least_db, _has_voice(windows, loudest)) for db, windows in zip(levels, heard, strict=True)]


def _has_voice(windows: Windows, loudest: float) -> Flags:
    case = case_for_no_voice(windows.wide, loudest, _VOICING_STRENGTH)
    return ~np.isnan(contour(windows.wide, case, *_ANY_HZ, costs=_COSTS))


def _counted(levels_db: _Levels, least_db: float, has_voice: Flags) -> Floats:
    counts = np.zeros(len(has_voice), np.float32)
    for first in range(_STEPS_PER_LOOK):
        looks = _peaks(levels_db[first::_STEPS_PER_LOOK], least_db)
        windows = (1 + first + _STEPS_PER_LOOK * looks) // STEPS_PER_WINDOW
        counts[windows[has_voice[windows]]] += 1 / _STEPS_PER_LOOK
    return counts


def _peaks(levels_db: _Levels, least_db: float) -> npt.NDArray[np.intp]:
    """Return which peaks above a level it falls from, before the next of them; from the last it always does."""
    before, here, after = levels_db[:-2], levels_db[1:-1], levels_db[2:]
    peaks = 1 + np.flatnonzero((here > before) & (here >= after) & (here > least_db))
    falls_db = levels_db[peaks] - np.minimum.reduceat(levels_db, peaks) if len(peaks) else np.zeros(0)
    falls_db[-1:] = np.inf
    return peaks[falls_db > _DIP_DB]
