"""A programme's script as values: ordered lines, each with what supports it in the sources."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from audiokit.words.word_times import Word

__all__ = ["MOST_TRIES", "KeptLine", "Line", "LineState", "Support", "state_of"]

MOST_TRIES = 3
"""How often a line is spoken before it is marked as wrong."""

_EDITED = ("text", "chapter", "speaker", "is_starred")


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

    @property
    def is_to_speak(self) -> bool:
        """Whether there is no sound, or one that is wrong and may be spoken again."""
        return not self.is_spoken or (self.state is LineState.WRONG and self.n_tries < MOST_TRIES)

    @property
    def takes_better(self) -> bool:
        """Whether the better model speaks it: it has a star, or was not said as written."""
        return self.line.is_starred or self.n_tries > 0


def state_of(lines: Sequence[KeptLine], chapters: Sequence[str]) -> str:
    """Return a short name for what a person edits of a script: another one as soon as somebody has edited it."""
    edited = [[kept.id, *(getattr(kept.line, name) for name in _EDITED)] for kept in lines]
    return sha256(json.dumps([edited, list(chapters)]).encode()).hexdigest()[:16]
