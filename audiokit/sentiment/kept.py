"""Batches and recordings as they are kept, as values. :mod:`audiokit.sentiment.recordings` reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audiokit.catalog.models import Tier
from audiokit.errors import NotFound
from audiokit.sentiment.readings import Readings
from audiokit.sentiment.whole import Whole
from audiokit.usage.purse import Money
from audiokit.words.word_times import Word

__all__ = ["Batch", "KeptRecording", "KeptSegment", "Options", "Progress", "RecordingHeading", "Speaker"]


_NOT_READ = Readings()


class Progress(StrEnum):
    """How far a recording has come; each state says what is being done, or what came of it."""

    WAITING = "waiting"
    PREPARING = "preparing"
    HEARING = "hearing"  # words are being written down
    READING = "reading"  # words first, then voices
    DONE = "done"
    PAUSED = "paused"  # nothing is wrong with it: it goes on once a person has seen to ``trouble``
    FAILED = "failed"  # ``trouble`` says why; what was done is kept

    @property
    def is_under_way(self) -> bool:
        """Whether something is being done for it, or will be without being asked."""
        return self in {Progress.WAITING, Progress.PREPARING, Progress.HEARING, Progress.READING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked for. ``reads_voice`` False leaves out all inference from voices, as some workplaces must.

    ``n_runs`` is how often each voice is read by the same model, to see whether it agrees with itself.
    """

    language: str | None = None
    tier: Tier = Tier.MINI
    escalates: bool = True
    reads_voice: bool = True
    n_runs: int = 1
    steering: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One voice of a recording, by number. ``is_assumed``: nobody told voices apart, and all is taken for one."""

    number: int
    name: str
    is_assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSegment:
    """What one speaker says in one stretch ``[start_s, end_s)`` of the recording; ``words`` on the same clock.

    ``heard`` is what was recognised, where a person has changed ``text``.
    """

    id: str
    position: int
    start_s: float
    end_s: float
    speaker: int
    text: str
    words: tuple[Word, ...] = ()
    readings: Readings = _NOT_READ
    heard: str | None = None

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingHeading:
    """A recording without its words, for the table of a batch.

    ``strip`` is the tone of each stretch as (start_s, end_s, Tone value), for the emotion strip.
    """

    id: str
    batch_id: str
    name: str
    state: Progress
    trouble: str | None
    duration_s: float | None
    n_speakers: int
    n_segments: int
    n_contrasts: int
    strip: tuple[tuple[float, float, str], ...]
    turning_point: str | None
    spent_nanousd: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecording:
    """A recording with all that is known of it. ``clip_digest`` is the sound that all times refer to."""

    id: str
    batch_id: str
    person_id: str
    name: str
    state: Progress
    options: Options
    created_at: datetime
    updated_at: datetime
    original_digest: str
    clip_digest: str | None = None
    clip_media_type: str | None = None
    duration_s: float | None = None
    peaks: tuple[float, ...] = ()
    language: str | None = None
    speakers: tuple[Speaker, ...] = ()
    segments: tuple[KeptSegment, ...] = ()
    whole: Whole | None = None
    notes: tuple[str, ...] = ()
    plan: str | None = None
    job_id: str | None = None
    trouble: str | None = None
    spent_nanousd: int | None = 0

    def segment(self, segment_id: str) -> KeptSegment:
        """Return one segment.

        Raises:
            NotFound: it is not in the recording any more.
        """
        for segment in self.segments:
            if segment.id == segment_id:
                return segment
        raise NotFound("This passage is not in the recording any more. Load the page again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Recordings that were given together, and the money for all of them."""

    id: str
    person_id: str
    title: str
    options: Options
    money: Money
    recordings: tuple[RecordingHeading, ...]
    created_at: datetime
    updated_at: datetime
