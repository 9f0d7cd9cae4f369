"""Minutes to words and back: how many words a programme has, how many a section may have, and when to plan anew.

All lengths of a plan are in plain words (:func:`audiokit.summaries.saying.said_words`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from audiokit.summaries.outline import Outline
from audiokit.summaries.pauses import CHAPTER_PAUSE_S, LINE_PAUSE_S, SPEAKER_PAUSE_S
from audiokit.summaries.saying import GENERAL_WORDS_PER_MINUTE, said_words
from audiokit.summaries.script import Line

__all__ = [
    "GENERAL_WORDS_PER_MINUTE",
    "Pace",
    "as_planned",
    "budget",
    "pace_of",
    "replanned",
    "said_words",
    "sections_for",
]

_WORDS_PER_LINE = 23.0  # as measured on eight offline scripts, 18 to 30
_WORDS_PER_SECTION, _MOST_SECTIONS = 260, 12
_TRUSTED_AFTER = 60.0  # words: as much as the usual rate counts against what was measured
_LEAST_SECTION = 20  # words
_MOST_CHANGE = 3.0  # a section grows or shrinks by no more than that when planned anew


def sections_for(n_words: float) -> int:
    """Return in how many sections so many plain words are best told: one for about every minute and a half."""
    return max(1, min(_MOST_SECTIONS, round(n_words / _WORDS_PER_SECTION)))


def as_planned(lines: Sequence[Line]) -> float:
    """Return how many plain words of a plan some lines use up.

    The silence after a line takes about as long as a word, and every plan has room for one in each usual line.
    """
    return (sum(said_words(line.text) for line in lines) + len(lines)) * _WORDS_PER_LINE / (_WORDS_PER_LINE + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a programme goes: its voices on average, and the silences between lines and before chapters."""

    words_per_minute: float
    line_pause_s: float = LINE_PAUSE_S
    chapter_pause_s: float = CHAPTER_PAUSE_S
    words_per_line: float = _WORDS_PER_LINE

    def words_in(self, minutes: float, *, n_chapters: int | None = None) -> int:
        """Return how many plain words fill so many minutes, silences counted; in as many chapters as is usual."""
        if n_chapters is None:
            n_chapters = sections_for(60 * minutes / self._a_word_s)
        spoken_s = max(0.0, 60 * minutes + self.line_pause_s - self._at_chapters_s(n_chapters))
        return round(spoken_s / self._a_word_s)

    def minutes_of(self, n_words: float, *, n_chapters: int | None = None) -> float:
        """Return how long so many plain words take, silences counted; in as many chapters as is usual."""
        n_chapters = sections_for(n_words) if n_chapters is None else n_chapters
        return max(0.0, n_words * self._a_word_s - self.line_pause_s + self._at_chapters_s(n_chapters)) / 60

    def seconds_of(self, lines: Sequence[Line], durations_s: Sequence[float | None] = ()) -> float:
        """Return how long these lines last with the silences between them; ``durations_s`` where they are known."""
        known = [*durations_s, *(None for _ in lines[len(durations_s) :])]
        spoken_s = sum(
            60 * said_words(line.text) / self.words_per_minute if duration_s is None else duration_s
            for line, duration_s in zip(lines, known, strict=True)
        )
        is_new = [before.chapter != after.chapter for before, after in pairwise(lines)]
        return spoken_s + sum(self.chapter_pause_s if new else self.line_pause_s for new in is_new)

    @property
    def _a_word_s(self) -> float:
        return 60 / self.words_per_minute + self.line_pause_s / self.words_per_line

    def _at_chapters_s(self, n_chapters: int) -> float:
        return max(0, n_chapters - 1) * (self.chapter_pause_s - self.line_pause_s)


def pace_of(
    rates: Sequence[float],
    shares: Sequence[float] = (),
    *,
    line_pause_s: float = LINE_PAUSE_S,
    speaker_pause_s: float = SPEAKER_PAUSE_S,
    chapter_pause_s: float = CHAPTER_PAUSE_S,
) -> Pace:
    """Return the pace of voices that speak so many plain words a minute; ``shares`` are of the words, equal by default.

    The slower one takes longer over the same words, so it is minutes that are averaged. Where several speak, every
    second silence is taken to be between two of them.
    """
    shares = shares or [1.0] * len(rates)
    minutes = sum(share / rate for share, rate in zip(shares, rates, strict=True))
    between_s = line_pause_s if len(rates) == 1 else (line_pause_s + speaker_pause_s) / 2
    return Pace(words_per_minute=sum(shares) / minutes, line_pause_s=between_s, chapter_pause_s=chapter_pause_s)


def budget(n_words: int, material: Sequence[float]) -> tuple[int, ...]:
    """Share words out over sections in proportion to their material; the sum is exactly ``n_words``.

    None gets so little that nothing can be said in it, unless there is not enough for all.
    """
    least = min(_LEAST_SECTION, n_words // len(material))
    whole = sum(material) or 1.0
    left = n_words - least * len(material)
    exact = [least + left * (of / whole if sum(material) else 1 / len(material)) for of in material]
    shared = [int(words) for words in exact]
    by_rest = sorted(range(len(exact)), key=lambda index: shared[index] - exact[index])
    for index in by_rest[: n_words - sum(shared)]:
        shared[index] += 1
    return tuple(shared)


def replanned(
    outline: Outline, minutes: float, spoken: Sequence[tuple[Line, float | None]], pace: Pace
) -> tuple[Outline, Pace]:
    """Plan the sections that are not written yet anew, from how long the first clips came out.

    ``spoken`` are all lines there are, in order, with the seconds of their clips, None where there is none yet. The
    sections that they belong to are taken for written, and get what they have; the others share what time is left.
    The pace that comes back is the one that was measured, with the old one weighing as much as sixty words.
    """
    lines, durations_s = [line for line, _ in spoken], [duration_s for _, duration_s in spoken]
    measured = replace(pace, words_per_minute=_measured(spoken, pace), words_per_line=_per_line(lines, pace))
    n_written = max((line.chapter for line in lines), default=-1) + 1
    had = [as_planned([line for line in lines if line.chapter == index]) for index in range(n_written)]
    planned = [section.n_words for section in outline.sections[n_written:]]
    if not planned:
        return outline.with_words([round(words) for words in had[: len(outline.sections)]]), measured
    so_far_s = measured.seconds_of(lines, durations_s) + (pace.chapter_pause_s if lines else 0.0)
    left = measured.words_in(max(0.0, minutes - so_far_s / 60), n_chapters=len(planned))
    whole = max(1, sum(planned))
    least, most = round(whole / _MOST_CHANGE), round(whole * _MOST_CHANGE)
    following = budget(max(least, min(most, left)), planned)
    return outline.with_words([*(round(words) for words in had), *following]), measured


def _measured(spoken: Sequence[tuple[Line, float | None]], pace: Pace) -> float:
    known = [(said_words(line.text), duration_s) for line, duration_s in spoken if duration_s is not None]
    words = _TRUSTED_AFTER + sum(words for words, _ in known)
    minutes = _TRUSTED_AFTER / pace.words_per_minute + sum(duration_s for _, duration_s in known) / 60
    return words / minutes


def _per_line(lines: Sequence[Line], pace: Pace) -> float:
    """As above, with the old number weighing as much as three lines."""
    return (3 * pace.words_per_line + sum(said_words(line.text) for line in lines)) / (3 + len(lines))
