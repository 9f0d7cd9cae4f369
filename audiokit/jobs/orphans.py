"""What says that it is being worked on, and nobody does: after a restore, or where a job was forgotten."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from audiokit.jobs.queue import Jobs
from audiokit.jobs.values import Status
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.tables import batch, programme, recording

__all__ = ["Orphan", "orphans"]

_STARTS_WITHIN: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A programme, or a batch that has a recording without a job."""

    kind: str
    person_id: str
    id: str


def orphans(
    database: Database,
    jobs: Jobs,
    *,
    programmes: Collection[str],
    recordings: Collection[str],
    now: Callable[[], datetime] = utc_now,
) -> tuple[Orphan, ...]:
    """Return what stands in one of these states, which a job should end, and has none that is not over.

    Raises:
        StoreError: the database cannot be read.
    """
    old = now() - _STARTS_WITHIN
    made = select(programme.c.person_id, programme.c.id, programme.c.job_id).where(
        programme.c.state.in_(programmes), programme.c.updated_at < old
    )
    heard = (
        select(batch.c.person_id, batch.c.id, recording.c.job_id)
        .join(recording, recording.c.batch_id == batch.c.id)
        .where(recording.c.state.in_(recordings), recording.c.job_id.is_not(None), recording.c.updated_at < old)
    )
    with database.read() as connection:
        found = [
            (Orphan(kind, row.person_id, row.id), row.job_id)
            for kind, query in (("programme", made), ("batch", heard))
            for row in connection.execute(query)
        ]
    states = jobs.states({job for _, job in found if job})
    living = {job for job, state in states.items() if not state.is_over or state.status is Status.PAUSED}
    return tuple(dict.fromkeys(one for one, job in found if job not in living))
