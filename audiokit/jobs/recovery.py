"""What becomes of the jobs of a worker that is gone: they go on elsewhere, unless they are what it died of.

Whose fault a death was cannot be seen. So a job that was there at two deaths in a row, without a step recorded in
between, runs alone from then on, and one that is there at the twelfth is given up. A worker that ends in good order
hands its jobs back, and nothing is counted.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from audiokit.jobs.engine import ALONE, JOBS
from audiokit.jobs.marks import DEATHS, GIVEN_UP, Wish, note, noted, wish_of
from audiokit.jobs.values import Json

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

__all__ = ["Recovery"]

_log = logging.getLogger(__name__)

_DEATHS_ALONE: Final = 2
# A machine short of memory kills at random: within two seconds of every beginning, a step of 1.2 s ends in four of ten
# lives, and one job in twenty would see six deaths in a row. Of twelve in a row that is one in five hundred; and a job
# that does kill its workers has been paid for twelve times at most, for the one step that it dies of.
_DEATHS_GIVEN_UP: Final = 12
_POISON: Final = (
    "This job was stopped: the program that runs jobs broke down over it again and again. What was done so far is "
    "kept. Change what it works on, or try again."
)
_UNKNOWN: Final = (
    "The program that runs jobs is older than the app and does not know this kind of job. Restart it, then try again."
)


class Recovery:
    """Sends jobs on. Whoever calls it holds the slot of the worker that had them."""

    def __init__(self, client: DBOSClient, known: Collection[str]) -> None:
        self._client, self._known = client, known

    def after_death(self, executor: str) -> int:
        """Send on what a dead worker had, and return how many jobs that were."""
        rows = self._under_way(executor)
        for row in rows:
            self._after_death(row)
        return len(rows)

    def hand_back(self, executor: str) -> None:
        """Send on what a worker that ends in good order has not finished."""
        for row in self._under_way(executor):
            self._requeue(row, row.queue_name or JOBS)

    def look(self, mine: str) -> set[str]:
        """Give up what this worker has taken and cannot do, and return the others that have jobs, dead or alive.

        DBOS would leave a workflow that is not registered under way for good.
        """
        rows = self._under_way()
        for row in rows:
            if row.executor_id == mine and row.name not in self._known:
                self._give_up(row, _UNKNOWN)
        return {row.executor_id for row in rows if row.executor_id} - {mine}

    def _under_way(self, executor: str | None = None) -> list[WorkflowStatus]:
        return self._client.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)

    def _after_death(self, row: WorkflowStatus) -> None:
        n_steps = len(self._client.list_workflow_steps(row.workflow_id, load_output=False))
        n_deaths = _deaths(noted(row, DEATHS), n_steps, row.dequeued_at)
        note(self._client, row.workflow_id, DEATHS, {"n": n_deaths, "n_steps": n_steps, "begun_at": row.dequeued_at})
        _log.warning("a worker died over %s, %d in a row without a step", row.workflow_id, n_deaths)
        if n_deaths >= _DEATHS_GIVEN_UP:
            self._give_up(row, _POISON)
        else:
            self._requeue(row, ALONE if n_deaths >= _DEATHS_ALONE else JOBS)

    def _requeue(self, row: WorkflowStatus, queue: str) -> None:
        """Queue a job again. A pause or cancel that came meanwhile was noted before it was done, and is done again."""
        self._client.resume_workflow(row.workflow_id, queue_name=queue)
        now = self._client.list_workflows(workflow_ids=[row.workflow_id], load_input=False, load_output=False)
        if now and wish_of(now[0]) is not Wish.RUN:
            self._client.cancel_workflow(row.workflow_id)

    def _give_up(self, row: WorkflowStatus, sentence: str) -> None:
        note(self._client, row.workflow_id, GIVEN_UP, sentence)
        self._client.cancel_workflow(row.workflow_id)
        _log.error("%s (%s) was given up: %s", row.workflow_id, row.name, sentence)


def _deaths(before: Json, n_steps: int, begun_at: int | None) -> int:
    """Count this death with those before it; a step in between forgives them, and one death is counted once."""
    if before is None or before["n_steps"] < n_steps:
        return 1
    is_another = before["begun_at"] != begun_at
    return int(before["n"]) + int(is_another)
