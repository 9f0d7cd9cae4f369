"""Who talked how much, how fast, and over whom. Reckoned from segments; nothing of it says what somebody felt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from audiokit.audio.voice.spelling import kinds_of, pieces_of
from audiokit.sentiment.kept import KeptSegment

__all__ = ["Silence", "Talk", "silence", "talk"]

_QUESTION = re.compile(r"[?？؟⁇]+")  # noqa: RUF001 - as other scripts have it
_LEAST_OVERLAP_S = 0.3
_LONG_SILENCE_S = 2.0
_LEAST_FOR_RATE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One speaker's part in a recording. None is not known: no words were heard, or nobody else spoke.

    ``speaking_s``, ``share``
        How long their segments last in all, and how much of everybody's that is, 0 to 1.
    ``n_turns``
        How often they have the word: segments in a row, with nobody else's between.
    ``n_words``, ``words_per_minute``
        Words of their own (of Chinese and Japanese, signs), and in each minute of speaking, which has to be 5 s.
    ``n_interruptions``
        How often they begin while another still speaks, 0.3 s or more before the end, and speak longer than that one.
        Who only says "yes" in between does not interrupt.
    ``longest_s``, ``longest_at_s``
        Their longest turn, with the pauses in it, and where it begins.
    ``n_questions``
        Sentences that end in a question mark, if the transcriber writes any.
    ``patience_s``
        How long they usually wait (median) after another has ended; 0 where they begin before that.
    """

    speaker: int
    speaking_s: float
    share: float
    n_turns: int
    n_words: int | None
    words_per_minute: float | None
    n_interruptions: int
    longest_s: float
    longest_at_s: float
    n_questions: int | None
    patience_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """When nobody speaks: all of it, its share of the recording, 0 to 1, and the pauses of 2 s or more."""

    total_s: float
    share: float
    n_long: int
    longest_s: float


@dataclass(frozen=True, slots=True)
class _Turn:
    segments: tuple[KeptSegment, ...]

    @property
    def speaker(self) -> int:
        return self.segments[0].speaker

    @property
    def start_s(self) -> float:
        return self.segments[0].start_s

    @property
    def end_s(self) -> float:
        return max(segment.end_s for segment in self.segments)


def talk(segments: Sequence[KeptSegment], duration_s: float) -> tuple[Talk, ...]:
    """Return each speaker's part, in order of their numbers; what lies beyond ``duration_s`` does not count."""
    within = [segment for segment in segments if segment.start_s < duration_s]
    turns = _turns(within)
    total_s = sum(segment.duration_s for segment in within)
    return tuple(_talk(speaker, turns, total_s) for speaker in sorted({turn.speaker for turn in turns}))


def silence(segments: Sequence[KeptSegment], duration_s: float) -> Silence:
    """Return how much of a recording nobody speaks in, its beginning and end included."""
    gaps_s, at_s = list[float](), 0.0
    for segment in sorted(segments, key=lambda one: one.start_s):
        gaps_s.append(max(0.0, min(segment.start_s, duration_s) - at_s))
        at_s = max(at_s, segment.end_s)
    gaps_s.append(max(0.0, duration_s - at_s))
    return Silence(
        total_s=sum(gaps_s),
        share=sum(gaps_s) / duration_s if duration_s else 0.0,
        n_long=sum(gap_s >= _LONG_SILENCE_S for gap_s in gaps_s),
        longest_s=max(gaps_s),
    )


def _turns(segments: Sequence[KeptSegment]) -> list[_Turn]:
    ordered = sorted(segments, key=lambda segment: (segment.start_s, segment.end_s))
    return [_Turn(tuple(said)) for _, said in groupby(ordered, key=lambda segment: segment.speaker)]


def _talk(speaker: int, turns: Sequence[_Turn], total_s: float) -> Talk:
    own = [turn for turn in turns if turn.speaker == speaker]
    texts = [segment.text for turn in own for segment in turn.segments if segment.text.strip()]
    speaking_s = sum(segment.duration_s for turn in own for segment in turn.segments)
    n_words = sum(map(_n_words, texts)) if texts else None
    longest = max(own, key=lambda turn: turn.end_s - turn.start_s)
    changes = [(before, after) for before, after in pairwise(turns) if after.speaker == speaker]
    waits_s = [max(0.0, after.start_s - before.end_s) for before, after in changes]
    return Talk(
        speaker=speaker,
        speaking_s=speaking_s,
        share=speaking_s / total_s if total_s else 0.0,
        n_turns=len(own),
        n_words=n_words,
        words_per_minute=60 * n_words / speaking_s if n_words and speaking_s >= _LEAST_FOR_RATE_S else None,
        n_interruptions=sum(_interrupts(before, after) for before, after in changes),
        longest_s=longest.end_s - longest.start_s,
        longest_at_s=longest.start_s,
        n_questions=sum(len(_QUESTION.findall(text)) for text in texts) if texts else None,
        patience_s=median(waits_s) if waits_s else None,
    )


def _interrupts(before: _Turn, after: _Turn) -> bool:
    return before.end_s - after.start_s >= _LEAST_OVERLAP_S and after.end_s > before.end_s


def _n_words(text: str) -> int:
    return sum(bool(kinds_of(piece.text)) for piece in pieces_of(text))
