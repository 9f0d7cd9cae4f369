"""What a transport has received of a live session and its bridge has not yet taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from audiokit.converse.live.losses import audible_ms

__all__ = ["Inbox"]


class Inbox:
    """What came and was not taken yet; to be used on one event loop.

    Too much sound drops the oldest of it: late speech is worth less than new. What was dropped, and may have been
    speech, is told in front of the next message, as ``{"type":"dropped","ms":MS}``. Control messages are never dropped,
    but of several ``played`` of one item only the last is kept.
    """

    def __init__(self, most: int) -> None:
        self._waiting: deque[bytes | Mapping[str, Any]] = deque()
        self._most = most
        self._lost_ms = 0
        self._changed = asyncio.Event()
        self._ended = False

    def put_sound(self, sound: bytes) -> None:
        """Take a piece of the microphone's sound."""
        if len(self._waiting) >= self._most and not self._drop():
            return
        self._waiting.append(sound)
        self._changed.set()

    def put_control(self, message: Mapping[str, Any]) -> bool:
        """Take a control message; return whether there was room."""
        if message["type"] == "played":
            same = {"type": "played", "item": message.get("item")}.items()
            self._waiting = deque(each for each in self._waiting if isinstance(each, bytes) or not same <= each.items())
        if len(self._waiting) >= 2 * self._most:
            return False
        self._waiting.append(message)
        self._changed.set()
        return True

    async def take(self) -> bytes | Mapping[str, Any] | None:
        """Return the oldest, waiting for one; ``None`` once nothing more comes."""
        while not self._waiting:
            if self._ended:
                return None
            self._changed.clear()
            await self._changed.wait()
        if self._lost_ms:
            lost_ms, self._lost_ms = self._lost_ms, 0
            return {"type": "dropped", "ms": lost_ms}
        return self._waiting.popleft()

    def end(self) -> None:
        """Take nothing more to wait for; what is here can still be taken."""
        self._ended = True
        self._changed.set()

    def _drop(self) -> bool:
        """Drop the oldest sound; return whether there was any."""
        for index, oldest in enumerate(self._waiting):
            if isinstance(oldest, bytes):
                self._lost_ms += audible_ms(oldest)
                del self._waiting[index]
                return True
        return False
