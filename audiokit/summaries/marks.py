"""Where each line and each chapter is heard in a programme: planned from what the clips last, or as it was stitched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from audiokit.summaries.kept import Placed
from audiokit.summaries.pauses import pause_s
from audiokit.summaries.script import KeptLine

__all__ = ["SAMPLE_RATE_HZ", "ChapterStart", "chapter_starts", "so_far"]

SAMPLE_RATE_HZ = 24_000
"""Of every clip, and of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterStart:
    """Where a chapter begins; it lasts until the next one, or the end."""

    title: str
    start_s: float


def so_far(lines: Sequence[KeptLine]) -> tuple[Placed, ...]:
    """Return where the lines from the first up to the first one without sound will be heard, each after a pause.

    Stitching these, or all once they are spoken, gives the same marks, so that whoever listens while the rest is being
    made keeps their place. The clips last as long as their lines say.
    """
    placed, at = list[Placed](), 0
    before: KeptLine | None = None
    for line in takewhile(lambda line: line.is_spoken and line.duration_s is not None, lines):
        at += _frames(pause_s(before.line, line.line)) if before else 0
        end = at + _frames(line.duration_s or 0.0)
        placed.append(Placed(line_id=line.id, start_s=at / SAMPLE_RATE_HZ, end_s=end / SAMPLE_RATE_HZ))
        at, before = end, line
    return tuple(placed)


def chapter_starts(
    lines: Sequence[KeptLine], titles: Sequence[str], marks: Sequence[Placed]
) -> tuple[ChapterStart, ...]:
    """Return where chapters begin: at each line that is heard in another one than the line before.

    A chapter of which nothing is heard has no place, and one that is gone back to has two.
    """
    starts: Mapping[str, float] = {mark.line_id: mark.start_s for mark in marks}
    found, current = list[ChapterStart](), None
    for line in lines:
        if line.id in starts and line.line.chapter != current:
            current = line.line.chapter
            found.append(ChapterStart(title=_title(titles, current), start_s=starts[line.id]))
    return tuple(found)


def _title(titles: Sequence[str], chapter: int) -> str:
    named = titles[chapter].strip() if 0 <= chapter < len(titles) else ""
    return named or f"Chapter {chapter + 1}"


def _frames(time_s: float) -> int:
    return round(time_s * SAMPLE_RATE_HZ)
