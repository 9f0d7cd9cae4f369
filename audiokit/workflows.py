"""What durable work there is. Each step of a workflow is one call to a feature.

Between steps a workflow decides by what steps returned, and by nothing else: so it comes to the same calls again when
it is run again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from audiokit.jobs.fan import Failure, Result, spread
from audiokit.jobs.steps import StepFailed, step
from audiokit.jobs.values import Json
from audiokit.jobs.worker import Registry
from audiokit.sentiment.work import ANALYSE
from audiokit.summaries.kept import Progress
from audiokit.summaries.work import MAKE, WRITE

if TYPE_CHECKING:
    from audiokit.sentiment.workshop import Workshop as Listening  # opened, and loaded, at the first job
    from audiokit.summaries.workshop import Workshop

__all__ = ["analyse", "make", "register", "write"]

_LINES_AT_ONCE = 12  # four more than calls (summaries.narrating): they are looked up, checked and kept meanwhile
_PARTS_AT_ONCE = 4  # of a recording: each is held in memory while it is written down
_VOICES_AT_ONCE = 12
_LEFT_OUT = "{n} of {total} steps did not work: {sentence} The rest is done, and trying again asks for these only."
_PAUSES = frozenset(
    {"BudgetExceeded", "KeyRefused", "NotAllowed", "NotConfigured", "ProviderUnreachable", "QuotaExhausted"}
)
"""After these nothing is wrong with the programme: it goes on once a person has seen to it."""


def register(registry: Registry, workshop: Callable[[], Workshop], listening: Callable[[], Listening]) -> None:
    """Tell a worker which workflows there are; the workshops are opened at the first job."""
    registry.add(WRITE, lambda *args: write(workshop(), *args))
    registry.add(MAKE, lambda *args: make(workshop(), *args))
    registry.add(ANALYSE, lambda *args: analyse(listening(), *args))


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


def analyse(workshop: Listening, person_id: str, recording_id: str) -> Json:
    """Write a recording down, read what its words say and how its voices sound, and sum it up.

    What is cheap comes first: words and measures for all, the smaller model for all voices, the better one for those
    that contrast with their words, or are strong. A passage that nobody could read stops no other.
    """
    at = (person_id, recording_id)
    try:
        step(workshop.begin, *at)
        for parts in step(workshop.prepare, *at):
            _none_failed(_each(parts, partial(workshop.hear, *at), "hear", _PARTS_AT_ONCE))
        step(workshop.cut, *at)
        read = _each(step(workshop.to_read, *at), partial(workshop.read, *at), "read")
        heard = _each(step(workshop.to_listen, *at), partial(workshop.listen, *at), "listen")
        again = _each(step(workshop.to_ask_again, *at), partial(workshop.ask_again, *at), "ask_again")
        summed = _each([recording_id], lambda _: workshop.sum_up(*at), "sum_up")
        _few_failed([*read, *heard, *again, *summed])
        return step(workshop.settle, *at)
    except StepFailed as error:
        step(workshop.settle, *at, str(error), error.kind in _PAUSES)
        raise


def _each(
    items: list[Json], work: Callable[[Json], Json], name: str, at_once: int = _VOICES_AT_ONCE
) -> list[Result | Failure]:
    """Do something for each item side by side.

    Raises:
        StepFailed: something stands in the way of all of them, until a person has seen to it.
    """
    results = spread(items, work, at_once=at_once, name=name)
    _none_failed([result for result in results if isinstance(result, Failure) and result.kind in _PAUSES])
    return results


def _none_failed(results: Sequence[Result | Failure]) -> None:
    """Pass where everything worked.

    Raises:
        StepFailed: as the first that did not.
    """
    for result in results:
        if isinstance(result, Failure):
            raise StepFailed(result.sentence, kind=result.kind, is_retryable=result.is_retryable)


def _few_failed(results: Sequence[Result | Failure]) -> None:
    """Pass where everything worked.

    Raises:
        StepFailed: some did not; the sentence says how many, and why the first did not.
    """
    failed = [result for result in results if isinstance(result, Failure)]
    if failed:
        sentence = _LEFT_OUT.format(n=len(failed), total=len(results), sentence=failed[0].sentence)
        raise StepFailed(sentence, kind=failed[0].kind, is_retryable=True)


def _speak(workshop: Workshop, at: tuple[str, str], line_ids: list[str]) -> None:
    """Speak lines side by side.

    Raises:
        StepFailed: something stands in the way of all of them.
    """
    _none_failed(spread(line_ids, partial(workshop.speak, *at), at_once=_LINES_AT_ONCE, name="speak", key=str))


def _stopped(workshop: Workshop, at: tuple[str, str], error: StepFailed, otherwise: Progress) -> None:
    """Say in the programme why it does not go on, and end the job as failed: what was done stays done.

    Raises:
        StepFailed: always.
    """
    state = Progress.PAUSED if error.kind in _PAUSES else otherwise
    step(workshop.settle, *at, state.value, str(error))
    raise error
