"""How often the better model was asked about the voices of a batch, and what it saved to ask it of nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import func, select

from audiokit.sentiment.kept import Progress
from audiokit.sentiment.whole import Whole
from audiokit.store.database import Database
from audiokit.store.tables import batch as batch_table
from audiokit.store.tables import recording as recording_table
from audiokit.store.tables import segment as segment_table

__all__ = ["SecondOpinions", "second_opinions"]

_WHOLE = TypeAdapter(Whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinions:
    """Of ``n_voices`` that were read, ``n_asked`` were read again by the better model, ``n_changed`` otherwise.

    ``saved_nanousd`` is by estimate, of the recordings that are done; None where of one of them it is not known.
    """

    n_voices: int = 0
    n_asked: int = 0
    n_changed: int = 0
    saved_nanousd: int | None = None

    @property
    def share(self) -> float:
        """How many of all voices were read again, from 0 to 1."""
        return self.n_asked / self.n_voices if self.n_voices else 0.0


def second_opinions(database: Database, person_id: str, batch_id: str) -> SecondOpinions:
    """Return what is known of the recordings of a batch so far; of somebody else's, nothing."""
    columns, of_segment = recording_table.c, segment_table.c
    mine = (
        select(columns.id, columns.whole, columns.state)
        .join(batch_table, batch_table.c.id == columns.batch_id)
        .where(columns.batch_id == batch_id, batch_table.c.person_id == person_id)
    )
    counted = select(of_segment.recording_id, func.count(of_segment.first), func.count(of_segment.second))
    counted = counted.where(of_segment.recording_id.in_(mine.with_only_columns(columns.id)))
    with database.read() as connection:
        rows = connection.execute(mine).all()
        counts = connection.execute(counted.group_by(of_segment.recording_id)).all()
    wholes = {row.id: _WHOLE.validate_python(row.whole or {}) for row in rows}
    heard = {recording_id for recording_id, n_voices, _ in counts if n_voices}
    saved = [wholes[row.id].saved_nanousd for row in rows if row.state == Progress.DONE.value and row.id in heard]
    return SecondOpinions(
        n_voices=sum(n_voices for _, n_voices, _ in counts),
        n_asked=sum(n_asked for _, _, n_asked in counts),
        n_changed=sum(whole.n_changed for whole in wholes.values()),
        saved_nanousd=sum(one or 0 for one in saved) if saved and None not in saved else None,
    )
