"""What analyses keep of a person: recordings, and words and readings of them; see :mod:`audiokit.people.keeping`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, BinaryIO

from sqlalchemy import Connection, delete, func, or_, select, update

from audiokit.jobs.queue import Jobs
from audiokit.people.keeping import ExportedFile, Kept
from audiokit.people.receipts import Item
from audiokit.people.retention import Kind
from audiokit.sentiment.exporting.service import Exporting
from audiokit.sentiment.kept import Progress
from audiokit.store.clips import Clips
from audiokit.store.database import Database, hold
from audiokit.store.tables import batch, part, recording, segment

__all__ = ["RecordingKeeper"]

_SOUND, _WORDS = "A recording that you gave, and what was prepared of it", "What was written down and read"
_GONE = ""  # in the place of a digest: the column cannot be empty
_UNDER_WAY = [state.value for state in Progress if state.is_under_way]
_NO_SOUND: dict[str, Any] = {"original_digest": _GONE, "clip_digest": None, "clip_media_type": None, "peaks": None}
_NO_WORDS: dict[str, Any] = {
    "whole": None,
    "strip": None,
    "speakers": None,
    "turning_point": None,
    "n_contrasts": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingKeeper:
    """Recordings; of each, its sound is one thing and what was read from it another."""

    database: Database
    clips: Clips
    exporting: Exporting
    jobs: Jobs
    name: str = "recording"

    def kept(self, person_id: str, kind: Kind | None = None, before: datetime | None = None) -> tuple[Kept, ...]:
        """Return the sound and the words of every recording."""
        columns = recording.c
        of_it = segment.c.recording_id == columns.id, part.c.recording_id == columns.id
        has_words = or_(select(segment.c.id).where(of_it[0]).exists(), select(part.c.heard).where(of_it[1]).exists())
        query = (
            select(columns.id, columns.name, columns.original_digest, columns.clip_digest, columns.created_at)
            .add_columns(batch.c.title, or_(has_words, columns.whole.is_not(None)).label("has_words"))
            .join(batch, batch.c.id == columns.batch_id)
            .where(batch.c.person_id == person_id)
        )
        if before is not None:
            query = query.where(columns.created_at < before)
        with self.database.read() as connection:
            found = [one for row in connection.execute(query) for one in _things(self.name, row)]
        return tuple(one for one in found if kind in {None, one.kind})

    def let_go(self, person_id: str, kept_id: str, sentence: str) -> bool:
        """Empty a recording of its sound or its words, unless it is being worked on; without both it goes whole."""
        _, what, recording_id = kept_id.split("/")
        with self.database.write() as connection:
            hold(connection, recording_id)
            row = connection.execute(_mine(person_id).where(recording.c.id == recording_id)).one_or_none()
            if row is None:
                return True
            if row.state in _UNDER_WAY and row.job_id is not None:
                return False
            if what == "words":
                _empty_words(connection, row, sentence)
            else:
                _empty_sound(connection, row, sentence)
            _remove_bare(connection, row)
        return True

    def wipe(self, person_id: str, item: Item) -> None:
        """Remove the notes of its jobs."""
        self.jobs.forget(person_id, item.id.rpartition("/")[2])

    def clear(self, person_id: str) -> None:
        """Remove every recording that is not being worked on, and every batch without one."""
        busy = recording.c.state.in_(_UNDER_WAY) & recording.c.job_id.is_not(None)
        mine = select(batch.c.id).where(batch.c.person_id == person_id)
        with self.database.write() as connection:
            connection.execute(delete(recording).where(recording.c.batch_id.in_(mine), ~busy))
            left = select(recording.c.batch_id)
            connection.execute(delete(batch).where(batch.c.person_id == person_id, batch.c.id.not_in(left)))

    def files(self, person_id: str) -> Iterator[ExportedFile]:
        """Yield each recording as it was given, and all that was read from it."""
        with self.database.read() as connection:
            rows = connection.execute(_mine(person_id).order_by(recording.c.created_at)).all()
        for row in rows:
            stem = f"analyses/{row.created_at:%Y-%m-%d} {row.id}"
            yield ExportedFile(f"{stem}.json", self._exporting(person_id, row.id, "json"))
            yield ExportedFile(f"{stem}.csv", self._exporting(person_id, row.id, "csv"))
            if row.original_digest != _GONE and self.clips.owns(person_id, row.original_digest):
                suffix = PurePath(row.name).suffix[:8]
                ending = suffix if suffix[1:].isalnum() else ".bin"
                yield ExportedFile(f"{stem}{ending}", self._copying(person_id, row.original_digest))

    def _exporting(self, person_id: str, recording_id: str, to: str) -> Callable[[BinaryIO], object]:
        return lambda file: self.exporting.write(person_id, recording_id, to, file)

    def _copying(self, person_id: str, digest: str) -> Callable[[BinaryIO], object]:
        return lambda file: self.clips.write_to(person_id, digest, file)


def _mine(person_id: str) -> Any:
    return select(recording).join(batch, batch.c.id == recording.c.batch_id).where(batch.c.person_id == person_id)


def _things(name: str, row: Any) -> Iterator[Kept]:
    where = row.title or row.name
    common: dict[str, Any] = {"where": where, "kept_at": row.created_at, "asked_as": row.id}
    digests = tuple(digest for digest in (row.clip_digest, row.original_digest) if digest)
    if digests:
        yield Kept(id=f"{name}/sound/{row.id}", kind=Kind.RECORDINGS, what=_SOUND, digests=digests, **common)
    if row.has_words:
        yield Kept(id=f"{name}/words/{row.id}", kind=Kind.TRANSCRIPTS, what=_WORDS, **common)


def _empty_sound(connection: Connection, row: Any, sentence: str) -> None:
    """Take the sound out; what was not read by then cannot be any more."""
    if row.original_digest == _GONE:
        return
    values = {**_NO_SOUND, "notes": [*(row.notes or ()), sentence]}
    if row.state != Progress.DONE.value:
        values |= {"state": Progress.FAILED.value, "trouble": sentence, "job_id": None}
    connection.execute(update(recording).where(recording.c.id == row.id).values(**values))


def _empty_words(connection: Connection, row: Any, sentence: str) -> None:
    """Take out every word, and every reading: a reading says why, and quotes."""
    if row.whole is None and not _has_words(connection, row.id):
        return
    connection.execute(delete(segment).where(segment.c.recording_id == row.id))
    connection.execute(update(part).where(part.c.recording_id == row.id).values(heard=None))
    values = {**_NO_WORDS, "notes": [*(row.notes or ()), sentence]}
    if row.state == Progress.DONE.value:
        values |= {"state": Progress.WAITING.value, "job_id": None}
    connection.execute(update(recording).where(recording.c.id == row.id).values(**values))


def _has_words(connection: Connection, recording_id: str) -> bool:
    heard = select(part.c.position).where(part.c.recording_id == recording_id, part.c.heard.is_not(None)).limit(1)
    said = select(segment.c.id).where(segment.c.recording_id == recording_id).limit(1)
    return connection.execute(heard).first() is not None or connection.execute(said).first() is not None


def _remove_bare(connection: Connection, row: Any) -> None:
    """Remove a recording that has neither sound nor words any more, and a batch without recordings."""
    columns = recording.c
    this = (columns.id == row.id) & (columns.original_digest == _GONE)
    if not _has_words(connection, row.id):
        connection.execute(delete(recording).where(this))
    left = select(func.count()).where(columns.batch_id == row.batch_id)
    if not connection.execute(left).scalar_one():
        connection.execute(delete(batch).where(batch.c.id == row.batch_id))
