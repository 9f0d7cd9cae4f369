"""What was heard, cut into stretches of one speaker each: the segments that everything else is said of."""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiokit.audio.measuring.activity import LEAD_S, TAIL_S, Segment
from audiokit.sentiment.heard import HeardPart, HeardWord, text_of
from audiokit.words.word_times import Word

__all__ = ["LONGEST_S", "SHORTEST_S", "Stretch", "stretches_of"]

SHORTEST_S, LONGEST_S = 2.0, 15.0
"""How long a stretch is: less only where nobody says more before another speaks, or before a long pause."""

_LONG_PAUSE_S = 2.0  # no stretch goes on over it
_PAUSE_S = 0.4  # a place to cut
_LEAST_S, _USUAL_WORD_S = 0.1, 0.5
_WORTH_OF_A_MARK_S = 0.3  # of pause, when one has to choose among bad places
_COST_OFF_THE_MIDDLE = 0.05  # of that, for each second
_CLOSING = re.escape("\"'”’)]}»*_」』）")  # noqa: RUF001 - marks as they are written
_SENTENCE_END = re.compile(rf"[.!?…。！？।؟][{_CLOSING}]*$")  # noqa: RUF001 - the same
_CLAUSE_END = re.compile(rf"[,;:，、；：،—–-][{_CLOSING}]*$")  # noqa: RUF001 - the same

_Words = Sequence[HeardWord]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What one speaker says from the first word's beginning to the last one's end; no word is cut.

    ``speaker`` is a number from 1 on. ``text`` and ``words`` are empty where no words were heard.
    """

    start_s: float
    end_s: float
    speaker: int
    text: str = ""
    words: tuple[Word, ...] = ()

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


def stretches_of(heard: HeardPart, spans: Sequence[Segment]) -> tuple[Stretch, ...]:
    """Return the stretches in the order in which they begin; those of two who talk at once overlap.

    They are cut at the ends of sentences and in pauses, of which there is word in ``spans`` too: where there may be
    speech, in order. Where nobody told voices apart, all is taken for speaker 1; where that was told of some parts
    only, the others are one speaker more. Without any words, each span is a stretch, or as many equal ones as it takes
    for none to be too long.
    """
    if not heard.words:
        return tuple(stretch for span in spans for stretch in _without_words(span))
    quiet, untold = _Quiet(spans), 1 + max(heard.speakers, default=0)
    found = list[Stretch]()
    for speaker, said in itertools.groupby(heard.words, key=lambda word: word.speaker or untold):
        found += (_stretch(words, speaker) for words in _cut(list(said), quiet))
    return tuple(sorted(found, key=lambda stretch: (stretch.start_s, stretch.end_s)))


def _without_words(span: Segment) -> Iterator[Stretch]:
    n = max(1, math.ceil(span.duration_s / LONGEST_S))
    edges_s = [round(span.start_s + span.duration_s * index / n, 3) for index in range(1, n)]
    for start_s, end_s in itertools.pairwise([span.start_s, *edges_s, span.end_s]):
        yield Stretch(start_s=start_s, end_s=end_s, speaker=1)


class _Quiet:
    """Where nobody speaks, between spans; without any spans, nothing is known of it."""

    def __init__(self, spans: Sequence[Segment]) -> None:
        self._starts = [span.start_s for span in spans]
        self._ends = [span.end_s for span in spans]
        self._spoken = [0.0, *itertools.accumulate(span.duration_s for span in spans)]

    def pause_s(self, word: HeardWord, following: HeardWord) -> float:
        """Return how long the pause between two words is; times of words often run on through one."""
        gap_s = following.start_s - word.end_s
        if not self._starts:
            return gap_s
        start_s, end_s = _within_s(word), _within_s(following)
        quiet_s = end_s - start_s - (self._spoken_until(end_s) - self._spoken_until(start_s))
        return max(gap_s, quiet_s + LEAD_S + TAIL_S) if quiet_s > _LEAST_S else gap_s

    def _spoken_until(self, at_s: float) -> float:
        n = bisect_right(self._starts, at_s)
        return self._spoken[n] - max(0.0, self._ends[n - 1] - at_s) if n else 0.0


def _within_s(word: HeardWord) -> float:
    """Return an instant at which a word is surely being said: where it lasts long, what is long is the pause after."""
    return word.start_s + min(_USUAL_WORD_S, word.end_s - word.start_s) / 2


def _cut(said: _Words, quiet: _Quiet) -> Iterator[_Words]:
    """Yield what one speaker says in a row in pieces of a good length."""
    pauses_s = [quiet.pause_s(*pair) for pair in itertools.pairwise(said)]
    is_long = [pause_s >= _LONG_PAUSE_S for pause_s in pauses_s]
    is_good = [
        pause_s >= _PAUSE_S or _SENTENCE_END.search(word.text) is not None
        for word, pause_s in zip(said, pauses_s, strict=False)
    ]
    for start, end in _parted(0, len(said), is_long):
        units = [piece for unit in _parted(start, end, is_good) for piece in _no_longer(said, *unit, pauses_s)]
        for first, last in _no_shorter(said, units):
            yield said[first:last]


def _parted(start: int, end: int, is_end: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield ``[start, end)`` in pieces that end where ``is_end`` says so of a word."""
    for index in range(start, end - 1):
        if is_end[index]:
            yield start, index + 1
            start = index + 1
    yield start, end


def _no_longer(said: _Words, start: int, end: int, pauses_s: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Yield words in pieces that are not too long, cut where that hurts least: in a pause, after a comma, in half."""
    if end - start < 2 or _length_s(said, start, end) <= LONGEST_S:
        yield start, end
        return
    middle_s = (said[start].start_s + said[end - 1].end_s) / 2

    def worth(index: int) -> float:
        mark = _WORTH_OF_A_MARK_S if _CLAUSE_END.search(said[index].text) else 0.0
        return pauses_s[index] + mark - _COST_OFF_THE_MIDDLE * abs(said[index].end_s - middle_s)

    inner = [
        index
        for index in range(start, end - 1)
        if min(_length_s(said, start, index + 1), _length_s(said, index + 1, end)) >= SHORTEST_S
    ]
    cut = max(inner or range(start, end - 1), key=worth) + 1
    yield from _no_longer(said, start, cut, pauses_s)
    yield from _no_longer(said, cut, end, pauses_s)


def _no_shorter(said: _Words, units: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the units, short ones together with what follows or came before."""
    start, end = units[0]
    for first, last in units[1:]:
        is_short = min(_length_s(said, start, end), _length_s(said, first, last)) < SHORTEST_S
        if not is_short or _length_s(said, start, last) > LONGEST_S:
            yield start, end
            start = first
        end = last
    yield start, end


def _length_s(said: _Words, start: int, end: int) -> float:
    return said[end - 1].end_s - said[start].start_s


def _stretch(words: _Words, speaker: int) -> Stretch:
    start_s, end_s = words[0].start_s, max(word.end_s for word in words)
    return Stretch(
        start_s=start_s,
        end_s=max(end_s, round(start_s + _LEAST_S, 3)),
        speaker=speaker,
        text=text_of(words),
        words=tuple(Word(word.text, word.start_s, word.end_s, word.confidence) for word in words),
    )
