"""How long the rest of a batch will take, judged by the recordings of it that are done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from statistics import median

from sqlalchemy import func, select

from audiokit.sentiment.kept import Batch, Progress
from audiokit.store.database import Database
from audiokit.store.tables import entry as entry_table
from audiokit.store.tables import recording as recording_table

__all__ = ["seconds_left", "took_s"]

_HALF = 0.5  # of what is being worked on is done, on average


def took_s(database: Database, batch_id: str) -> dict[str, float]:
    """Return how long each recording of a batch that is done took, from its first call to its last, by its id."""
    columns, of_ledger = recording_table.c, entry_table.c
    query = (
        select(columns.id, func.min(of_ledger.at).label("first"), func.max(of_ledger.at).label("last"))
        .join(entry_table, of_ledger.conversation_id == columns.id)
        .where(columns.batch_id == batch_id, columns.state == Progress.DONE.value)
        .group_by(columns.id)
    )
    with database.read() as connection:
        return {row.id: (row.last - row.first).total_seconds() for row in connection.execute(query)}


def seconds_left(batch: Batch, working: Collection[str], took_s: Mapping[str, float]) -> float | None:
    """Return in how many seconds the ``working`` recordings will be done, as many at once as there are now.

    None where none was done yet, or where it is not known how long one of them is. A recording takes as long for each
    second of its sound as the median of those that are done: one that was paused, or asked about later, changes little.
    """
    paces = [
        took_s[one.id] / one.duration_s
        for one in batch.recordings
        if one.state is Progress.DONE and one.duration_s and took_s.get(one.id)
    ]
    left = [one for one in batch.recordings if one.id in working]
    if not paces or not left or any(one.duration_s is None for one in left):
        return None
    begun = [one for one in left if one.state is not Progress.WAITING]
    sound_s = sum((one.duration_s or 0.0) * (_HALF if one in begun else 1) for one in left)
    return median(paces) * sound_s / max(1, len(begun))
