"""Reads and writes recordings; every call names the person, and finds only what is theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from audiokit.errors import NotFound
from audiokit.sentiment.kept import KeptRecording, KeptSegment, Options, Progress, Speaker
from audiokit.sentiment.segments import Segments, segments_of
from audiokit.sentiment.whole import Whole
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import batch as batch_table
from audiokit.store.tables import entry as entry_table
from audiokit.store.tables import recording as recording_table
from audiokit.usage.purse import n_unknown_where

__all__ = ["Recordings", "Standing"]

_OPTIONS = TypeAdapter(Options)
_SPEAKERS = TypeAdapter(tuple[Speaker, ...])
_WHOLE = TypeAdapter(Whole)
_GONE = "This recording is not here any more. Choose another one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a recording stands, and which job works on it."""

    id: str
    state: Progress
    job_id: str | None


@dataclass(frozen=True, slots=True)
class Recordings:
    """One database; see the module."""

    database: Database
    now: Callable[[], datetime] = utc_now

    def add(self, person_id: str, batch_id: str, name: str, original_digest: str) -> str:
        """Add a recording at the end of a batch, and return its id.

        Raises:
            NotFound: there is no batch of this id that is this person's.
        """
        at, columns = self.now(), recording_table.c
        row = {
            "id": new_id(),
            "batch_id": batch_id,
            "name": name,
            "state": Progress.WAITING.value,
            "original_digest": original_digest,
            "created_at": at,
            "updated_at": at,
        }
        last = select(func.coalesce(func.max(columns.position), -1)).where(columns.batch_id == batch_id)
        mine = (batch_table.c.id == batch_id) & (batch_table.c.person_id == person_id)
        with self.database.write() as connection:
            hold(connection, batch_id)
            if connection.execute(update(batch_table).where(mine).values(updated_at=at)).rowcount != 1:
                raise NotFound("This batch is not here any more. Choose another one, or begin a new one.")
            position = connection.execute(last).scalar_one() + 1
            connection.execute(insert(recording_table), row | {"position": position})
        return str(row["id"])

    def open(self, person_id: str, recording_id: str, *, with_times: bool = True) -> KeptRecording:
        """Return one recording with its segments; without the times of words, which are most of it, where nobody asks.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.read() as connection:
            return _one(
                connection, person_id, recording_id, segments_of(connection, recording_id, with_times=with_times)
            )

    def about(self, person_id: str, recording_id: str) -> KeptRecording:
        """Return the same without the segments, which may be many; errors as for :meth:`open`."""
        with self.database.read() as connection:
            return _one(connection, person_id, recording_id)

    def standings(self, person_id: str, batch_id: str) -> tuple[Standing, ...]:
        """Return where each recording of a batch stands, in order."""
        columns = recording_table.c
        query = _mine(select(columns.id, columns.state, columns.job_id), person_id)
        query = query.where(columns.batch_id == batch_id).order_by(columns.position)
        with self.database.read() as connection:
            rows = connection.execute(query)
            return tuple(Standing(id=row.id, state=Progress(row.state), job_id=row.job_id) for row in rows)

    def change(self, person_id: str, recording_id: str, **values: Any) -> None:
        """Change columns of a recording; ``speakers`` and ``whole`` as our values.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.write() as connection:
            if not _changed(connection, person_id, recording_id, self._row(values)):
                raise NotFound(_GONE)

    def claim(
        self,
        person_id: str,
        recording_id: str,
        *,
        to: Progress,
        among: frozenset[Progress],
        job_was: str | None,
        **values: Any,
    ) -> bool:
        """Go to a state from one of ``among``, with that job; False if it is otherwise: of two who ask, one gets it.

        Raises:
            NotFound: the recording is gone.
        """
        with self.database.write() as connection:
            hold(connection, recording_id)
            found = _one(connection, person_id, recording_id)
            if found.state not in among or found.job_id != job_was:
                return False
            return _changed(connection, person_id, recording_id, self._row({"state": to.value} | values))

    def change_whole(self, person_id: str, recording_id: str, fields: Mapping[str, Any], **values: Any) -> Whole:
        """Change fields of what is said of the whole, and columns; the other fields stay as somebody else writes them.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.write() as connection:
            hold(connection, recording_id)
            whole = replace(_one(connection, person_id, recording_id).whole or Whole(), **fields)
            _changed(connection, person_id, recording_id, self._row({"whole": whole, **values}))
        return whole

    def cut(self, person_id: str, recording_id: str, segments: Sequence[KeptSegment], **values: Any) -> None:
        """Put the segments in, and change columns, at once; a recording that has segments keeps those.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.write() as connection:
            hold(connection, recording_id)
            if not _changed(connection, person_id, recording_id, self._row(values)):
                raise NotFound(_GONE)
            if not segments_of(connection, recording_id):
                Segments(self.database).put(connection, recording_id, segments)

    def remove(self, person_id: str, recording_id: str) -> frozenset[str]:
        """Remove a recording; return the names of the clips that it had, which are the caller's to forget.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.write() as connection:
            hold(connection, recording_id)
            recording = _one(connection, person_id, recording_id)
            connection.execute(delete(recording_table).where(recording_table.c.id == recording_id))
        return frozenset(digest for digest in (recording.original_digest, recording.clip_digest) if digest)

    def _row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        row = {"updated_at": self.now(), **values}
        for name, adapter in (("speakers", _SPEAKERS), ("whole", _WHOLE)):
            if row.get(name) is not None:
                row[name] = adapter.dump_python(row[name], mode="json")
        return row


def _mine(query: Any, person_id: str) -> Any:
    of_batch = batch_table.c.id == recording_table.c.batch_id
    return query.join(batch_table, of_batch).where(batch_table.c.person_id == person_id)


def _changed(connection: Connection, person_id: str, recording_id: str, row: Mapping[str, Any]) -> bool:
    """Change columns, of the batch too that it was; return whether there is such a recording."""
    batches = select(batch_table.c.id).where(batch_table.c.person_id == person_id)
    columns = recording_table.c
    mine = (columns.id == recording_id) & columns.batch_id.in_(batches)
    return connection.execute(update(recording_table).where(mine).values(**row)).rowcount == 1


def _one(
    connection: Connection, person_id: str, recording_id: str, segments: tuple[KeptSegment, ...] = ()
) -> KeptRecording:
    of_it = entry_table.c.conversation_id == recording_table.c.id
    spent = select(func.coalesce(func.sum(entry_table.c.cost_nanousd), 0)).where(of_it).scalar_subquery()
    unknown = n_unknown_where(of_it)
    query = select(recording_table, batch_table.c.options, spent.label("spent"), unknown.label("unknown"))
    row = connection.execute(_mine(query, person_id).where(recording_table.c.id == recording_id)).one_or_none()
    if row is None:
        raise NotFound(_GONE)
    return _recording(row, person_id, segments)


def _recording(row: Row[Any], person_id: str, segments: tuple[KeptSegment, ...]) -> KeptRecording:
    return KeptRecording(
        id=row.id,
        batch_id=row.batch_id,
        person_id=person_id,
        name=row.name,
        state=Progress(row.state),
        options=_OPTIONS.validate_python(row.options),
        created_at=row.created_at,
        updated_at=row.updated_at,
        original_digest=row.original_digest,
        clip_digest=row.clip_digest,
        clip_media_type=row.clip_media_type,
        duration_s=row.duration_s,
        peaks=tuple(row.peaks or ()),
        language=row.language,
        speakers=_SPEAKERS.validate_python(row.speakers or ()),
        segments=segments,
        whole=None if row.whole is None else _WHOLE.validate_python(row.whole),
        notes=tuple(row.notes or ()),
        plan=row.plan,
        job_id=row.job_id,
        trouble=row.trouble,
        spent_nanousd=None if row.unknown else int(row.spent),
    )
