"""Reads and writes batches; every call names the person, and finds only what is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from audiokit.errors import NotFound
from audiokit.sentiment.kept import Batch, Options, Progress, RecordingHeading
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import batch as batch_table
from audiokit.store.tables import entry as entry_table
from audiokit.store.tables import recording as recording_table
from audiokit.store.tables import segment as segment_table
from audiokit.usage.purse import Money, n_unknown_where

__all__ = ["BatchHeading", "Batches"]

_OPTIONS = TypeAdapter(Options)
_GONE = "This batch is not here any more. Choose another one, or begin a new one."
_UNDER_WAY = [state.value for state in Progress if state.is_under_way]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHeading:
    """A batch without its recordings, for the library. ``duration_s`` is of those whose length is known."""

    id: str
    title: str
    names: tuple[str, ...]
    n_recordings: int
    n_done: int
    n_failed: int
    duration_s: float
    money: Money
    is_under_way: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Batches:
    """One database; see the module. Recordings are read in :mod:`audiokit.sentiment.recordings`."""

    database: Database
    now: Callable[[], datetime] = utc_now

    def add(self, person_id: str, options: Options, title: str = "") -> Batch:
        """Begin a batch without recordings."""
        at = self.now()
        row = {
            "id": new_id(),
            "person_id": person_id,
            "title": title,
            "options": _OPTIONS.dump_python(options, mode="json"),
            "created_at": at,
            "updated_at": at,
        }
        with self.database.write() as connection:
            connection.execute(insert(batch_table), row)
            return _one(connection, person_id, str(row["id"]))

    def open(self, person_id: str, batch_id: str) -> Batch:
        """Return a batch with a heading for each of its recordings, in the order in which they were given.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.read() as connection:
            return _one(connection, person_id, batch_id)

    def options(self, person_id: str, batch_id: str) -> Options:
        """Return what is asked for, without reading the rest; errors as for :meth:`open`."""
        with self.database.read() as connection:
            return _OPTIONS.validate_python(_row(connection, person_id, batch_id).options)

    def headings(self, person_id: str, *, search: str = "", limit: int = 200) -> tuple[BatchHeading, ...]:
        """Return this person's batches, the latest first; those whose title, file names or words hold ``search``."""
        table = batch_table.c
        n_unknown = _n_unknown(recording_table.c.batch_id == table.id).label("n_unknown")
        query = select(batch_table, n_unknown).where(table.person_id == person_id)
        if words := search.strip():
            query = query.where(or_(_holds(table.title, words), _named(words), _said(words)))
        query = query.order_by(table.updated_at.desc(), table.id.desc()).limit(limit)
        with self.database.read() as connection:
            rows = connection.execute(query).all()
            columns = recording_table.c
            of_them = select(columns.batch_id, columns.name, columns.state, columns.duration_s, columns.job_id)
            of_them = of_them.where(columns.batch_id.in_([row.id for row in rows])).order_by(columns.position)
            recordings = connection.execute(of_them).all()
        return tuple(_heading(row, [one for one in recordings if one.batch_id == row.id]) for row in rows)

    def change(self, person_id: str, batch_id: str, **values: Any) -> Batch:
        """Change columns of a batch; ``options`` as our value.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        if "options" in values:
            values["options"] = _OPTIONS.dump_python(values["options"], mode="json")
        mine = (batch_table.c.id == batch_id) & (batch_table.c.person_id == person_id)
        with self.database.write() as connection:
            connection.execute(update(batch_table).where(mine).values(updated_at=self.now(), **values))
            return _one(connection, person_id, batch_id)

    def remove(self, person_id: str, batch_id: str) -> frozenset[str]:
        """Remove a batch with its recordings; return the names of the clips they had, which are the caller's to forget.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        columns = recording_table.c
        with self.database.write() as connection:
            hold(connection, batch_id)
            _row(connection, person_id, batch_id)
            clips = select(columns.original_digest, columns.clip_digest).where(columns.batch_id == batch_id)
            digests = [digest for row in connection.execute(clips) for digest in row if digest]
            connection.execute(delete(batch_table).where(batch_table.c.id == batch_id))
        return frozenset(digests)


def _holds(column: Any, words: str) -> Any:
    return func.lower(column).contains(words.lower(), autoescape=True)


def _named(words: str) -> Any:
    columns = recording_table.c
    return exists(select(columns.id).where(columns.batch_id == batch_table.c.id, _holds(columns.name, words)))


def _said(words: str) -> Any:
    of_it = (recording_table.c.batch_id == batch_table.c.id) & (segment_table.c.recording_id == recording_table.c.id)
    return exists(select(segment_table.c.id).where(of_it, _holds(segment_table.c.text, words)))


def _row(connection: Connection, person_id: str, batch_id: str) -> Row[Any]:
    mine = (batch_table.c.id == batch_id) & (batch_table.c.person_id == person_id)
    row = connection.execute(select(batch_table).where(mine)).one_or_none()
    if row is None:
        raise NotFound(_GONE)
    return row


def _one(connection: Connection, person_id: str, batch_id: str) -> Batch:
    row = _row(connection, person_id, batch_id)
    return Batch(
        id=row.id,
        person_id=row.person_id,
        title=row.title,
        options=_OPTIONS.validate_python(row.options),
        money=_money(row, connection.execute(select(_n_unknown(recording_table.c.batch_id == batch_id))).scalar_one()),
        recordings=tuple(_recording(one) for one in connection.execute(_headings(batch_id))),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _n_unknown(of_it: ColumnElement[bool]) -> ScalarSelect[int]:
    return n_unknown_where(entry_table.c.conversation_id.in_(select(recording_table.c.id).where(of_it)))


def _money(row: Row[Any], n_unknown: int) -> Money:
    return Money(
        low_nanousd=row.low_nanousd,
        high_nanousd=row.high_nanousd,
        cap_nanousd=row.cap_nanousd,
        spent_nanousd=row.spent_nanousd,
        n_unknown=n_unknown,
    )


def _headings(batch_id: str) -> Select[Any]:
    """Select what a table of recordings shows; what a call costs is not known where its entry does not know."""
    columns = recording_table.c
    of_ledger = entry_table.c.conversation_id == columns.id
    spent = select(func.coalesce(func.sum(entry_table.c.cost_nanousd), 0)).where(of_ledger).scalar_subquery()
    unknown = n_unknown_where(of_ledger)
    n_segments = select(func.count()).where(segment_table.c.recording_id == columns.id).scalar_subquery()
    shown = (
        *(columns.id, columns.batch_id, columns.name, columns.state, columns.trouble, columns.duration_s),
        *(columns.speakers, columns.strip, columns.n_contrasts, columns.turning_point, columns.created_at),
        *(spent.label("spent"), unknown.label("unknown"), n_segments.label("n_segments")),
    )
    return select(*shown).where(columns.batch_id == batch_id).order_by(columns.position)


def _recording(row: Row[Any]) -> RecordingHeading:
    return RecordingHeading(
        id=row.id,
        batch_id=row.batch_id,
        name=row.name,
        state=Progress(row.state),
        trouble=row.trouble,
        duration_s=row.duration_s,
        n_speakers=len(row.speakers or ()),
        n_segments=row.n_segments,
        n_contrasts=row.n_contrasts,
        strip=tuple((start_s, end_s, tone) for start_s, end_s, tone in row.strip or ()),
        turning_point=row.turning_point,
        spent_nanousd=None if row.unknown else int(row.spent),
        created_at=row.created_at,
    )


def _heading(row: Row[Any], recordings: Iterable[Any]) -> BatchHeading:
    of_it = list(recordings)
    states = [one.state for one in of_it]
    return BatchHeading(
        id=row.id,
        title=row.title,
        names=tuple(one.name for one in of_it),
        n_recordings=len(of_it),
        n_done=states.count(Progress.DONE.value),
        n_failed=states.count(Progress.FAILED.value),
        duration_s=sum(one.duration_s or 0.0 for one in of_it),
        money=_money(row, row.n_unknown),
        is_under_way=any(one.job_id is not None and one.state in _UNDER_WAY for one in of_it),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
