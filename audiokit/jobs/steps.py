"""What a workflow does, one recorded step at a time. A step that is recorded is never run again.

Between two steps a workflow must come to the same calls in the same order whenever it is run again with the same
results: no clock, no random number, no reading of what may change, outside a step.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audiokit.errors import AudiokitError
from audiokit.jobs.values import Json, sentence_of, whole
from audiokit.store.insisting import insist

if TYPE_CHECKING:
    from dbos import DBOSClient

__all__ = ["Bench", "StepFailed", "Stopping", "attempted", "bench", "current_job", "recorded", "step", "working_at"]

_log = logging.getLogger(__name__)


class StepFailed(AudiokitError):
    """A step did not work; the same whether it has just failed or is read from its record.

    ``kind`` is the name of the error that it met, such as ``ProviderBusy``.
    """

    def __init__(self, sentence: str, *, kind: str, is_retryable: bool = False) -> None:
        super().__init__(sentence, kind=kind)
        self.kind, self.is_retryable = kind, is_retryable

    @property
    def data(self) -> dict[str, Json]:
        """What DBOS keeps beside the sentence."""
        return {"kind": self.kind, "is_retryable": self.is_retryable}


class Stopping(BaseException):
    """The worker ends: the workflow is left where it is, and goes on in the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a worker lends to the workflows that run in it."""

    stopping: threading.Event
    client: DBOSClient


_bench: ContextVar[Bench] = ContextVar("bench")


@contextmanager
def working_at(bench_of_worker: Bench) -> Iterator[None]:
    """Run a workflow in this context at a worker's bench."""
    token = _bench.set(bench_of_worker)
    try:
        yield
    finally:
        _bench.reset(token)


def bench() -> Bench:
    """Return the bench of the workflow that is running here."""
    return _bench.get()


def current_job() -> str:
    """Return the name of the job that is running here."""
    from dbos import DBOS  # noqa: PLC0415 - only the worker has it loaded

    job = DBOS.workflow_id
    if job is None:
        raise RuntimeError("No job is running here.")
    return job


def step(work: Callable[..., Json], *args: Json, name: str | None = None) -> Json:
    """Do one thing durably: run ``work`` now, or return what it returned when it was run before a crash.

    What was begun and not recorded is run again: look for its result before paying for it.

    Raises:
        StepFailed: ``work`` raised, now or when it was recorded.
    """
    from dbos import DBOS  # noqa: PLC0415 - only the worker has it loaded

    called = name or work.__qualname__
    with recorded():
        return DBOS.run_step({"name": called}, lambda: attempted(lambda: work(*args), called))


def _pause(pause_s: float) -> None:
    if bench().stopping.wait(pause_s):
        raise Stopping


@contextmanager
def recorded() -> Iterator[None]:
    """Raise what a record says failed as the error that failed."""
    from dbos import PortableWorkflowError  # noqa: PLC0415 - only the worker has it loaded

    try:
        yield
    except PortableWorkflowError as error:
        data = error.data if isinstance(error.data, dict) else {}
        kind, is_retryable = str(data.get("kind", error.name)), bool(data.get("is_retryable"))
        raise StepFailed(error.message, kind=kind, is_retryable=is_retryable) from None


def attempted(work: Callable[[], Json], called: str) -> Json:
    """Run ``work`` unless the worker ends, and return its result, which must be JSON.

    A store that is out of reach for a while is waited for: the step is run again, as it is after a crash.

    Raises:
        StepFailed: it raised; only a sentence goes into the record.
        Stopping: the worker ends, and nothing was begun.
    """
    if bench().stopping.is_set():
        raise Stopping
    try:
        return whole("A result", insist(work, wait=_pause))
    except AudiokitError as error:
        raise StepFailed(str(error), kind=type(error).__name__, is_retryable=error.retryable) from error
    except Exception as error:
        _log.exception("the step %s failed", called)
        raise StepFailed(sentence_of(error), kind=type(error).__name__) from error
