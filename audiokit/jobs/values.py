"""What is known of a job, and what may be handed to one: values, and JSON only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audiokit.errors import AudiokitError, InputError

__all__ = ["BUG", "JobFailed", "JobState", "Json", "NotJson", "Status", "sentence_of", "whole"]

Json = Any  # None, bool, int, finite float, str, list and dict of the same; mypy has no good name for it

BUG = "Something went wrong inside audiokit; the log says what. Try once more, and report it if it comes back."


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """One job as it stands; ``error`` is a sentence where it failed, ``result`` what it returned where it is done."""

    job_id: str
    workflow: str
    status: Status
    error: str | None = None
    result: Json = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself or by resuming."""
        return self.status in {Status.DONE, Status.FAILED, Status.CANCELLED}


class JobFailed(AudiokitError):
    """What DBOS stores of a workflow that raised: a sentence."""


class NotJson(InputError):
    """What was handed to a job, or came of one, would not come back from JSON as it is."""

    def __init__(self, what: str, value: object) -> None:
        super().__init__(
            f"{what} holds something that is not JSON. Hand over numbers, texts, lists and dictionaries with names "
            "only, and sound by its digest.",
            type=type(value).__name__,
        )


def whole(what: str, value: Json) -> Json:
    """Return ``value`` if it comes back from JSON as it is: no tuple, no bytes, no NaN, no number for a name.

    Raises:
        NotJson: it does not; the sentence calls it ``what``.
    """
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False)
        written.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson(what, value) from error
    if json.loads(written) != value:
        raise NotJson(what, value)
    return value


def sentence_of(error: Exception) -> str:
    """Return what a person is told of an error: its own sentence if it is one of ours, else that it is a bug."""
    return str(error) if isinstance(error, AudiokitError) else BUG
