"""What durable work there is. Each step of a workflow is one call to a feature.

Between steps a workflow decides by what steps returned, and by nothing else: so it comes to the same calls again when
it is run again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from audiokit.jobs.fan import Failure, spread
from audiokit.jobs.steps import StepFailed, step
from audiokit.jobs.values import Json
from audiokit.jobs.worker import Registry
from audiokit.summaries.kept import Progress
from audiokit.summaries.work import MAKE, WRITE

if TYPE_CHECKING:
    from audiokit.summaries.workshop import Workshop  # opened, and loaded, at the first job

__all__ = ["make", "register", "write"]

_LINES_AT_ONCE = 12  # four more than calls (summaries.narrating): they are looked up, checked and kept meanwhile
_PAUSES = frozenset({"BudgetExceeded", "KeyRefused", "NotConfigured", "ProviderUnreachable", "QuotaExhausted"})
"""After these nothing is wrong with the programme: it goes on once a person has seen to it."""


def register(registry: Registry, workshop: Callable[[], Workshop]) -> None:
    """Tell a worker which workflows there are; ``workshop`` is opened at the first job."""
    registry.add(WRITE, lambda *args: write(workshop(), *args))
    registry.add(MAKE, lambda *args: make(workshop(), *args))


def write(workshop: Workshop, person_id: str, programme_id: str, goes_on: bool) -> Json:  # noqa: FBT001 - from JSON
    """Write a script; where it ``goes_on``, speak it too, the first chapter before the others are written.

    How long the first clips come out is what the lengths of the other chapters are planned by.
    """
    at = (person_id, programme_id)
    try:
        step(workshop.begin, *at, Progress.WRITING.value)
        outline, n_chapters = step(workshop.plan, *at), 0
        if outline is not None:
            n_chapters = len(outline["sections"])
            first = step(workshop.write, *at, outline, 0)
            if goes_on:
                _speak(workshop, at, first)
                outline = step(workshop.replan, *at, outline)
            for index in range(1, n_chapters):
                step(workshop.write, *at, outline, index)
        step(workshop.read_in_full, *at, n_chapters)
        if not goes_on:
            step(workshop.settle, *at, Progress.WRITTEN.value, None)
            return None
    except StepFailed as error:
        return _stopped(workshop, at, error, Progress.FAILED)
    return make(workshop, *at)


def make(workshop: Workshop, person_id: str, programme_id: str) -> Json:
    """Speak every line that has no sound yet, and join all of them into one recording."""
    at = (person_id, programme_id)
    try:
        step(workshop.begin, *at, Progress.MAKING.value)
        _speak(workshop, at, step(workshop.to_speak, *at))
        return step(workshop.assemble, *at)
    except StepFailed as error:
        return _stopped(workshop, at, error, Progress.FAILED)


def _speak(workshop: Workshop, at: tuple[str, str], line_ids: list[str]) -> None:
    """Speak lines side by side.

    Raises:
        StepFailed: something stands in the way of all of them.
    """
    results = spread(line_ids, partial(workshop.speak, *at), at_once=_LINES_AT_ONCE, name="speak", key=str)
    for result in results:
        if isinstance(result, Failure):
            raise StepFailed(result.sentence, kind=result.kind, is_retryable=result.is_retryable)


def _stopped(workshop: Workshop, at: tuple[str, str], error: StepFailed, otherwise: Progress) -> None:
    """Say in the programme why it does not go on, and end the job as failed: what was done stays done.

    Raises:
        StepFailed: always.
    """
    state = Progress.PAUSED if error.kind in _PAUSES else otherwise
    step(workshop.settle, *at, state.value, str(error))
    raise error
