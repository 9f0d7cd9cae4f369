"""A worker: the one process in which workflows run. As many as one likes on PostgreSQL; on SQLite, one is best."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from audiokit.errors import AudiokitError, StoreError
from audiokit.jobs.engine import ALONE, APPLICATION, JOBS, SCHEMA, VERSION, System, open_client, open_system
from audiokit.jobs.recovery import Recovery
from audiokit.jobs.retention import forget_old
from audiokit.jobs.slots import Slots, executor_of, slot_of, slots_of, take
from audiokit.jobs.steps import Bench, working_at
from audiokit.jobs.values import JobFailed, Json, sentence_of, whole
from audiokit.store.refusals import in_our_words
from audiokit.telemetry.watching import watched_job

if TYPE_CHECKING:
    from dbos import DBOSClient

__all__ = ["Pace", "Registry", "Worker"]

_log = logging.getLogger(__name__)

_CONNECTIONS: Final = 20
_LOST: Final = "Another worker has taken this one's place while the database was out of reach. Start it again."


@dataclass(frozen=True, slots=True)
class Registry:
    """What durable work there is: workflows by name, and what is to be closed when the worker ends."""

    workflows: dict[str, Callable[..., Json]] = field(default_factory=dict)
    closing: list[Callable[[], object]] = field(default_factory=list)

    def add(self, name: str, workflow: Callable[..., Json]) -> None:
        """Let jobs be started under ``name``; the arguments are those of the start, back from JSON."""
        if name in self.workflows:
            raise ValueError(f"There is a workflow named {name} already.")
        self.workflows[name] = workflow

    def when_closing(self, close: Callable[[], object]) -> None:
        """Have something closed when the worker ends; what was added last is closed first."""
        self.closing.append(close)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much a worker does, and how often it looks.

    ``n_at_once`` jobs run in it at a time, and ``per_person`` of one person in all workers together. ``grace_s`` is
    what steps that have begun are given to end, ``keep`` how long a job that is over is remembered. A worker whose
    place has been free for ``free_for_s`` is taken for dead.
    """

    n_at_once: int = 4
    per_person: int = 2
    grace_s: int = 10
    keep: timedelta = timedelta(days=30)
    queue_every_s: float = 0.5
    alone_every_s: float = 2.0
    reap_every_s: float = 2.0
    free_for_s: float = 4.0
    forget_every_s: float = 3600.0


class Worker:
    """Runs jobs while :meth:`run` does. One in a process at a time: DBOS is one."""

    def __init__(
        self,
        database_url: str | None,
        data_dir: Path,
        register: Callable[[Registry], object],
        pace: Pace | None = None,
    ) -> None:
        self._database_url, self._data_dir, self._register = database_url, data_dir, register
        self._pace = pace or Pace()

    def run(self, until: threading.Event, *, ready: Callable[[str], object] = lambda _name: None) -> None:
        """Run jobs until the event is set, then let the steps that have begun end, and hand the jobs back.

        ``ready`` is called once, with the worker's name, when it takes jobs.

        Raises:
            NotConfigured, StoreError: the database cannot be opened, or another worker has taken this one's place.
        """
        registry, stopping = Registry(), threading.Event()
        with ExitStack() as leaving:
            leaving.callback(_close, registry)
            self._register(registry)
            system = open_system(self._database_url, self._data_dir, pool_size=_CONNECTIONS)
            leaving.callback(system.close)
            client = open_client(system)
            leaving.callback(client.destroy)
            slots = slots_of(system, self._data_dir)
            leaving.callback(slots.close)
            with in_our_words(system.where):
                slot = take(slots)
                _register_queues(client, self._pace)
                recovery = Recovery(client, registry.workflows)
                recovery.after_death(executor_of(slot))  # before DBOS continues them uncounted
            leaving.callback(_hand_back, recovery, slots, slot)
            if until.is_set():  # while the engine was loading
                return
            bench = Bench(stopping=stopping, client=client)
            _launch(system, executor_of(slot), registry, bench)
            leaving.callback(_end_dbos, self._pace.grace_s)
            leaving.callback(stopping.set)
            ready(executor_of(slot))
            forgetting = _Forgetting(client, self._pace)
            watch = _Watch(system, slots, slot, recovery, forgetting, free_for_s=self._pace.free_for_s)
            while not until.wait(self._pace.reap_every_s):
                watch.look()


class _Forgetting:
    """Forgets jobs that have been over for long, now and then."""

    def __init__(self, client: DBOSClient, pace: Pace) -> None:
        self._client, self._pace = client, pace
        self._due_at = 0.0

    def look(self) -> None:
        if time.monotonic() >= self._due_at:
            forget_old(self._client, keep=self._pace.keep)
            self._due_at = time.monotonic() + self._pace.forget_every_s


class _Watch:
    """Looks after the other workers, and after this one's own place."""

    def __init__(
        self,
        system: System,
        slots: Slots,
        slot: int,
        recovery: Recovery,
        forgetting: _Forgetting,
        *,
        free_for_s: float,
    ) -> None:
        self._system, self._slots, self._slot, self._recovery = system, slots, slot, recovery
        self._forgetting = forgetting
        self._is_in_reach = True
        self._is_out = False  # another worker had this one's place at the last look
        self._free_for_s, self._free_since_s = free_for_s, dict[str, float]()

    def look(self) -> None:
        """Send on the jobs of the dead. A database out of reach is told once, and waited for.

        Raises:
            StoreError: another worker has taken this one's place.
        """
        try:
            with in_our_words(self._system.where):
                has_place = self._slots.keep(self._slot)
                if has_place:
                    self._reap()
                    self._forgetting.look()
        except StoreError as error:
            if self._is_in_reach:
                _log.warning("%s", error)
            self._is_in_reach = False
            self._free_since_s.clear()
            return
        self._is_in_reach = True
        if not has_place and self._is_out:  # and not somebody who only looked whether we live
            raise StoreError(_LOST)
        self._is_out = not has_place

    def _reap(self) -> None:
        """Send on the jobs of those whose places have been free for a while.

        When a database comes back, every place is free until its worker, which lives, has taken it again.
        """
        now_s, free_since_s = time.monotonic(), dict[str, float]()
        for executor in self._recovery.look(executor_of(self._slot)):
            number = slot_of(executor)
            if number is None or not self._slots.try_lock(number):
                continue
            try:
                since_s = self._free_since_s.get(executor, now_s)
                if now_s - since_s >= self._free_for_s:
                    self._recovery.after_death(executor)
                else:
                    free_since_s[executor] = since_s
            finally:
                self._slots.unlock(number)
        self._free_since_s = free_since_s


def _launch(system: System, executor: str, registry: Registry, bench: Bench) -> None:
    from dbos import DBOS, DBOSPortableJSONSerializer  # noqa: PLC0415 - only the worker has it loaded

    DBOS(
        config={
            "name": APPLICATION,
            "application_version": VERSION,
            "executor_id": executor,
            "serializer": DBOSPortableJSONSerializer(),
            "system_database_engine": system.engine,
            "dbos_system_schema": SCHEMA,
            "run_migrations": False,
            "log_level": "ERROR",
        }
    )
    logging.getLogger("dbos").addFilter(_is_news)
    for name, workflow in registry.workflows.items():
        DBOS.workflow(name=name, max_recovery_attempts=None)(_told_in_sentences(name, workflow, bench))
    DBOS.launch()


def _register_queues(client: DBOSClient, pace: Pace) -> None:
    """Through the client, before DBOS is launched: it looks for new queues once a second only."""
    client.register_queue(
        JOBS,
        worker_concurrency=pace.n_at_once,
        partition_concurrency=pace.per_person,
        polling_interval_sec=pace.queue_every_s,
        application_name=APPLICATION,
    )
    client.register_queue(
        ALONE, worker_concurrency=1, polling_interval_sec=pace.alone_every_s, application_name=APPLICATION
    )


def _told_in_sentences(name: str, workflow: Callable[..., Json], bench: Bench) -> Callable[..., Json]:
    """Wrap a workflow so that what it raises is stored as a sentence; the whole error goes to the log."""

    def run(*args: Json) -> Json:
        with working_at(bench), watched_job(name):
            try:
                return whole("A result", workflow(*args))
            except AudiokitError as error:
                raise JobFailed(str(error)) from error
            except Exception as error:
                _log.exception("the workflow %s failed", name)
                raise JobFailed(sentence_of(error)) from error

    return run


def _is_news(record: logging.LogRecord) -> bool:
    """Whether an error that DBOS logs is one: a job that failed with a sentence, or was cancelled, is not."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, JobFailed) and type(error).__name__ != "DBOSAwaitedWorkflowCancelledError"


def _end_dbos(grace_s: int) -> None:
    from dbos import DBOS  # noqa: PLC0415 - only the worker has it loaded

    DBOS.destroy(workflow_completion_timeout_sec=grace_s, destroy_registry=True)


def _hand_back(recovery: Recovery, slots: Slots, slot: int) -> None:
    if slots.keep(slot):
        recovery.hand_back(executor_of(slot))


def _close(registry: Registry) -> None:
    with ExitStack() as closing:
        for close in registry.closing:
            closing.callback(close)
