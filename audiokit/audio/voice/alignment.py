"""When each word of a known text is spoken in known sound. No recogniser: who does not know the words learns nothing.

Every word becomes a row of kinds of sound (``spelling``), each of which is more or less like what is heard
(``likeness``) and lasts about as long as its kind does at this pace; pauses are where it is quiet, and cost least where
there is punctuation. The cheapest row wins (``fitted``): first coarsely, word by word, then sound by sound near that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.powers import WINDOWS_PER_S
from audiokit.audio.voice.fitting import Part, Pause, Sound, fitted
from audiokit.audio.voice.likeness import ANY, HOP_WINDOWS, KINDS, PAUSE, Costs, Floats, Likeness, heard
from audiokit.audio.voice.spelling import (
    FREE,
    NO_MARK,
    VOWELS,
    Mark,
    Piece,
    is_shouted,
    kinds_of,
    mark_after,
    pieces_of,
)

__all__ = ["TimedWord", "text_of", "word_times"]

_STEP_S = HOP_WINDOWS / WINDOWS_PER_S
_LAST_LONGER = 2.02  # the last vowel before a pause, and what follows it
_LEAST_LENGTH = 0.01  # of what is not spoken, where all is spread evenly
_SHORTEST_REACH, _TIMES_LONGER = 8, 4
_HALF_BAND = 200  # 4 s
_COARSER = 4  # steps of 80 ms
_COARSE_HALF_BAND = 750  # 60 s: so far may the pace of half an hour stray from its mean

Steps = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Lasting:
    """How far lengths are from what is expected, as the standard deviation of their logarithm; and how long at most."""

    spread: float
    longest: int


_SOUND, _WORD = _Lasting(0.45, 30), _Lasting(0.7, 40)


@dataclass(frozen=True, slots=True)
class TimedWord:
    """One word with its punctuation, and when it is spoken: ``[start_s, end_s)``.

    ``is_joined``: no space stands between it and the word before, as in Chinese and Japanese, where a word here is a
    sign or a few.
    """

    text: str
    start_s: float
    end_s: float
    is_joined: bool = False


def text_of(words: Iterable[TimedWord]) -> str:
    """Return the text that was timed; white space has become single spaces."""
    return "".join(word.text if word.is_joined else f" {word.text}" for word in words)[1:]


def word_times(words: str, sound: Clip | Iterable[Clip]) -> tuple[TimedWord, ...]:
    """Say when each word of ``words`` is spoken in ``sound``: a clip, or its blocks in order, all of one rate.

    Every word comes once, in order, none begins before the one before has ended, and all lie within the sound. What is
    not spoken, as a dash, lasts no time. Nothing is raised for text and sound that have nothing to do with each other:
    no words give an empty tuple; in silence, and where there are more words than could be spoken, they are spread
    evenly by their length over the sound. In music, or under wrong words, the times mean nothing.

    Starts are wrong by 10 ms (median) and 45 ms (nine in ten) in synthetic speech, 20 and 90 ms in real, and 40 and
    270 ms in real with noise 10 dB below it: ``python -m benchmarks alignment``. A minute takes 50 ms, half an hour
    less than 2 s and 80 MB.
    """
    pieces = pieces_of(words)
    if not pieces:
        return ()
    likeness = heard((sound,) if isinstance(sound, Clip) else sound)
    rows = _rows(pieces, is_shouted=is_shouted(words))
    spans = _fitted_spans(rows, likeness)
    spans_s = _evenly_s(rows, likeness.duration_s) if spans is None else _STEP_S * spans
    return tuple(
        TimedWord(piece.text, start_s, end_s, piece.is_joined)
        for piece, (start_s, end_s) in zip(pieces, np.minimum(spans_s, likeness.duration_s).tolist(), strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """What one word sounds like, and what the punctuation after it says."""

    kinds: str
    mark: Mark

    @property
    def length(self) -> float:
        """How long it should last, against an open vowel."""
        return sum(KINDS[kind].length for kind in self.kinds)

    @property
    def n_usual(self) -> int:
        """How many of its sounds last no longer than usual: the last vowel before a pause does, and what follows it."""
        vowels = [index for index, kind in enumerate(self.kinds) if kind in VOWELS]
        return vowels[-1] if vowels and self.mark is not NO_MARK else len(self.kinds)


def _rows(pieces: Sequence[Piece], *, is_shouted: bool) -> list[_Row]:
    texts = [piece.text for piece in pieces]
    marks = [*(mark_after(text, following) for text, following in pairwise(texts)), FREE]
    return [_Row(kinds_of(text, is_shouted=is_shouted), mark) for text, mark in zip(texts, marks, strict=True)]


def _evenly_s(rows: Sequence[_Row], duration_s: float) -> Floats:
    """Return the start and end of each word, as long as it is and without pauses."""
    lengths = np.array([row.length for row in rows]) + _LEAST_LENGTH
    edges = np.concatenate([[0], np.cumsum(lengths)]) * (duration_s / lengths.sum())
    return np.stack([edges[:-1], edges[1:]], axis=1)


def _fitted_spans(rows: Sequence[_Row], likeness: Likeness) -> Floats | None:
    """Return the first step of each word and the one after its last; None if there is no room or no sound for them."""
    n_sounds, length = sum(len(row.kinds) for row in rows), sum(row.length for row in rows)
    n_spoken = float(likeness.is_speech.sum())
    if not 0 < n_sounds <= likeness.n_steps or not n_spoken:
        return None
    pace = n_spoken / length
    usual, longer = (
        {kind: Sound(kind, _lasting(KINDS[kind].length * pace * times, _SOUND)) for kind in KINDS if kind != PAUSE}
        for times in (1.0, _LAST_LONGER)
    )
    sounds = [
        [*map(usual.__getitem__, row.kinds[: row.n_usual]), *map(longer.__getitem__, row.kinds[row.n_usual :])]
        for row in rows
    ]
    return _laid(rows, sounds, likeness.totals, _nearby(rows, likeness, pace), _HALF_BAND)


def _nearby(rows: Sequence[_Row], likeness: Likeness, pace: float) -> Floats:
    """Return about where each word is, in steps: words are any sound here, and first taken to be spoken evenly."""
    ends = pace * np.cumsum([row.length for row in rows])
    evenly = np.searchsorted(np.cumsum(likeness.is_speech), np.stack([np.append(0, ends[:-1]), ends], axis=1))
    words = [[Sound(ANY, _lasting(row.length * pace / _COARSER, _WORD))] if row.kinds else [] for row in rows]
    totals = {kind: likeness.totals[kind][::_COARSER].copy() for kind in (PAUSE, ANY)}
    coarse = _laid(rows, words, totals, evenly / _COARSER, _COARSE_HALF_BAND)
    return evenly.astype(np.float64) if coarse is None else coarse * _COARSER


def _laid(
    rows: Sequence[_Row],
    sounds: Sequence[Sequence[Sound]],
    totals: Mapping[str, Costs],
    nearby: Floats,
    half_band: int,
) -> Floats | None:
    """Lay the sounds of all words along time, pauses between, each word near its place in ``nearby``."""
    parts: list[Part] = [Pause(PAUSE, 0.0, 0.0)]
    for row, of_word in zip(rows, sounds, strict=True):
        parts += [*of_word, Pause(PAUSE, row.mark.pausing, row.mark.going_on)]
    n_sounds = np.array([len(of_word) for of_word in sounds])
    firsts = np.cumsum(n_sounds + 1) - n_sounds
    starts = fitted(parts, totals, _ends(nearby, n_sounds, n_steps=len(totals[PAUSE]) - 1), half_band)
    return None if starts is None else np.stack([starts[firsts], starts[firsts + n_sounds]], axis=1).astype(np.float64)


def _ends(nearby: Floats, n_sounds: Steps, *, n_steps: int) -> Steps:
    """Return about where each part ends: the pause before each word, its sounds, and the pause after the last."""
    number = np.arange(int((n_sounds + 1).sum())) - np.repeat(np.cumsum(n_sounds + 1) - n_sounds - 1, n_sounds + 1)
    starts, lengths = nearby[:, 0], (nearby[:, 1] - nearby[:, 0]) / np.maximum(n_sounds, 1)
    inner = np.repeat(starts, n_sounds + 1) + np.repeat(lengths, n_sounds + 1) * number
    return np.maximum.accumulate(np.append(inner, n_steps)).astype(np.intp)


def _lasting(expected: float, how: _Lasting) -> Costs:
    """Return what it costs to last 1, 2, … steps: lengths are distributed log-normally around what is expected."""
    longest = int(min(max(_TIMES_LONGER * expected, _SHORTEST_REACH), how.longest))
    deviations = np.log(np.arange(1, longest + 1) / expected) / how.spread
    return np.asarray(0.5 * deviations**2, np.float32)
