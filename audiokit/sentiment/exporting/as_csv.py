"""Recordings as a table for spreadsheets: a row for each passage, each reading in columns of its own, unknown empty.

A recording in which nothing was read has one row, which says where it stands. A text that a spreadsheet would take for
a formula stands behind an apostrophe (OWASP, "CSV Injection", checked 2026-11-21).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from statistics import fmean

from audiokit.sentiment.agreement import agreement, why
from audiokit.sentiment.figures import activation, sentiment, tone
from audiokit.sentiment.kept import KeptRecording, KeptSegment
from audiokit.sentiment.readings import Readings, VoiceReading
from audiokit.words.formulas import no_formula
from audiokit.words.plain_text import one_line

__all__ = ["as_csv"]

_BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows UTF-8

_Cell = str | float | int | None


def as_csv(recordings: Iterable[KeptRecording]) -> Iterator[str]:
    """Yield the table a recording at a time, with its headings first (RFC 4180, UTF-8)."""
    yield _BYTE_ORDER_MARK + _rows([["recording", "state", "trouble", *_COLUMNS, *_OF_READINGS]])
    for recording in recordings:
        names = {speaker.number: speaker.name for speaker in recording.speakers}
        about = [recording.name, recording.state.value, recording.trouble]
        segments: Iterable[list[_Cell]] = (
            [*about, *(cell(segment, names) for cell in _COLUMNS.values()), *_read(segment.readings)]
            for segment in recording.segments
        )
        nothing: list[_Cell] = [*about, *[None] * (len(_COLUMNS) + len(_OF_READINGS))]
        yield _rows(segments if recording.segments else [nothing])


def _rows(rows: Iterable[list[_Cell]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue().encode(errors="replace").decode()


def _written(cell: _Cell) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
    return no_formula(one_line(cell))


def _read(readings: Readings) -> Iterator[_Cell]:
    return (cell(readings) for cell in _OF_READINGS.values())


def _of_voice(name: str, of: Callable[[VoiceReading], _Cell]) -> dict[str, Callable[[Readings], _Cell]]:
    """Return a column of the first reading of a voice, and one of the second opinion."""

    def first(readings: Readings) -> _Cell:
        return of(readings.first) if readings.first else None

    def second(readings: Readings) -> _Cell:
        return of(readings.second) if readings.second else None

    return {f"voice_{name}": first, f"second_{name}": second}


def _prosody(name: str) -> Callable[[Readings], _Cell]:
    def cell(readings: Readings) -> _Cell:
        found: _Cell = getattr(readings.measured.prosody, name) if readings.measured else None
        return found

    return cell


def _difference(name: str) -> Callable[[Readings], _Cell]:
    def cell(readings: Readings) -> _Cell:
        difference = getattr(readings.measured.differences, name) if readings.measured else None
        return None if difference is None else float(difference.amount)

    return cell


def _confidence(segment: KeptSegment) -> float | None:
    """Return the mean of what the recogniser gave for its words; None where it gave none, or a person wrote them."""
    told = [word.confidence for word in segment.words if word.confidence is not None]
    return fmean(told) if told else None


def _tone(readings: Readings) -> _Cell:
    found = tone(readings)
    return found.value if found else None


def _corrected_tone(readings: Readings) -> _Cell:
    correction = readings.correction
    return correction.tone.value if correction and correction.tone else None


_COLUMNS: dict[str, Callable[[KeptSegment, dict[int, str]], _Cell]] = {
    "segment": lambda segment, _: segment.position + 1,
    "starts_s": lambda segment, _: float(segment.start_s),
    "ends_s": lambda segment, _: float(segment.end_s),
    "speaker": lambda segment, names: names.get(segment.speaker, str(segment.speaker)),
    "text": lambda segment, _: segment.text,
    "recognised": lambda segment, _: segment.heard,
    "recognition_confidence": lambda segment, _: _confidence(segment),
    "unsure_words": lambda segment, _: " ".join(word.text for word in segment.words if word.is_unsure) or None,
}
_OF_READINGS: dict[str, Callable[[Readings], _Cell]] = {
    "sentiment": sentiment,
    "tone": _tone,
    "words_sentiment": lambda readings: readings.words.sentiment if readings.words else None,
    "words_confidence": lambda readings: readings.words.confidence.value if readings.words else None,
    "words_quote": lambda readings: readings.words.quote if readings.words else None,
    "words_reason": lambda readings: readings.words.reason if readings.words else None,
    "words_model": lambda readings: readings.words.model if readings.words else None,
    **_of_voice("tone", lambda voice: voice.tone.value),
    **_of_voice("sentiment", lambda voice: voice.sentiment),
    **_of_voice("arousal", lambda voice: voice.arousal),
    **_of_voice("confidence", lambda voice: voice.confidence.value),
    **_of_voice("reason", lambda voice: voice.reason),
    **_of_voice("model", lambda voice: voice.model),
    "activation": activation,
    "pitch_hz": _prosody("pitch_hz"),
    "pitch_semitones_from_usual": _difference("pitch_semitones"),
    "melody_semitones": _prosody("pitch_range_semitones"),
    "level_dbfs": _prosody("level_dbfs"),
    "level_db_from_usual": _difference("level_db"),
    "syllables_per_s": _prosody("speaking_rate_per_s"),
    "rate_percent_from_usual": _difference("speaking_rate_percent"),
    "pause_share": _prosody("pause_ratio"),
    "agreement": lambda readings: agreement(readings).value,
    "why": why,
    "corrected_sentiment": lambda readings: readings.correction.sentiment if readings.correction else None,
    "corrected_tone": _corrected_tone,
    "correction_note": lambda readings: readings.correction.note if readings.correction else None,
    "corrected_at": lambda readings: readings.correction.at.isoformat() if readings.correction else None,
}
