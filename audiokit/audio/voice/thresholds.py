"""From where on a window counts as speech, and as voice: judged by all that was heard of one voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audiokit.audio.voice.melody import NEVER
from audiokit.audio.voice.periods import Periods
from audiokit.audio.voice.pitch import QUIETEST_DBFS, Floats, Windows

__all__ = [
    "AUDIBLE_DBFS",
    "DEPTH_DB",
    "LOUDEST_PERCENTILE",
    "VOICING_STRENGTH",
    "Thresholds",
    "case_for_no_voice",
    "loudest_that_repeats",
]

VOICING_STRENGTH = 0.45
"""How strong a period has to be, in sound that is loud enough; Praat's too."""
AUDIBLE_DBFS = -80.0
LOUDEST_PERCENTILE, DEPTH_DB = 99, 25.0
"""Speech reaches 25 dB below the loudest; it is de Jong & Wempe's, and what Praat takes for silence."""

_SILENT_SHARE = 0.03  # of the largest sample: below it nothing is voiced
_NOISE_PERCENTILE, _ABOVE_NOISE_DB = 5, 4.0  # in such windows steady noise stays within 3 dB of its fifth percentile
_NOISE_SHARE = 0.05
_LEAST_DEPTH_DB = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Above ``speech_dbfs`` a window is speech, above ``voice_dbfs`` it may have a voice, if only a quiet one.

    ``loudest`` is the largest sample of any window that repeats itself.
    """

    speech_dbfs: float
    voice_dbfs: float
    loudest: float

    @classmethod
    def of(cls, heard: Sequence[Windows]) -> Thresholds:
        """Judge one segment or more, of one voice."""
        levels_dbfs = np.concatenate([np.zeros(0, np.float32), *(windows.levels_dbfs for windows in heard)])
        if not len(levels_dbfs):
            return cls(speech_dbfs=AUDIBLE_DBFS, voice_dbfs=AUDIBLE_DBFS, loudest=0.0)
        repeats = np.concatenate([windows.periods.strengths.max(axis=1) > VOICING_STRENGTH for windows in heard])
        loudest_dbfs = float(np.percentile(levels_dbfs, LOUDEST_PERCENTILE))
        noise_dbfs = _noise_dbfs(levels_dbfs, levels_dbfs[~repeats])
        highest_dbfs = loudest_dbfs - _LEAST_DEPTH_DB
        return cls(
            speech_dbfs=max(AUDIBLE_DBFS, min(max(loudest_dbfs - DEPTH_DB, noise_dbfs), highest_dbfs)),
            voice_dbfs=max(AUDIBLE_DBFS, min(noise_dbfs, highest_dbfs)),
            loudest=loudest_that_repeats([windows.periods for windows in heard], VOICING_STRENGTH),
        )

    def unvoiced(self, windows: Windows) -> Floats:
        """Return how strong the case for no voice is in each window: the quieter, the stronger."""
        is_audible = windows.levels_dbfs > self.voice_dbfs
        case = case_for_no_voice(windows.periods, self.loudest, VOICING_STRENGTH)
        return np.where(is_audible, case, np.float32(-NEVER))


def loudest_that_repeats(heard: Sequence[Periods], strength: float) -> float:
    """Return the largest sample of any window that has so strong a period, so that no click or thump silences a voice.

    It stands for the largest of the whole recording, which Boersma takes, and which nobody knows while it streams by.
    """
    return max((float(p.peaks[p.strengths.max(axis=1) > strength].max(initial=0)) for p in heard), default=0.0)


def case_for_no_voice(periods: Periods, loudest: float, strength: float) -> Floats:
    """Return how strong a period has to be in each window: ``strength`` and more, the quieter it is (Boersma 1993)."""
    share = periods.peaks / np.float32(max(loudest, 1e-9))
    silence = np.maximum(0, 2 - share * np.float32((1 + strength) / _SILENT_SHARE))
    return np.asarray(np.float32(strength) + silence, np.float32)


def _noise_dbfs(levels_dbfs: Floats, without_period_dbfs: Floats) -> float:
    """Return what steady noise stays below, if enough of it is heard on its own; it is what has no period."""
    if len(without_period_dbfs) < _NOISE_SHARE * len(levels_dbfs):
        return QUIETEST_DBFS
    return float(np.percentile(without_period_dbfs, _NOISE_PERCENTILE)) + _ABOVE_NOISE_DB
