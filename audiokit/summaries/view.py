"""A finished programme as exports and the feed see it: words, who says them, when, and what supports them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from audiokit.summaries.kept import KeptProgramme, Placed
from audiokit.summaries.marks import ChapterStart, chapter_starts
from audiokit.summaries.script import KeptLine, Support
from audiokit.summaries.shape import Persona
from audiokit.words.plain_text import one_line
from audiokit.words.word_times import Word

__all__ = ["Heard", "ProgrammeView", "name_of", "view_of"]

_UNTITLED = "Programme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A line, and where it is heard; ``place`` is None where it is not in the recording.

    ``timings`` are of its words, in seconds from the beginning of its own clip.
    """

    text: str
    speaker: int = 0
    chapter: int = 0
    place: Placed | None = None
    timings: tuple[Word, ...] = ()
    support: tuple[Support, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """The words with their times in the programme; one without a time is left out."""
        if self.place is None:
            return ()
        at_s, known = self.place.start_s, (w for w in self.timings if math.isfinite(w.start_s + w.end_s))
        return tuple(Word(word.text, at_s + word.start_s, at_s + word.end_s) for word in known)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeView:
    """A programme with a recording. ``source_names`` are what people call its documents, by their ids.

    ``master`` is the digest of the recording, which lasts ``duration_s``; ``language`` is ISO 639-1; ``created_at`` is
    aware.
    """

    id: str
    title: str
    master: str
    duration_s: float
    created_at: datetime
    language: str = "en"
    personas: tuple[Persona, ...] = ()
    lines: tuple[Heard, ...] = ()
    chapters: tuple[ChapterStart, ...] = ()
    source_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The title on one line, and never nothing."""
        return name_of(self.title)

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of those who speak, as lines count them."""
        n_speakers = max((line.speaker + 1 for line in self.lines), default=1)
        named = [one_line(persona.name) for persona in self.personas]
        return tuple(
            (named[number] if number < len(named) else "") or f"Speaker {number + 1}"
            for number in range(max(n_speakers, len(named)))
        )

    @property
    def voices(self) -> tuple[str, ...]:
        """The names of those who are heard, each once, in the order of the personas."""
        heard = {line.speaker for line in self.lines if line.place}
        return tuple(dict.fromkeys(name for number, name in enumerate(self.speakers) if number in heard))

    def chapter_spans(self) -> Iterator[tuple[ChapterStart, float]]:
        """Yield each chapter, and when it ends: where the next one begins, or with the recording."""
        ends = [ChapterStart(title="", start_s=self.duration_s)]
        for chapter, after in pairwise([*self.chapters, *ends]):
            yield chapter, max(chapter.start_s, after.start_s)


def name_of(title: str) -> str:
    """Return a title on one line, and never nothing."""
    return one_line(title) or _UNTITLED


def view_of(programme: KeptProgramme) -> ProgrammeView | None:
    """Return a kept programme as it is heard; None while it has no recording.

    Its recording must be of the script as it stands: the fingerprint of its lines is ``recording.of``.
    """
    if (recording := programme.recording) is None:
        return None
    return ProgrammeView(
        id=programme.id,
        title=programme.title,
        master=recording.clip_digest,
        duration_s=recording.duration_s,
        created_at=programme.created_at,
        language=programme.shape.language,
        personas=programme.shape.personas,
        lines=_heard(programme.lines, recording.marks),
        chapters=chapter_starts(programme.lines, programme.chapters, recording.marks),
        source_names={source.id: source.title or source.name for source in programme.sources},
    )


def _heard(lines: Sequence[KeptLine], marks: Sequence[Placed]) -> tuple[Heard, ...]:
    places = {mark.line_id: mark for mark in marks}
    return tuple(
        Heard(
            text=kept.line.text,
            speaker=kept.line.speaker,
            chapter=kept.line.chapter,
            place=places.get(kept.id),
            timings=kept.timings,
            support=kept.line.support,
        )
        for kept in lines
    )
