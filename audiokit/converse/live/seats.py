"""Who has a conversation live: one session at a time, whatever carries it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from audiokit.errors import NotAllowed

__all__ = ["Seats"]

_ELSEWHERE = "This conversation is live in another window. End it there, then start again."
_STOPPING = "audiokit is being started anew. What was said is kept; start again in a minute."


@dataclass(frozen=True, slots=True, eq=False)
class _Seat:
    window: str
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)


class Seats:
    """One seat for each conversation of each person; all transports sit down here, on one event loop."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], _Seat] = {}
        self._is_closed = False

    @property
    def n_taken(self) -> int:
        """How many conversations are live."""
        return len(self._taken)

    @property
    def farewell(self) -> str | None:
        """What those who have to go are told, if nobody may sit down any more."""
        return _STOPPING if self._is_closed else None

    def close(self) -> None:
        """Have everybody go, and let nobody sit down any more; called on the event loop."""
        self._is_closed = True
        for seat in self._taken.values():
            seat.leave.set()

    @asynccontextmanager
    async def taken(self, person_id: str, conversation_id: str, window: str) -> AsyncIterator[asyncio.Event]:
        """Hold the conversation's seat; what is yielded is set once whoever holds it has to go.

        The same window takes its own seat again, as a page does that comes back after a lost line or goes on over
        another transport: it waits until its last session has been kept. ``window`` is empty where it is not known.

        Raises:
            NotAllowed: another window has the conversation, or nobody may sit down any more.
        """
        key = (person_id, conversation_id)
        while (other := self._taken.get(key)) is not None:
            if not window or other.window != window:
                raise NotAllowed(_ELSEWHERE)
            other.leave.set()
            await other.left.wait()
        if self._is_closed:
            raise NotAllowed(_STOPPING)
        seat = self._taken[key] = _Seat(window)
        try:
            yield seat.leave
        finally:
            del self._taken[key]
            seat.left.set()
