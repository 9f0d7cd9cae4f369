"""Nothing is asked of a model for somebody who may not: whoever only looks, and whoever has been blocked meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from audiokit.speech.replies import Event, Reply, Speech
from audiokit.speech.requests import Converse, Request

__all__ = ["Permit", "Permitted", "everybody"]

Permit = Callable[[str], None]
"""Passes for a person who may have models called now, and raises NotAllowed for everybody else."""


def everybody(_person_id: str) -> None:
    """Permit everybody: where there are no people to tell apart."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """Asks ``inner`` only while the person may; whatever began before goes on to its end."""

    inner: Speech
    permit: Permit
    person_id: str

    def reply(self, request: Request) -> Reply:
        """Pass on.

        Raises:
            NotAllowed: this person may not; nothing was sent.
        """
        self.permit(self.person_id)
        return self.inner.reply(request)

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on; errors as in :meth:`reply`, before the first event."""
        self.permit(self.person_id)
        yield from self.inner.stream(request)
