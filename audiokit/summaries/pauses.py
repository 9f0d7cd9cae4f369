"""The silences of a programme: between two lines of one voice, where another answers, and before a new chapter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from audiokit.summaries.script import Line

__all__ = ["CHAPTER_PAUSE_S", "LINE_PAUSE_S", "SPEAKER_PAUSE_S", "pause_s", "pauses_s"]

LINE_PAUSE_S = 0.35  # as between sentences read aloud; the clips themselves keep hardly any silence at their edges
SPEAKER_PAUSE_S = 0.45
CHAPTER_PAUSE_S = 0.9


def pause_s(before: Line, after: Line) -> float:
    """Return how long the silence between two lines is."""
    if before.chapter != after.chapter:
        return CHAPTER_PAUSE_S
    return LINE_PAUSE_S if before.speaker == after.speaker else SPEAKER_PAUSE_S


def pauses_s(lines: Sequence[Line]) -> tuple[float, ...]:
    """Return the silence in every gap between lines that follow each other."""
    return tuple(pause_s(before, after) for before, after in pairwise(lines))
