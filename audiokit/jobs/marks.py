"""What we note on a job beside DBOS's own columns: what is wished of it, and how often a worker died over it.

A retried job is DBOS's copy of the one before, notes included, so each note names the try that it is about.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from audiokit.jobs.ids import try_of
from audiokit.jobs.values import Json

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

__all__ = ["DEATHS", "GIVEN_UP", "WISH", "Wish", "note", "noted", "wish_of"]

WISH: Final = "wish"
DEATHS: Final = "deaths"
GIVEN_UP: Final = "given_up"  # the sentence that says why


class Wish(StrEnum):
    """What a person last asked for."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


def note(client: DBOSClient, job: str, name: str, value: Json) -> None:
    """Note something on a job."""
    client.update_workflow_attributes(job, {f"{name}.{try_of(job)}": value}, merge=True)


def noted(row: WorkflowStatus, name: str) -> Json:
    """Return what is noted on a job, or None."""
    return (row.attributes or {}).get(f"{name}.{try_of(row.workflow_id)}")


def wish_of(row: WorkflowStatus) -> Wish:
    """Return what is wished of a job."""
    return Wish(noted(row, WISH) or Wish.RUN)
