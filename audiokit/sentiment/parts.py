"""The parts in which recordings are sent to be written down, and what was recognised in each, as it was paid for.

Who calls has found the recording to be the person's own (:mod:`audiokit.sentiment.recordings`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from audiokit.audio.measuring.activity import Segment
from audiokit.errors import NotFound
from audiokit.sentiment.heard import HeardPart
from audiokit.store.database import Database, hold
from audiokit.store.tables import part as part_table
from audiokit.store.tables import recording as recording_table

__all__ = ["Layout", "Parts", "PlannedPart"]

_GONE = "This recording is not here any more. Choose another one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where there is speech in a prepared recording, and how its parts are sent, as :mod:`preparing` has it."""

    spans: tuple[Segment, ...]
    form: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """A part that is sent by itself; ``heard`` is None before it was recognised."""

    position: int
    start_s: float
    end_s: float
    heard: HeardPart | None

    @property
    def duration_s(self) -> float:
        """How long it lasts, with what it shares with others."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Parts:
    """One database; see the module."""

    database: Database

    def layout(self, recording_id: str) -> Layout:
        """Return where there is speech in the prepared recording, and how its parts are sent.

        Raises:
            NotFound: the recording is gone.
        """
        columns = recording_table.c
        with self.database.read() as connection:
            query = select(columns.spans, columns.form).where(columns.id == recording_id)
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(_GONE)
        spans = tuple(Segment(start_s, end_s) for start_s, end_s in row.spans or ())
        return Layout(spans=spans, form=row.form or {})

    def plan(self, recording_id: str, parts: Sequence[tuple[float, float]]) -> None:
        """Keep in which parts a recording is sent; what was recognised in the same parts before stays."""
        columns = part_table.c
        with self.database.write() as connection:
            hold(connection, recording_id)
            before = connection.execute(select(part_table).where(columns.recording_id == recording_id)).all()
            heard = {(row.start_s, row.end_s): row.heard for row in before}
            connection.execute(delete(part_table).where(columns.recording_id == recording_id))
            rows = [
                {
                    "recording_id": recording_id,
                    "position": position,
                    "start_s": start_s,
                    "end_s": end_s,
                    "heard": heard.get((start_s, end_s)),
                }
                for position, (start_s, end_s) in enumerate(parts)
            ]
            connection.execute(insert(part_table), rows)

    def keep_heard(self, recording_id: str, position: int, part: HeardPart) -> None:
        """Keep what was recognised in one part."""
        this = (part_table.c.recording_id == recording_id) & (part_table.c.position == position)
        with self.database.write() as connection:
            connection.execute(update(part_table).where(this).values(heard=part.to_json()))

    def one(self, recording_id: str, position: int) -> PlannedPart:
        """Return one part.

        Raises:
            NotFound: the recording is gone, or is sent in other parts now.
        """
        this = (part_table.c.recording_id == recording_id) & (part_table.c.position == position)
        with self.database.read() as connection:
            row = connection.execute(select(part_table).where(this)).one_or_none()
        if row is None:
            raise NotFound(_GONE)
        return _part(row)

    def of(self, recording_id: str) -> tuple[PlannedPart, ...]:
        """Return the parts in which a recording is sent, in order, with what was recognised; none until it is ready."""
        columns = part_table.c
        query = select(part_table).where(columns.recording_id == recording_id).order_by(columns.position)
        with self.database.read() as connection:
            return tuple(_part(row) for row in connection.execute(query))


def _part(row: Row[Any]) -> PlannedPart:
    heard = None if row.heard is None else HeardPart.from_json(row.heard)
    return PlannedPart(position=row.position, start_s=row.start_s, end_s=row.end_s, heard=heard)
