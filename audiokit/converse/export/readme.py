"""What is what in an exported conversation, for whoever opens it years later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audiokit.converse.export.transcript import Transcript, clock
from audiokit.words.plain_text import one_line

__all__ = ["readme"]

_ABOUT = {
    "transcript.txt": "all that was said, and written, as plain text",
    "transcript.md": "the same for notes and wikis, in Markdown",
    "transcript.json": "the same for programs, with all times, models and costs",
    "transcript.srt": "captions for the recording, which most players take",
    "transcript.vtt": "captions for the recording, for web pages",
}


def readme(transcript: Transcript, texts: Sequence[str]) -> str:
    """Return the README of an archive with these texts in it."""
    return "\n".join(_lines(transcript, texts)) + "\n"


def _lines(transcript: Transcript, texts: Sequence[str]) -> Iterator[str]:
    yield transcript.title
    yield "A conversation, exported from audiokit. All dates are in UTC."
    yield ""
    if transcript.recording:
        lasts = clock(transcript.recording_s)
        yield f"{transcript.recording}: the whole conversation to listen to, {lasts}, with chapters; all voices are"
        yield "    equally loud here, and there are short pauses between them"
    if any(entry.clip for entry in transcript.entries):
        yield "voices: each recording and each reply as it was kept, unchanged; the numbers are those of the turns"
    for text in texts:
        yield f"{text}: {_ABOUT[text]}"
    yield ""
    yield from _notes(transcript)


def _notes(transcript: Transcript) -> Iterator[str]:
    if not transcript.recording:
        yield "There is nothing to listen to, and there are no captions: nothing was said aloud, or none of it is left."
    elif any(not entry.is_spoken for entry in transcript.entries):
        yield "What was written and not said is in the transcript, and neither in the recording nor in the captions."
    left_out = [(number, entry) for number, entry in enumerate(transcript.entries, 1) if entry.left_out]
    if left_out:
        yield "Not in the recording:"
    for number, entry in left_out:
        where = entry.clip or "not in this archive"
        yield f"    turn {number}, {one_line(transcript.name_of(entry.said))} ({where}): {entry.left_out}"
