"""The turns of a recorded conversation as chapters, by which players go from one to the next."""

from __future__ import annotations

import math

from audiokit.audio.writing.tags import Chapter
from audiokit.converse.export.transcript import Entry, Transcript
from audiokit.words.plain_text import one_line

__all__ = ["chapters_of"]

_MOST = 999  # audiokit.audio.writing.tags
_LONGEST_TITLE = 60


def chapters_of(transcript: Transcript) -> tuple[Chapter, ...]:
    """Return a chapter for each turn that is heard, or every few turns where there are more than 999."""
    heard = [(number, entry) for number, entry in enumerate(transcript.entries, 1) if entry.place]
    step = max(1, math.ceil(len(heard) / _MOST))
    return tuple(
        Chapter(start_s=entry.place.start_s, end_s=entry.place.end_s, title=_title(number, entry, transcript))
        for number, entry in heard[::step]
        if entry.place
    )


def _title(number: int, entry: Entry, transcript: Transcript) -> str:
    name, said = one_line(transcript.name_of(entry.said)), one_line(entry.said.words or "")
    short = said if len(said) <= _LONGEST_TITLE else f"{said[:_LONGEST_TITLE].rsplit(' ', 1)[0]}…"
    return f"{number} {name}: {short}" if short else f"{number} {name}"
