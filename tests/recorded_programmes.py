"""Programmes made for tests: lines that are spoken by made-up voices, their recording, and what exports see of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import numpy as np
from clips import Samples

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.store.blobs import digest_of
from audiokit.summaries.kept import Placed
from audiokit.summaries.marks import ChapterStart
from audiokit.summaries.programme import Assembled, assemble
from audiokit.summaries.script import KeptLine, Line, LineState, Support
from audiokit.summaries.shape import Persona
from audiokit.summaries.view import Heard, ProgrammeView
from audiokit.words.word_times import Word

__all__ = ["AT", "CHAPTERS", "QUOTE", "RATE_HZ", "TEXTS", "Box", "bare_view", "programme", "said", "view_of_lines"]

RATE_HZ = 24_000
AT = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
CHAPTERS = ("The river", "The cost", "What is next")
TEXTS = (
    "The water has risen by forty centimetres.",
    "In how many years?",
    "In ten, which nobody had expected.",
    "So who pays for it?",
    "The city pays half.",
    "And next year?",
)
QUOTE = Support(source_id="s1", mark="p. 3", quote="rose by 40 cm in a decade")


@cache
def said(*, pitch_hz: float = 120.0, seconds: float = 1.0, peak: float = 0.3) -> Samples:
    """Five syllables of a made-up voice, whose harmonics begin anywhere, as those of a throat in a room do."""
    instants = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    chance = np.random.default_rng(round(pitch_hz))
    sound = np.zeros(len(instants))
    for k in range(1, int(5000 / pitch_hz)):
        sound += np.sin(2 * np.pi * k * pitch_hz * instants + chance.uniform(0, 2 * np.pi)) / k
    sound *= np.sin(np.pi * 5 * instants / seconds) ** 2
    return np.asarray(peak * sound / np.abs(sound).max(), np.float32)[:, None]


@dataclass
class Box:
    """Clips by their digests. ``n_reads`` counts how often one was taken out."""

    wavs: dict[str, bytes] = field(default_factory=dict)
    n_reads: int = 0

    def line(self, number: int, samples: Samples, *, speaker: int = 0, chapter: int = 0, text: str = "…") -> KeptLine:
        """Put a clip in, and return its line."""
        wav = to_wav(Clip(samples, RATE_HZ))
        digest = digest_of(wav)
        self.wavs[digest] = wav
        return KeptLine(
            id=f"line-{number}",
            line=Line(text=text, speaker=speaker, chapter=chapter),
            state=LineState.SPOKEN,
            clip_digest=digest,
            duration_s=len(samples) / RATE_HZ,
        )

    def read(self, digest: str) -> bytes:
        self.n_reads += 1
        return self.wavs[digest]

    def assembled(self, lines: Sequence[KeptLine], chapters: Sequence[str] = CHAPTERS) -> tuple[Assembled, bytes]:
        """Return what became of the lines, and the recording."""
        file = io.BytesIO()
        return assemble(lines, chapters, self.read, file), file.getvalue()


def view_of_lines(
    lines: Sequence[KeptLine], made: Assembled, *, title: str = "The river report", support: bool = True
) -> ProgrammeView:
    """Return the view of a recording, with words that are said evenly."""
    places = {mark.line_id: mark for mark in made.marks}
    return ProgrammeView(
        id="0a1b2c",
        title=title,
        master="d" * 64,
        duration_s=made.duration_s,
        created_at=AT,
        personas=(Persona(name="Ada", voice="alloy"), Persona(name="Ben", voice="onyx")),
        lines=tuple(_heard(kept, places.get(kept.id), support=support) for kept in lines),
        chapters=made.chapters,
        source_names={"s1": "report.pdf"},
    )


def programme() -> tuple[ProgrammeView, bytes]:
    """Return a talk of two in three chapters, and its recording."""
    box = Box()
    pitches, peaks = (120.0, 210.0), (0.25, 0.07)
    lines = [
        box.line(
            number,
            said(pitch_hz=pitches[number % 2], seconds=2.0 + 0.3 * number, peak=peaks[number % 2]),
            speaker=number % 2,
            chapter=number // 2,
            text=text,
        )
        for number, text in enumerate(TEXTS)
    ]
    made, master = box.assembled(lines)
    return view_of_lines(lines, made), master


def bare_view(lines: Sequence[Heard], *, duration_s: float, chapters: Sequence[ChapterStart] = ()) -> ProgrammeView:
    """Return a view of lines of which there is no recording."""
    return ProgrammeView(
        id="0a1b2c",
        title="The river report",
        master="d" * 64,
        duration_s=duration_s,
        created_at=AT,
        lines=tuple(lines),
        chapters=tuple(chapters),
    )


def _heard(kept: KeptLine, place: Placed | None, *, support: bool) -> Heard:
    words, lasts_s = kept.line.text.split(), kept.duration_s or 0.0
    step_s = lasts_s / len(words)
    return Heard(
        text=kept.line.text,
        speaker=kept.line.speaker,
        chapter=kept.line.chapter,
        place=place,
        timings=tuple(Word(word, number * step_s, (number + 1) * step_s) for number, word in enumerate(words)),
        support=(QUOTE,) if support and kept.line.speaker == 0 else (),
    )
