"""What lies between a live session and whoever carries it to a person: the transports implement it, the bridge uses it.

All sound is PCM16 mono at 24 kHz, in pieces of any length, usually 20 to 40 ms.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["BYTES_PER_MS", "Browser", "LiveBridge", "Played"]

BYTES_PER_MS = 48
"""PCM16 mono at 24 kHz."""


@dataclass(frozen=True, slots=True)
class Played:
    """What was really heard: ``ms`` of the item that played last; ``None`` if none has since the last clear."""

    item_id: str | None
    ms: int


class Browser(Protocol):
    """The person's end of a live session, whatever carries it. Any task may call any of these at any time."""

    async def send_sound(self, item_id: str, pcm16: bytes) -> None:
        """Play this after what is queued; waits while too much is. A clear meanwhile drops the piece."""

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a control message: state, words, tool, cost, trouble, latency, flow, log, end."""

    async def clear(self) -> Played:
        """Silence at once what plays and is queued; return what was heard of it."""

    def incoming(self) -> AsyncIterator[bytes | Mapping[str, Any]]:
        """Yield the microphone's sound and the person's control messages; ends when the person has gone.

        ``{"type":"dropped","ms":MS}`` tells of speech that the transport had to give up.
        """


class LiveBridge(Protocol):
    """One live session, ready to be carried."""

    async def run(self, browser: Browser) -> None:
        """Hold the session to its end. Cancelled, it tidies up and ends.

        Raises:
            AudiokitError: it cannot go on; the person is told its sentence.
        """
