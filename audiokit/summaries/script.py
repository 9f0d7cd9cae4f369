"""A programme's script as values: ordered lines, each with what supports it in the sources."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from audiokit.words.word_times import Word

__all__ = ["KeptLine", "Line", "LineState", "Support"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Where a line comes from: a passage of a source, and the words in it. ``mark`` is such as "p. 3"."""

    source_id: str
    mark: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one persona says in one breath. ``chapter`` and ``speaker`` count from 0; no ``support`` is a flag."""

    text: str
    chapter: int = 0
    speaker: int = 0
    support: tuple[Support, ...] = ()
    is_starred: bool = False

    @property
    def n_words(self) -> int:
        """How many words are said."""
        return len(self.text.split())


class LineState(StrEnum):
    """How far a line's sound has come."""

    WRITTEN = "written"  # no sound yet, or the words have changed since
    SPOKEN = "spoken"
    WRONG = "wrong"  # spoken, and not as written, also when said again; ``trouble`` says how
    FAILED = "failed"  # no sound came; ``trouble`` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A line of a kept programme, and its sound. ``key`` names what the sound was made of.

    ``heard`` is what was said by the reply's own account, or as recognised; ``timings`` are seconds into the clip.
    """

    id: str
    line: Line
    state: LineState = LineState.WRITTEN
    key: str | None = None
    clip_digest: str | None = None
    duration_s: float | None = None
    heard: str | None = None
    n_tries: int = 0
    trouble: str | None = None
    timings: tuple[Word, ...] = ()

    @property
    def is_spoken(self) -> bool:
        """Whether there is sound for the words as they stand."""
        return self.clip_digest is not None
