"""Many steps of one workflow at a time, each in its place however often the workflow is run again.

DBOS tells steps by the order in which they are called. Steps that wait for each other come in another order after a
crash, and results would land in the wrong places without a word. So each place is reserved before the first begins,
each record says which item it is of, and that is checked when it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from audiokit.jobs.ids import try_of
from audiokit.jobs.steps import StepFailed, attempted, bench, current_job, recorded
from audiokit.jobs.values import Json, whole

if TYPE_CHECKING:
    from dbos import StepReservation

__all__ = ["Failure", "Mixed", "Result", "spread"]

Item = TypeVar("Item")
_OF, _VALUE = "of", "value"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an item."""

    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An item that nothing came of: a sentence for a person, and the name of the error for the code."""

    sentence: str
    kind: str
    is_retryable: bool


class Mixed(RuntimeError):
    """A recorded result is of another item than the one in its place: the workflow is not deterministic."""


def spread(
    items: Sequence[Item],
    work: Callable[[Item], Json],
    *,
    at_once: int = 8,
    key: Callable[[Item], str] | None = None,
    name: str | None = None,
) -> list[Result | Failure]:
    """Run ``work`` on each item as a durable step in a thread of its own, at most ``at_once`` at a time.

    Results are in the order of the items. One item's failure is its value, and stops no other. A pause, a cancel or
    the end of the worker lets those finish that have begun, and begins no more. In a job that is retried, what
    earlier tries have done for the same item in the same place is not done again.

    ``key`` names an item for good; without it, items must be JSON, and their content names them.
    """
    if not items:
        return []
    from dbos import DBOS  # noqa: PLC0415 - only the worker has it loaded

    keys = [(key or _content)(item) for item in items]
    places = [DBOS.reserve_step() for _ in items]
    done = _done_before() if try_of(current_job()) > 1 else {}
    called = name or work.__qualname__
    with ThreadPoolExecutor(min(at_once, len(items)), thread_name_prefix=called) as threads:
        futures = [
            threads.submit(copy_context().run, _one, place, of, partial(work, item), called, done)
            for item, of, place in zip(items, keys, places, strict=True)
        ]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            future.cancel()  # those that wait, if one was interrupted
    broken = (error for future in futures if not future.cancelled() and (error := future.exception()))
    if error := next(broken, None):
        raise error
    return [future.result() for future in futures]


def _one(
    place: StepReservation, of: str, work: Callable[[], Json], called: str, done: Mapping[int, Json]
) -> Result | Failure:
    def fresh() -> Json:
        before = done.get(place.step_id)
        return before if _is_of(before, of) else {_OF: of, _VALUE: attempted(work, called)}

    try:
        with recorded():
            record = place.run({"name": called}, fresh)
    except StepFailed as error:
        return Failure(sentence=str(error), kind=error.kind, is_retryable=error.is_retryable)
    if not _is_of(record, of):
        raise Mixed(f"step {place.step_id} of {current_job()} was recorded for another item than {of}")
    return Result(record[_VALUE])


def _is_of(record: Json, of: str) -> bool:
    return isinstance(record, dict) and record.get(_OF) == of and _VALUE in record


def _content(item: object) -> str:
    """Name an item by what it holds."""
    written = json.dumps(whole("An item", item), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def _done_before() -> dict[int, Json]:
    """Return what earlier tries of this job have recorded, by the place; the latest of each.

    Through the client: asked through DBOS itself, the question would become a step, and move all places by one.
    """
    client, ancestor = bench().client, current_job()
    done: dict[int, Json] = {}
    while True:
        found = client.list_workflows(workflow_ids=[ancestor], load_input=False, load_output=False)
        if not found or (before := found[0].forked_from) is None:
            return done
        ancestor = before
        for record in client.list_workflow_steps(ancestor):
            if record["error"] is None:
                done.setdefault(record["function_id"], record["output"])
