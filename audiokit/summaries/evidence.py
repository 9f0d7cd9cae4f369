"""What the sound of a line says by itself: whether it lasts as its words should, and whether it is speech at all."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.activity import Activity
from audiokit.audio.voice.alignment import TimedWord, word_times
from audiokit.audio.voice.likeness import KINDS
from audiokit.audio.voice.spelling import kinds_of, pieces_of
from audiokit.summaries.saying import GENERAL_WORDS_PER_MINUTE
from audiokit.summaries.sounding import active
from audiokit.words.word_times import Word

__all__ = ["Evidence", "evidence", "usual_s"]

# Lengths are in those of an open vowel, as KINDS has them. Fitted to 400 sentences of real documents in 13 offline
# voices (2026-11): from line to line, a voice is off by 7 % (standard deviation), and by 9 % if words are counted.
_CLAUSE, _SENTENCE, _EDGES = 3.0, 4.0, 4.0  # pauses at a comma and between sentences; the first and the last sound
_A_PLAIN_WORD: Final = 4.31  # of audiokit.summaries.saying.said_words, on those sentences
_CLAUSES: Final = re.compile(r"[,;:)(](?=\s)|\s[-–—]")  # noqa: RUF001 - dashes as they are written
_SENTENCES: Final = re.compile(r"[.!?…][\"'”’)]*(?=\s)")  # noqa: RUF001 - quotes as they are written
_FIGURE: Final = re.compile(r"\d")  # of which nobody knows how it is said

_FAINTEST_DBFS: Final = -60.0
_STEADY_S: Final = 1.0
_STEADY_DB: Final = (
    1.5  # between the loud and the quiet of so long: speech has 6 at least, hiss and hum have less than 1
)
_STEADY_DBFS: Final = -50.0
_LEAST_SOUND_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found. Ratios are natural logarithms.

    ``too_long`` is by how much the line lasts longer than ``usual_s``, in which its words are usually said, below zero
    shorter; ``squeezed`` is how little room the word has that has the least, as where some of the script was left out.
    ``is_rate_known``: these are by the voice's own rate, and not by that of people who read aloud.
    """

    is_silent: bool
    noise_s: float
    duration_s: float
    usual_s: float
    too_long: float
    squeezed: float
    is_rate_known: bool


def usual_s(text: str, words_per_minute: float) -> float:
    """Return how long a voice of that many plain words a minute takes for a text, in seconds."""
    return _length(text) * _a_unit_s(words_per_minute)


def evidence(
    text: str, clip: Clip, words_per_minute: float | None, timings: Sequence[TimedWord | Word] = ()
) -> Evidence:
    """Look at a line's sound, which has no silence around it; ``timings`` are those of ``word_times``, if known."""
    activity, rate = active(clip), words_per_minute or GENERAL_WORDS_PER_MINUTE
    expected_s, silent = usual_s(text, rate), _is_silent(activity)
    has_words = not silent and _length(text) > _EDGES
    return Evidence(
        is_silent=silent,
        noise_s=0.0 if silent else _steady_s(activity),
        duration_s=clip.duration_s,
        usual_s=expected_s,
        too_long=math.log(clip.duration_s / expected_s) if has_words else 0.0,
        squeezed=_squeezed(text, timings or word_times(text, clip), _a_unit_s(rate)) if has_words else 0.0,
        is_rate_known=words_per_minute is not None,
    )


def _a_unit_s(words_per_minute: float) -> float:
    return 60 / words_per_minute / _A_PLAIN_WORD


def _length(text: str) -> float:
    sounds = sum(KINDS[kind].length for piece in pieces_of(text) for kind in kinds_of(piece.text))
    return sounds + _CLAUSE * len(_CLAUSES.findall(text)) + _SENTENCE * len(_SENTENCES.findall(text)) + _EDGES


def _is_silent(activity: Activity) -> bool:
    return not activity.is_speech.any() or float(activity.levels_dbfs.max()) < _FAINTEST_DBFS


def _squeezed(text: str, timings: Sequence[TimedWord | Word], a_unit_s: float) -> float:
    """Return the least room that a word has, in logarithms and weighted by its length: long words vary less."""
    worst = 0.0
    for piece, word in zip(pieces_of(text), timings, strict=False):
        kinds = kinds_of(piece.text)
        if len(kinds) > 1 and not _FIGURE.search(piece.text):
            length = sum(KINDS[kind].length for kind in kinds)
            room = max(word.end_s - word.start_s, _LEAST_SOUND_S) / (length * a_unit_s)
            worst = min(worst, math.log(room) * math.sqrt(length))
    return worst


def _steady_s(activity: Activity) -> float:
    """Return how long there is nothing but a steady noise, in whole seconds about; 0 where there is speech alone."""
    window = round(_STEADY_S / activity.window_s)
    levels = np.convolve(np.maximum(activity.levels_dbfs[:-1], -90.0), np.full(5, 0.2), "valid")
    if len(levels) < window:
        return 0.0
    views = np.lib.stride_tricks.sliding_window_view(levels, window)[::10]
    spread = np.percentile(views, 90, axis=1) - np.percentile(views, 10, axis=1)
    n_steady = int(np.count_nonzero((spread < _STEADY_DB) & (views.mean(axis=1) > _STEADY_DBFS)))
    return _STEADY_S + 10 * activity.window_s * (n_steady - 1) if n_steady else 0.0
