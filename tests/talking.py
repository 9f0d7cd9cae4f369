"""A live session as tests have it: a person's end without a browser, a scripted provider, and a real store between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from conversing import ME
from live_server import Caller, LiveServer, live_server

from audiokit.converse.conversation import Conversation
from audiokit.converse.live import LiveBridge, LiveOptions, LiveService
from audiokit.converse.live.seam import BYTES_PER_MS, Played
from audiokit.studio import Studio

__all__ = ["FakeBrowser", "Talking", "service", "sound", "talking"]

_PATIENCE_S = 30.0


def sound(ms: int, *, seed: int = 0) -> bytes:
    """Noise of a length, PCM16 mono at 24 kHz; another for every seed."""
    noise = np.random.default_rng(seed).normal(0, 2_000, ms * BYTES_PER_MS // 2)
    return noise.astype("<i2").tobytes()


class FakeBrowser:
    """The person's end: what they do is put in, what they are told and hear is kept. It plays when it is told to."""

    def __init__(self) -> None:
        self.heard: dict[str, bytearray] = {}
        self.messages: list[Mapping[str, Any]] = []
        self.clears = 0
        self.played = Played(None, 0)
        self._incoming: asyncio.Queue[bytes | Mapping[str, Any] | None] = asyncio.Queue()
        self._changed = asyncio.Event()

    async def send_sound(self, item_id: str, pcm16: bytes) -> None:
        self.heard.setdefault(item_id, bytearray()).extend(pcm16)
        self._changed.set()

    async def send(self, message: Mapping[str, Any]) -> None:
        self.messages.append(message)
        self._changed.set()

    async def clear(self) -> Played:
        self.clears += 1
        self._changed.set()
        return self.played

    async def incoming(self) -> AsyncIterator[bytes | Mapping[str, Any]]:
        while (message := await self._incoming.get()) is not None:
            yield message

    def does(self, message: bytes | Mapping[str, Any]) -> None:
        self._incoming.put_nowait(message)

    def leaves(self) -> None:
        self._incoming.put_nowait(None)

    def plays_all(self, item: str) -> None:
        """Report that everything of an item has been heard."""
        self.does({"type": "played", "item": item, "ms": len(self.heard[item]) // BYTES_PER_MS})

    async def until(self, holds: Callable[[], Any], *, patience_s: float = _PATIENCE_S) -> Any:
        """Wait until something is so, and return it."""
        async with asyncio.timeout(patience_s):
            while not (found := holds()):
                self._changed.clear()
                await self._changed.wait()
        return found

    async def told(self, kind: str, **fields: Any) -> Mapping[str, Any]:
        """Wait for a message and return it."""

        def look() -> Mapping[str, Any] | None:
            wanted = {"type": kind, **fields}
            return next((one for one in self.messages if wanted.items() <= one.items()), None)

        found: Mapping[str, Any] = await self.until(look)
        return found

    async def hears(self, item: str, ms: int) -> None:
        """Wait until so much of an item has come."""
        await self.until(lambda: len(self.heard.get(item, b"")) >= ms * BYTES_PER_MS)

    def all_told(self, kind: str) -> list[Mapping[str, Any]]:
        return [one for one in self.messages if one["type"] == kind]


@dataclass
class Talking:
    """A session under way, and both its ends."""

    studio: Studio
    conversation_id: str
    server: LiveServer
    live: LiveService
    browser: FakeBrowser
    bridge: LiveBridge
    task: asyncio.Task[None]

    async def caller(self, number: int = 0) -> Caller:
        """Wait for a connection to the provider, and let the session stand."""
        caller = await self.server.caller(number)
        await caller.begin()
        return caller

    async def over(self) -> None:
        """Wait until the session has come to its end."""
        async with asyncio.timeout(_PATIENCE_S):
            await self.task

    async def leave(self) -> Conversation:
        """Have the person go, and return what is kept."""
        self.browser.leaves()
        await self.over()
        return self.kept()

    def kept(self) -> Conversation:
        return self.studio.converse.open(ME, self.conversation_id)

    def clip(self, digest: str | None) -> bytes:
        """Return the PCM16 of a clip."""
        assert digest is not None
        return self.studio.clips.read(ME, digest)[44:]


def service(studio: Studio, server: LiveServer) -> LiveService:
    converse = studio.converse
    return LiveService(
        conversations=converse.conversations,
        clips=converse.clips,
        ledger=converse.ledger,
        places=converse.places,
        toolbox_for=converse.toolbox_for,
        reach=lambda endpoint: replace(endpoint, base_url=server.address),
    )


@asynccontextmanager
async def talking(studio: Studio, conversation_id: str, **options: Any) -> AsyncIterator[Talking]:
    """Begin a session, and end it whatever happens."""
    async with live_server() as server:
        live = service(studio, server)
        browser, bridge = FakeBrowser(), live.open(ME, conversation_id, LiveOptions(**options))
        task = asyncio.create_task(bridge.run(browser))
        try:
            yield Talking(studio, conversation_id, server, live, browser, bridge, task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            live.close()
