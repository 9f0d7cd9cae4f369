"""Jobs as pages and services know them: started, looked at, paused, resumed, cancelled, tried again."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from audiokit.errors import NotFound
from audiokit.jobs.engine import JOBS, VERSION, System, has_jobs, open_client, open_system
from audiokit.jobs.ids import family_of, family_prefix, job_id, new_family, same_family, try_of
from audiokit.jobs.marks import GIVEN_UP, WISH, Wish, note, noted, wish_of
from audiokit.jobs.retention import forget_old
from audiokit.jobs.values import BUG, JobFailed, JobState, Json, Status, whole
from audiokit.store.refusals import in_our_words

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

__all__ = ["Jobs"]

_CONNECTIONS = 4
_LOOK_S = 0.1
_LISTED = 500
_STATUS: Final = {
    "DELAYED": Status.QUEUED,
    "ENQUEUED": Status.QUEUED,
    "PENDING": Status.RUNNING,
    "SUCCESS": Status.DONE,
    "ERROR": Status.FAILED,
    "CANCELLED": Status.CANCELLED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": Status.FAILED,
}
_UNDER_WAY: Final = ("DELAYED", "ENQUEUED", "PENDING")


class Jobs:
    """The jobs of everyone. Usable from any thread; nothing is opened before the first question.

    Every method raises NotConfigured or StoreError where the database cannot be opened, reached or read.
    """

    def __init__(self, database_url: str | None, data_dir: Path) -> None:
        self._database_url, self._data_dir = database_url, data_dir
        self._opening = threading.Lock()
        self._opened: tuple[System, DBOSClient] | None = None

    def new(self) -> str:
        """Return a name that no job has, to be noted before one is started under it."""
        return job_id(new_family(), 1)

    def start(
        self, workflow: str, person_id: str, *args: Json, deduplicate: str | None = None, named: str | None = None
    ) -> str:
        """Queue a workflow by its name and return the job's. A person's jobs run two at a time, in their order.

        ``named`` is what :meth:`new` has returned for it. With ``deduplicate``, a job of this person under that name
        which is not over, paused ones included, is returned in place of another one; so it is where two ask at once.

        Raises:
            NotJson: an argument would not come back as it is.
        """
        whole("An argument", list(args))
        with self._client() as client:
            job = named or self.new()
            if deduplicate is not None:
                family = same_family(workflow, person_id, deduplicate)
                newest = _newest(client, family)
                if newest is not None and not _state(newest).is_over:
                    return newest.workflow_id
                job = job_id(family, try_of(newest.workflow_id) + 1 if newest else 1)
            client.enqueue(
                {
                    "workflow_name": workflow,
                    "queue_name": JOBS,
                    "workflow_id": job,
                    "app_version": VERSION,
                    "queue_partition_key": person_id,
                },
                *args,
            )
        return job

    def state(self, job: str) -> JobState:
        """Return how a job stands.

        Raises:
            NotFound: there is no such job, or it was over so long ago that it is forgotten.
        """
        with self._client() as client:
            return _state(_row(client, job))

    def states(self, jobs: Iterable[str]) -> dict[str, JobState]:
        """Return how several jobs stand, by their names; one that is not known is left out."""
        asked = list(jobs)
        if not asked:
            return {}
        with self._client() as client:
            rows = client.list_workflows(workflow_ids=asked, load_input=False)
        return {row.workflow_id: _state(row) for row in rows}

    def under_way(self) -> dict[tuple[str, str], int]:
        """Return how many jobs wait or run, of everybody, by workflow and state."""
        with self._client() as client:
            rows = client.list_workflows(status=list(_UNDER_WAY), load_input=False, load_output=False)
        return dict(Counter((row.name, _STATUS[row.status].value) for row in rows))

    def pause(self, job: str) -> None:
        """Begin no further step until it is resumed. Steps that have begun end, and are run again then.

        Raises:
            NotFound: there is no such job.
        """
        self._stop(job, Wish.PAUSE, {Status.QUEUED, Status.RUNNING})

    def cancel(self, job: str) -> None:
        """Begin no further step. It can still be retried; what was done stays done.

        Raises:
            NotFound: there is no such job.
        """
        self._stop(job, Wish.CANCEL, {Status.QUEUED, Status.RUNNING, Status.PAUSED})

    def resume(self, job: str) -> None:
        """Queue a paused job again; nothing happens to another one.

        Raises:
            NotFound: there is no such job.
        """
        with self._client() as client:
            if _state(_row(client, job)).status is Status.PAUSED:
                note(client, job, WISH, Wish.RUN)
                client.resume_workflow(job, queue_name=JOBS)

    def retry(self, job: str) -> str:
        """Do again what failed in a failed or cancelled job, and what comes after it; return the new job's name.

        One that was retried already is that one; one that has not failed is itself.

        Raises:
            NotFound: there is no such job.
        """
        from dbos import SetWorkflowID  # noqa: PLC0415 - takes a second, and few visits need it
        from sqlalchemy.exc import IntegrityError  # noqa: PLC0415 - the same

        with self._client() as client:
            newest, again = _again(client, job)
            if again == newest.workflow_id:
                return again
            with suppress(IntegrityError), SetWorkflowID(again):  # another one was quicker, and that is as good
                client.fork_workflow(
                    newest.workflow_id,
                    _first_to_do(client, newest.workflow_id),
                    application_version=VERSION,
                    queue_name=JOBS,
                    queue_partition_key=newest.queue_partition_key,
                )
        return again

    def retried(self, job: str) -> str:
        """Return the name that :meth:`retry` would give now, to be noted before it does.

        Raises:
            NotFound: there is no such job.
        """
        with self._client() as client:
            return _again(client, job)[1]

    def wait(self, job: str, timeout_s: float) -> JobState:
        """Wait until a job is over or paused, for ``timeout_s`` at most, and return how it stands.

        Raises:
            NotFound: there is no such job.
        """
        until = time.monotonic() + timeout_s
        while True:
            state = self.state(job)
            if state.is_over or state.status is Status.PAUSED or time.monotonic() >= until:
                return state
            time.sleep(_LOOK_S)

    def forget(self, person_id: str, about: str) -> None:
        """Delete what is noted of all jobs of a person about one thing, the second argument of theirs, that are over.

        On SQLite the notes are overwritten in the file as well.
        """
        if self._database_url is None and not has_jobs(self._data_dir):
            return
        with self._client() as client:
            names, offset = list[str](), 0
            while rows := client.list_workflows(load_output=False, limit=_LISTED, offset=offset):
                offset += len(rows)
                names += [row.workflow_id for row in rows if _is_over_and_about(row, person_id, about)]
            if names:
                client.delete_workflows(names, delete_children=True)
        if self._opened is not None:
            self._opened[0].tidy()

    def forget_over(self, days: int) -> None:
        """Delete what is noted of jobs that have been over for so many days."""
        if self._database_url is not None or has_jobs(self._data_dir):
            with self._client() as client:
                forget_old(client, keep=timedelta(days=days))

    def close(self) -> None:
        """Let go of the database; the next question opens it again."""
        with self._opening:
            if self._opened is not None:
                system, client = self._opened
                self._opened = None
                client.destroy()
                system.close()

    def _stop(self, job: str, wish: Wish, among: set[Status]) -> None:
        with self._client() as client:
            if _state(_row(client, job)).status in among:
                note(client, job, WISH, wish)
                client.cancel_workflow(job)

    @contextmanager
    def _client(self) -> Iterator[DBOSClient]:
        with self._opening:
            if self._opened is None:
                system = open_system(self._database_url, self._data_dir, pool_size=_CONNECTIONS)
                self._opened = system, open_client(system)
            system, client = self._opened
        with in_our_words(system.where):
            yield client


def _is_over_and_about(row: WorkflowStatus, person_id: str, about: str) -> bool:
    given = row.input["args"] if row.input else ()
    return row.status not in _UNDER_WAY and list(given[:2]) == [person_id, about]


def _row(client: DBOSClient, job: str) -> WorkflowStatus:
    rows = client.list_workflows(workflow_ids=[job], load_input=False)
    if not rows:
        raise NotFound("This job is not there any more. It may have been over for so long that it was forgotten.")
    return rows[0]


def _again(client: DBOSClient, job: str) -> tuple[WorkflowStatus, str]:
    """Return the newest try of a job, and the name of the one after it; its own where it has not failed."""
    asked = _row(client, job)
    newest = _newest(client, family_of(job)) or asked
    if _state(newest).status not in {Status.FAILED, Status.CANCELLED}:
        return newest, newest.workflow_id
    return newest, job_id(family_of(job), try_of(newest.workflow_id) + 1)


def _newest(client: DBOSClient, family: str) -> WorkflowStatus | None:
    rows = client.list_workflows(workflow_id_prefix=family_prefix(family), load_input=False)
    return max(rows, key=lambda row: try_of(row.workflow_id), default=None)


def _first_to_do(client: DBOSClient, job: str) -> int:
    """Return the place of the first step that failed, or the one after the last that was recorded."""
    steps = client.list_workflow_steps(job)
    failed = (step["function_id"] for step in steps if step["error"] is not None)
    return next(failed, max((step["function_id"] for step in steps), default=0) + 1)


def _state(row: WorkflowStatus) -> JobState:
    status, error = _STATUS[row.status], None
    if status is Status.FAILED:
        error = str(row.error) if getattr(row.error, "name", None) == JobFailed.__name__ else BUG
    elif status is Status.CANCELLED and (given_up := noted(row, GIVEN_UP)) is not None:
        status, error = Status.FAILED, str(given_up)
    elif status is Status.CANCELLED and wish_of(row) is Wish.PAUSE:
        status = Status.PAUSED
    return JobState(job_id=row.workflow_id, workflow=row.name, status=status, error=error, result=row.output)
