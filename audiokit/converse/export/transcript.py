"""What was said, as values, plain text and Markdown. Words are shown as they are, whatever they hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from audiokit.money import show
from audiokit.words.cues import Spoken
from audiokit.words.markdown import escaped, paragraphs
from audiokit.words.plain_text import cleaned, one_line
from audiokit.words.word_times import Word

__all__ = ["Call", "Entry", "Said", "Stretch", "Transcript", "as_markdown", "as_text", "clock", "spoken", "timings"]

_UNKNOWN_WORDS = "(what was said is not known in words)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function that the model had called, and what it was given back."""

    name: str
    arguments: str
    output: str
    failed: bool = False
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn. None is unknown throughout; ``said_at`` is aware.

    ``words`` are what was said, or written where nothing was said; ``typed`` is what was written beside a recording.
    ``timings`` count from the beginning of the turn's own sound, which lasts ``duration_s``.
    """

    by_person: bool
    said_at: datetime
    words: str | None
    typed: str | None = None
    timings: tuple[Word, ...] = ()
    duration_s: float | None = None
    model: str | None = None
    cost_nanousd: int | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a turn is in the recording."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A turn with its place in the archive: ``clip`` is a file's name; ``left_out`` says why sound has no ``place``."""

    said: Said
    is_spoken: bool = False
    clip: str | None = None
    place: Stretch | None = None
    left_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All of a conversation in words. ``recording`` is the file that all places are in, None if there is none."""

    title: str
    person_name: str
    model_name: str
    entries: tuple[Entry, ...]
    recording: str | None = None
    recording_s: float = 0.0

    def name_of(self, said: Said) -> str:
        """Return who speaks."""
        return self.person_name if said.by_person else self.model_name


def spoken(transcript: Transcript) -> tuple[Spoken, ...]:
    """Return what is heard in the recording, for captions; what was only written has no place there."""
    return tuple(
        Spoken(
            start_s=entry.place.start_s,
            end_s=entry.place.end_s,
            speaker=transcript.name_of(entry.said),
            text=entry.said.words or "",
            words=timings(entry),
        )
        for entry in transcript.entries
        if entry.place
    )


def timings(entry: Entry) -> tuple[Word, ...]:
    """Return the words with their times in the recording; one without a time is left out."""
    if entry.place is None:
        return ()
    starts_s, known = entry.place.start_s, (w for w in entry.said.timings if math.isfinite(w.start_s + w.end_s))
    return tuple(Word(word.text, starts_s + word.start_s, starts_s + word.end_s) for word in known)


def as_text(transcript: Transcript) -> str:
    """Return plain text; a turn's further lines are set in, so that none passes for another turn."""
    lines = [one_line(transcript.title), _heading(transcript), ""]
    for entry in transcript.entries:
        name = one_line(transcript.name_of(entry.said))
        at = f"[{clock(entry.place.start_s)}] " if entry.place else ""
        lines += [f"{at}{name}{how}: {_set_in(words)}" for how, words in _shown(entry)]
        lines += [f"    {_told(call)}" for call in entry.said.calls]
    return "\n".join(lines) + "\n"


def as_markdown(transcript: Transcript) -> str:
    """Return Markdown in which nothing that was said is Markdown, or HTML."""
    parts = [f"# {escaped(transcript.title)}", escaped(_heading(transcript))]
    for number, entry in enumerate(transcript.entries, 1):
        about = [f"{number}", escaped(transcript.name_of(entry.said)), *_about(entry)]
        parts.append(f"## {' · '.join(about)}")
        parts += [
            f"*{how.strip(' ()')}:*\n\n{paragraphs(words)}" if how else paragraphs(words)
            for how, words in _shown(entry)
        ]
        parts += [f"> {escaped(_told(call))}" for call in entry.said.calls]
        parts += [f"*{escaped(entry.left_out)}*"] if entry.left_out else []
    return "\n\n".join(parts) + "\n"


def clock(at_s: float) -> str:
    """Return an instant for people: 0:07, 12:34, 1:02:03."""
    minutes, seconds = divmod(int(at_s), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


def _heading(transcript: Transcript) -> str:
    began = [f"{transcript.entries[0].said.said_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"] if transcript.entries else []
    n = len(transcript.entries)
    lasts = [f"{clock(transcript.recording_s)} in {transcript.recording}"] if transcript.recording else []
    return ", ".join([*began, f"{n} turn" if n == 1 else f"{n} turns", *lasts])


def _shown(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield how it was said, and the words."""
    said = entry.said
    if entry.is_spoken:
        yield "", said.words or _UNKNOWN_WORDS
    elif said.words:
        yield " (written)", said.words
    if said.typed:
        yield " (written)", said.typed


def _about(entry: Entry) -> Iterator[str]:
    if entry.place:
        yield clock(entry.place.start_s)
    if entry.clip:
        yield f"[sound](<{entry.clip}>)"
    if entry.said.model:
        yield escaped(entry.said.model)
    if entry.said.cost_nanousd is not None:
        yield escaped(show(entry.said.cost_nanousd))


def _told(call: Call) -> str:
    return one_line(f"{call.name}({call.arguments}) {'failed:' if call.failed else '→'} {call.output}")


def _set_in(words: str) -> str:
    return "\n    ".join(cleaned(words).strip().split("\n"))
