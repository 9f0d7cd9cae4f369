"""How something was said, in figures: pitch, loudness, pace and pauses of one voice. What a speaker feels is not in it.

Jitter and shimmer, the differences from one period of the voice to the next, are left out on purpose: they are defined
for a vowel that is held (Titze, "Workshop on Acoustic Voice Analysis", 1995), are smaller than a sample at 8 kHz, and
what a telephone or a lossy codec does to running speech is larger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.activity import Segment
from audiokit.audio.voice.pitch import WINDOW_S, Floats, listen
from audiokit.audio.voice.turns import Turn, joined, turns_of

__all__ = ["Prosody", "of_turns", "prosody"]

_BLOCK_S = 10.0
_VOICED_FOR_MEDIAN, _VOICED_FOR_RANGE = 10, 50  # windows
_LEAST_FOR_RATE_S = 1.0
_RANGE_PERCENTILES = (5, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prosody:
    """How one voice spoke. None is unknown: too little speech or voice for the figure to mean anything.

    Windows of 46 ms are looked at every 10 ms, at 16 kHz. One is *speech* if its level (RMS, 62 to 3800 Hz) is less
    than 25 dB below the 99th percentile of all levels, more than 4 dB above the noise (the 5th percentile of windows
    without a period), and above -80 dBFS. It is *voiced* if it repeats itself 65 to 500 times a second (Boersma 1993,
    with the thresholds of Praat); only such as are speech, too, count below.

    ``duration_s``
        How much sound was listened to.
    ``speaking_s``
        From the first to the last speech of each segment, with the pauses in between.
    ``voiced_ratio``
        The share of speech windows that are voiced: vowels, nasals and the like, as against s, f, t and whispering.
    ``pitch_hz``
        The median fundamental frequency of the voiced windows, but for those far from where this voice is at home:
        for half of the time the voice was higher. Needs 0.1 s of voice.
    ``pitch_range_semitones``
        How far the melody reaches: from the 5th to the 95th percentile of the same, as 12 log2 of their ratio. 12 is an
        octave, for any voice. Needs 0.5 s of voice.
    ``level_dbfs``
        The mean power of the speech windows, against a full-scale square. It depends on the microphone and how near it
        is, so compare it within one recording only.
    ``level_range_db``
        How uneven the loudness is: from the 5th to the 95th percentile of the levels of voiced windows. Needs 0.5 s of
        voice. Noise hides the quiet end.
    ``n_syllables``
        How many nuclei of syllables were found: peaks of the level with a period around them, from which it falls by
        2 dB or more before the next (de Jong & Wempe 2009, Behavior Research Methods 41, 385-390), as the mean of eight
        counts that begin 2 ms apart; rounded, but not in the rates.
    ``speaking_rate_per_s``
        Those syllables in each second of ``speaking_s``, which has to be 1 s.
    ``articulation_rate_per_s``
        The same with the pauses left out: how fast the mouth was.
    ``n_pauses``, ``mean_pause_s``
        Stretches of 0.25 s or more without speech, between speech of the same segment (de Jong & Bosker 2013, DiSS,
        17-20), and their mean length. They come out up to 0.04 s short, since the windows at both ends still hear the
        speech beside them.
    ``pause_ratio``
        The share of ``speaking_s`` that is pause.

    Measured on 88 real recordings (2026-11): the median pitch lies within 0.3 semitones of Praat's for nine in ten, and
    its range within 0.4 on average. In 24 readings of known words the number of syllables correlates with the
    dictionary's at 0.98. White noise 10 dB below the speech moves pitch by less than 0.25 semitones in nine of ten; a
    telephone, which cuts off all below 300 Hz, raises it by one on average.
    """

    duration_s: float
    speaking_s: float
    voiced_ratio: float | None
    pitch_hz: float | None
    pitch_range_semitones: float | None
    level_dbfs: float | None
    level_range_db: float | None
    n_syllables: int | None
    speaking_rate_per_s: float | None
    articulation_rate_per_s: float | None
    n_pauses: int
    mean_pause_s: float | None
    pause_ratio: float | None


def prosody(clip: Clip, segments: Sequence[Segment] | None = None) -> Prosody:
    """Return how one speaker spoke in ``segments`` of the clip; all of it without them. Channels are mixed.

    A segment is a stretch in which only this speaker has the word. Only what lies inside of one counts as a pause, so
    give whole turns; quiet before the first and after the last speech of a turn is none. An hour of segments takes
    about 20 s and 90 MB.
    """
    if not segments:
        segments = [Segment(0.0, clip.duration_s if segments is None else 0.0)]
    return of_turns(turns_of([listen(_blocks(clip, segment)) for segment in segments]))


def of_turns(turns: Sequence[Turn]) -> Prosody:
    """Return how one speaker spoke in one turn or more, each of which was listened to already."""
    everything = joined(turns)
    is_voiced = everything.is_voiced & everything.is_speech
    pitch_hz = everything.pitch_hz[is_voiced & ~np.isnan(everything.pitch_hz)]
    is_known = len(pitch_hz) >= _VOICED_FOR_MEDIAN
    n_syllables = float(everything.nuclei.sum()) if is_known else None
    speaking_s = WINDOW_S * sum(turn.n_speaking for turn in turns)
    pauses_s = [WINDOW_S * n_windows for turn in turns for n_windows in turn.pauses()]
    return Prosody(
        duration_s=WINDOW_S * len(everything.levels_dbfs),
        speaking_s=speaking_s,
        voiced_ratio=_ratio(int(np.count_nonzero(is_voiced)), int(np.count_nonzero(everything.is_speech))),
        pitch_hz=float(np.median(pitch_hz)) if is_known else None,
        pitch_range_semitones=_spread(12 * np.log2(pitch_hz)),
        level_dbfs=_mean_level_dbfs(everything.levels_dbfs[everything.is_speech]),
        level_range_db=_spread(everything.levels_dbfs[is_voiced]),
        n_syllables=None if n_syllables is None else round(n_syllables),
        speaking_rate_per_s=_rate_per_s(n_syllables, speaking_s),
        articulation_rate_per_s=_rate_per_s(n_syllables, speaking_s - sum(pauses_s)),
        n_pauses=len(pauses_s),
        mean_pause_s=_ratio(sum(pauses_s), len(pauses_s)),
        pause_ratio=_ratio(sum(pauses_s), speaking_s),
    )


def _blocks(clip: Clip, segment: Segment) -> Iterator[Clip]:
    rate_hz = clip.sample_rate_hz
    first, last = (round(min(max(0.0, at_s), clip.duration_s) * rate_hz) for at_s in (segment.start_s, segment.end_s))
    n_frames = round(_BLOCK_S * rate_hz)
    for start in range(first, last, n_frames):
        yield Clip(clip.samples[start : min(start + n_frames, last)], rate_hz).mono()


def _mean_level_dbfs(levels_dbfs: Floats) -> float | None:
    """Return the level of the mean power."""
    return float(10 * np.log10(np.mean(10 ** (levels_dbfs.astype(np.float64) / 10)))) if len(levels_dbfs) else None


def _spread(voiced: Floats) -> float | None:
    """Return the distance from the 5th to the 95th percentile, if there is enough of it."""
    return float(np.ptp(np.percentile(voiced, _RANGE_PERCENTILES))) if len(voiced) >= _VOICED_FOR_RANGE else None


def _rate_per_s(n_syllables: float | None, seconds: float) -> float | None:
    return None if n_syllables is None or seconds < _LEAST_FOR_RATE_S else n_syllables / seconds


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
