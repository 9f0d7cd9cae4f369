"""Reads and writes the segments of recordings: each reading in a column of its own, so that none overwrites another.

Who calls has found the recording to be the person's own (:mod:`audiokit.sentiment.recordings`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, Text, insert, null, select, type_coerce, update

from audiokit.errors import NotFound
from audiokit.sentiment.kept import KeptSegment
from audiokit.sentiment.readings import Correction, Measured, Readings, VoiceReading, WordsReading
from audiokit.store.database import Database, hold
from audiokit.store.tables import segment as segment_table
from audiokit.words.word_times import Word, times_of

__all__ = ["Segments", "segments_of"]

_WORDS = TypeAdapter(tuple[Word, ...])
_MEASURED = TypeAdapter(Measured)
_BY_WORDS = TypeAdapter(WordsReading)
_VOICE = TypeAdapter(VoiceReading)
_VOICES = TypeAdapter(tuple[VoiceReading, ...])
_CORRECTION = TypeAdapter(Correction)
_IN_JSON: Mapping[str, TypeAdapter[Any]] = {
    "by_words": TypeAdapter(list[WordsReading]),
    "first": TypeAdapter(list[VoiceReading]),
    "second": TypeAdapter(list[VoiceReading]),
    "again": TypeAdapter(list[tuple[VoiceReading, ...]]),
    "measured": TypeAdapter(list[Measured]),
    "correction": TypeAdapter(list[Correction]),
}  # of all rows at once
_PLAIN = ("id", "position", "start_s", "end_s", "speaker", "text", "heard")
_GONE = "This passage is not in the recording any more. Load the page again."


@dataclass(frozen=True, slots=True)
class Segments:
    """One database; see the module."""

    database: Database

    def of(self, recording_id: str) -> tuple[KeptSegment, ...]:
        """Return all segments of a recording, in order; none before it was cut."""
        with self.database.read() as connection:
            return segments_of(connection, recording_id)

    def one(self, recording_id: str, segment_id: str) -> KeptSegment:
        """Return one segment.

        Raises:
            NotFound: it is not in the recording.
        """
        with self.database.read() as connection:
            return _one(connection, recording_id, segment_id)

    def put(self, connection: Connection, recording_id: str, segments: Sequence[KeptSegment]) -> None:
        """Write new segments with what was measured, in a transaction that the caller has open."""
        rows = [
            {
                "id": segment.id,
                "recording_id": recording_id,
                "position": segment.position,
                "start_s": segment.start_s,
                "end_s": segment.end_s,
                "speaker": segment.speaker,
                "text": segment.text,
                "words": _WORDS.dump_python(segment.words, mode="json", exclude_none=True),
                "measured": _json(_MEASURED, segment.readings.measured),
            }
            for segment in segments
        ]
        if rows:
            connection.execute(insert(segment_table), rows)

    def keep_words(self, recording_id: str, readings: Mapping[str, WordsReading]) -> None:
        """Keep what the words of some segments say."""
        with self.database.write() as connection:
            for segment_id, reading in readings.items():
                _change(connection, recording_id, segment_id, by_words=_json(_BY_WORDS, reading))

    def keep_voice(self, recording_id: str, segment_id: str, reading: VoiceReading, *, is_second: bool = False) -> None:
        """Keep what a voice suggests: the first reading, or the second opinion."""
        column = "second" if is_second else "first"
        with self.database.write() as connection:
            _change(connection, recording_id, segment_id, **{column: _json(_VOICE, reading)})

    def keep_again(self, recording_id: str, segment_id: str, reading: VoiceReading) -> None:
        """Keep one more run of the first reading beside those that were kept."""
        with self.database.write() as connection:
            hold(connection, segment_id)
            before = _one(connection, recording_id, segment_id).readings.again
            again = _VOICES.dump_python((*before, reading), mode="json")
            _change(connection, recording_id, segment_id, again=again)

    def correct(self, recording_id: str, segment_id: str, correction: Correction | None) -> None:
        """Put a person's correction in, or take it out.

        Raises:
            NotFound: the segment is not in the recording.
        """
        with self.database.write() as connection:
            _one(connection, recording_id, segment_id)
            _change(connection, recording_id, segment_id, correction=_json(_CORRECTION, correction))

    def rewrite(self, recording_id: str, segment_id: str, text: str) -> None:
        """Put a person's words in the place of those that were recognised, which are kept beside them.

        What the words were read to say stays if the quote that it rests on still stands in them.

        Raises:
            NotFound: the segment is not in the recording.
        """
        with self.database.write() as connection:
            hold(connection, segment_id)
            before = _one(connection, recording_id, segment_id)
            recognised = before.text if before.heard is None else before.heard
            values: dict[str, Any] = {"text": text, "heard": None if text == recognised else recognised}
            if not _still_stands(before.readings.words, text):
                values["by_words"] = None
            _change(connection, recording_id, segment_id, **values)


def segments_of(connection: Connection, recording_id: str, *, with_times: bool = True) -> tuple[KeptSegment, ...]:
    """Return all segments of a recording, in order, as one moment of the database has them.

    Of hours, the times of words are most of what is read: without them ``words`` are empty.
    """
    columns = segment_table.c
    query = _rows(with_times=with_times).where(columns.recording_id == recording_id).order_by(columns.position)
    return _segments(connection.execute(query).all())


def _one(connection: Connection, recording_id: str, segment_id: str) -> KeptSegment:
    this = (segment_table.c.recording_id == recording_id) & (segment_table.c.id == segment_id)
    row = connection.execute(_rows().where(this)).one_or_none()
    if row is None:
        raise NotFound(_GONE)
    return _segments([row])[0]


def _rows(*, with_times: bool = True) -> Select[Any]:
    """Return the query for segments, with JSON as its text: read at once into values, it takes half the time.

    In the order of ``_PLAIN``, the words, ``_IN_JSON``: of thousands of rows, each look at a column by name counts.
    """
    columns = segment_table.c
    plain = [columns[name] for name in _PLAIN]
    in_json = [type_coerce(columns[name], Text).label(name) for name in _IN_JSON]
    words = type_coerce(columns.words, Text) if with_times else null()
    return select(*plain, words.label("words"), *in_json)


def _change(connection: Connection, recording_id: str, segment_id: str, **values: Any) -> None:
    this = (segment_table.c.recording_id == recording_id) & (segment_table.c.id == segment_id)
    connection.execute(update(segment_table).where(this).values(**values))


def _still_stands(reading: WordsReading | None, text: str) -> bool:
    return reading is None or bool(reading.quote and reading.quote in text)


def _retimed(text: str, heard: str | None, in_json: str, start_s: float, end_s: float) -> tuple[Word, ...]:
    """Return the words with their times; those that a person has written, by the times of what was recognised.

    A person is sure of theirs: no recogniser's confidence stands at them.
    """
    words = _WORDS.validate_json(in_json)
    if heard is None or not words:
        return words
    texts = text.split()
    times = times_of(texts, words, start_s, end_s)
    return tuple(Word(text, start_s, end_s) for text, (start_s, end_s) in zip(texts, times, strict=True))


def _json(adapter: TypeAdapter[Any], value: object) -> Any:
    return None if value is None else adapter.dump_python(value, mode="json")


def _segments(rows: Sequence[Row[Any]]) -> tuple[KeptSegment, ...]:
    """Return rows as segments; a column of readings is read as one list, which begins once and not for each row."""
    if not rows:
        return ()
    columns = list(zip(*rows, strict=True))
    in_json = zip(_IN_JSON.values(), columns[len(_PLAIN) + 1 :], strict=True)
    readings = map(_readings, *(_read(adapter, texts) for adapter, texts in in_json))
    return tuple(map(_segment, *columns[: len(_PLAIN) + 1], readings))


def _readings(
    words: WordsReading | None,
    first: VoiceReading | None,
    second: VoiceReading | None,
    again: tuple[VoiceReading, ...] | None,
    measured: Measured | None,
    correction: Correction | None,
) -> Readings:
    return Readings(
        words=words, first=first, second=second, again=again or (), measured=measured, correction=correction
    )


def _read(adapter: TypeAdapter[Any], texts: Sequence[str | None]) -> list[Any]:
    known = [text for text in texts if text is not None]
    if not known:
        return [None] * len(texts)
    values = iter(adapter.validate_json(f"[{','.join(known)}]"))
    return [None if text is None else next(values) for text in texts]


def _segment(  # noqa: PLR0913, PLR0917 - the columns of a row
    id_: str,
    position: int,
    start_s: float,
    end_s: float,
    speaker: int,
    text: str,
    heard: str | None,
    words: str | None,
    readings: Readings,
) -> KeptSegment:
    return KeptSegment(
        id=id_,
        position=position,
        start_s=start_s,
        end_s=end_s,
        speaker=speaker,
        text=text,
        words=() if words is None else _retimed(text, heard, words, start_s, end_s),
        readings=readings,
        heard=heard,
    )
