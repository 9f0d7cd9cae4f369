"""Programmes as they are kept, as values. :mod:`audiokit.summaries.programmes` reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audiokit.errors import NotFound
from audiokit.summaries.script import KeptLine, LineState, state_of
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source
from audiokit.usage.purse import Money

__all__ = ["UNDER_WAY", "Heading", "KeptProgramme", "Placed", "Progress", "Recording"]


class Progress(StrEnum):
    """How far a programme has come. What it waits for or works on is the job's to say."""

    DRAFT = "draft"  # sources and shape are being chosen
    WRITING = "writing"
    WRITTEN = "written"  # there is a script, and no recording of it as it stands
    MAKING = "making"
    MADE = "made"
    PAUSED = "paused"
    FAILED = "failed"  # ``trouble`` says why; what was done is kept

    @property
    def is_under_way(self) -> bool:
        """Whether something is being done for it at this moment."""
        return self in {Progress.WRITING, Progress.MAKING}


UNDER_WAY = frozenset(state for state in Progress if state.is_under_way)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where in the recording a line is heard."""

    line_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The whole of it as one clip. ``of`` is the fingerprint of the script that it was made of."""

    clip_digest: str
    media_type: str
    duration_s: float
    peaks: tuple[float, ...]
    marks: tuple[Placed, ...]
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A programme without what it is made of, for the library."""

    id: str
    title: str
    state: Progress
    format: str
    duration_s: float | None
    n_lines: int
    n_spoken: int
    spent: Money
    created_at: datetime
    updated_at: datetime


_NOTHING_SPENT = Money()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProgramme:
    """A programme with all that belongs to it. ``goes_on``: it is spoken as soon as it is written."""

    id: str
    person_id: str
    title: str
    shape: Shape
    state: Progress
    created_at: datetime
    updated_at: datetime
    sources: tuple[Source, ...] = ()
    chapters: tuple[str, ...] = ()
    lines: tuple[KeptLine, ...] = ()
    notes: tuple[str, ...] = ()
    money: Money = _NOTHING_SPENT
    job_id: str | None = None
    goes_on: bool = False
    trouble: str | None = None
    recording: Recording | None = None

    @property
    def taken(self) -> tuple[Source, ...]:
        """The sources that go into it."""
        return tuple(source for source in self.sources if source.is_taken)

    @property
    def n_spoken(self) -> int:
        """How many lines have sound for their words as they stand."""
        return sum(line.is_spoken for line in self.lines)

    @property
    def to_redo(self) -> tuple[KeptLine, ...]:
        """The lines that were not said as written, or not at all."""
        return tuple(line for line in self.lines if line.state in {LineState.WRONG, LineState.FAILED})

    @property
    def can_go_on(self) -> bool:
        """Whether it stopped amid work that can be taken up where it was left."""
        return self.state in {Progress.PAUSED, Progress.FAILED} and self.job_id is not None

    @property
    def script_state(self) -> str:
        """What names the script as it stands, for who edits it."""
        return state_of(self.lines, self.chapters)

    @property
    def spoken_s(self) -> float:
        """How long all that has been spoken lasts, without pauses."""
        return sum(line.duration_s or 0.0 for line in self.lines)

    def line(self, line_id: str) -> KeptLine:
        """Return one line.

        Raises:
            NotFound: it is not in the script any more.
        """
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound("This line is not in the script any more.")
