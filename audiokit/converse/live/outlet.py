"""The way to the browser: sound and messages in two lines, so that words never wait behind sound."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from audiokit.converse.live.playback import Playback
from audiokit.converse.live.seam import BYTES_PER_MS, Browser

__all__ = ["MAX_AHEAD_MS", "Outlet"]

MAX_AHEAD_MS = 10_000
"""How far sound is sent ahead of the ear; the rest waits here, where an interruption can drop it."""

_PIECE_BYTES = 200 * BYTES_PER_MS
_MOST_MESSAGES = 4_000  # a browser that does not take them for so long is not there any more


def _nobody() -> None:
    pass


class Outlet:
    """Sends what is put, in order. ``on_sent`` hears of each piece that was sent, ``on_played`` of the end of sound.

    Whoever has it runs :meth:`run_sounds` and :meth:`run_messages`.
    """

    def __init__(self, browser: Browser, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._browser, self._clock = browser, clock
        self.on_sent: Callable[[], None] = _nobody
        self.on_played: Callable[[], None] = _nobody
        self._sounds: deque[tuple[str, bytes]] = deque()
        self._messages: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(_MOST_MESSAGES)
        self._moved = asyncio.Event()
        self._silences = 0
        self._is_sending = False
        self._is_told = True  # of the end of the sound
        self.playback = Playback()

    @property
    def is_playing(self) -> bool:
        """Whether sound waits or is still to be heard."""
        return bool(self._sounds) or self._is_sending or self.playback.queued_ms(self._clock()) > 0

    def put_sound(self, item_id: str, pcm16: bytes) -> None:
        """Have sound played after what was put before."""
        for start in range(0, len(pcm16), _PIECE_BYTES):
            self._sounds.append((item_id, pcm16[start : start + _PIECE_BYTES]))
        self._is_told = False
        self._moved.set()

    def put(self, message: Mapping[str, Any]) -> None:
        """Have a message sent; dropped where thousands wait already."""
        with suppress(asyncio.QueueFull):
            self._messages.put_nowait(message)

    def reported(self, item_id: str, ms: int) -> None:
        """Take the browser's word for how far it is."""
        self.playback.reported(item_id, ms, self._clock())
        self._moved.set()

    async def silence(self) -> Mapping[str, int]:
        """Silence the browser at once; return how many milliseconds of each item were heard."""
        self._silences += 1
        self._sounds.clear()
        played = await self._browser.clear()
        self._is_told = True
        self._moved.set()
        return self.playback.silenced(played, self._clock())

    def heard_now(self) -> Mapping[str, int]:
        """Return how many milliseconds of each item were heard, without asking."""
        return self.playback.heard_now(self._clock())

    async def run_sounds(self) -> None:
        """Send sound, never too far ahead, until cancelled."""
        while True:
            self._moved.clear()
            ahead_ms = self.playback.queued_ms(self._clock())
            if self._sounds and ahead_ms <= MAX_AHEAD_MS:
                await self._send_next()
            elif self._sounds:
                await self._wait((ahead_ms - MAX_AHEAD_MS) / 1000)
            elif ahead_ms > 0:
                await self._wait(ahead_ms / 1000)
            elif not self._is_told:
                self._is_told = True
                self.on_played()
            else:
                await self._moved.wait()

    async def run_messages(self) -> None:
        """Send messages until cancelled."""
        while True:
            message = await self._messages.get()
            try:
                await self._browser.send(message)
            finally:
                self._messages.task_done()

    async def finish(self, patience_s: float = 1.0) -> None:
        """Wait until all messages have been sent, if that does not take long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._messages.join()

    async def _send_next(self) -> None:
        item_id, pcm16 = self._sounds.popleft()
        silences, self._is_sending = self._silences, True
        try:
            await self._browser.send_sound(item_id, pcm16)
        finally:
            self._is_sending = False
        if silences == self._silences:
            self.playback.sent(item_id, len(pcm16), self._clock())
            self.on_sent()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.001)):
                await self._moved.wait()
