"""A live session's far end for tests: it echoes, or does what it is told through ``/api/try/...``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from audiokit.converse.live.seam import BYTES_PER_MS, Browser
from audiokit.converse.live.seats import Seats
from audiokit.errors import BudgetExceeded, NotFound
from audiokit.people.addresses import Signer
from audiokit.speech.realtime_log import WireLog

__all__ = ["NO_MONEY", "PERSON", "SOURCE", "LiveSource", "tone", "trying"]

PERSON = "person-1"
RATE_HZ = 24_000
NO_MONEY = (
    "The budget of everybody here for this month, $2.00, does not reach for this. It may cost $0.086, and nothing was "
    "sent. To go on now, raise it under Usage & Cost."
)


def tone(seconds: float, hz: float = 440.0) -> bytes:
    instants = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (8000 * np.sin(2 * np.pi * hz * instants)).astype("<i2").tobytes()


class Bridge:
    """``echo`` gives every sound back at once; ``quiet`` waits for what it is told; ``broke`` cannot begin."""

    def __init__(self, source: LiveSource, mode: str) -> None:
        self.source, self.mode = source, mode
        self.browser: Browser | None = None
        self.n_sound_bytes = 0
        self.heard = bytearray()  # the last second or so
        self.is_over = False
        self.messages: list[Mapping[str, Any]] = []

    async def run(self, browser: Browser) -> None:
        self.browser, self.source.bridge = browser, self
        self.source.n_running += 1
        try:
            if self.mode == "broke":
                raise BudgetExceeded(NO_MONEY)
            await browser.send({"type": "state", "state": "listening"})
            await browser.send({"type": "flow", "steady": self.mode == "echo"})
            async for message in browser.incoming():
                if self.is_over:
                    return
                await self._take(message)
        finally:
            self.source.n_running -= 1

    async def _take(self, message: bytes | Mapping[str, Any]) -> None:
        assert self.browser is not None
        if not isinstance(message, bytes):
            self.messages.append(message)
            return
        self.n_sound_bytes += len(message)
        self.heard = (self.heard + message)[-2 * RATE_HZ :]
        if self.mode == "echo":
            await self.browser.send_sound("echo", message)


class LiveSource:
    """What the studio is to the route."""

    def __init__(self) -> None:
        self.signer = Signer(b"k" * 32)
        self.live = self
        self.seats = Seats()
        self.bridge: Bridge | None = None
        self.n_running = 0

    def open_live(self, person_id: str, conversation_id: str, options: str) -> Bridge:
        if person_id != PERSON or conversation_id == "gone":
            raise NotFound("There is no such conversation. Choose another.")
        return Bridge(self, options or "echo")

    def log_of(self, person_id: str, conversation_id: str) -> bytes:
        log = WireLog(clock=lambda: 0.0)
        log.add("sent", {"type": "session.update", "for": [person_id, conversation_id]})
        return log.written()


SOURCE = LiveSource()


def trying() -> list[BaseRoute]:
    """Return routes by which a test looks at the far end and moves it."""
    return [
        Route("/api/try/counts", _counts),
        Route("/api/try/heard", _heard),
        Route("/api/try/clear", _clear, methods=["POST"]),
        Route("/api/try/end", _end, methods=["POST"]),
        Route("/api/try/send", _send, methods=["POST"]),
        Route("/api/try/sit", _sit, methods=["POST"]),
        Route("/api/try/stand", _stand, methods=["POST"]),
        Route("/api/try/speak/{item}/{seconds:float}", _speak, methods=["POST"]),
    ]


async def _counts(_: Request) -> JSONResponse:
    names = [task.get_name() for task in asyncio.all_tasks()]
    bridge = SOURCE.bridge
    return JSONResponse(
        {
            "running": SOURCE.n_running,
            "live_tasks": sum(name.startswith("live ") for name in names),
            "threads": threading.active_count(),
            "sound_bytes": bridge.n_sound_bytes if bridge else 0,
            "messages": [dict(message) for message in bridge.messages] if bridge else [],
        }
    )


async def _heard(_: Request) -> Response:
    return Response(bytes(SOURCE.bridge.heard) if SOURCE.bridge else b"", media_type="audio/L16")


async def _clear(_: Request) -> JSONResponse:
    for task in _speaking:
        task.cancel()
    heard = await _browser().clear()
    return JSONResponse({"item": heard.item_id, "ms": heard.ms})


async def _end(_: Request) -> JSONResponse:
    assert SOURCE.bridge is not None
    SOURCE.bridge.is_over = True
    return JSONResponse({})


async def _send(request: Request) -> JSONResponse:
    for message in await request.json():
        await _browser().send(message)
    return JSONResponse({})


async def _sit(request: Request) -> JSONResponse:
    """Take a conversation's seat, as another window would."""
    asked = await request.json()
    await _sitting.enter_async_context(SOURCE.seats.taken(PERSON, asked["conversation"], asked["window"]))
    return JSONResponse({})


async def _stand(_: Request) -> JSONResponse:
    await _sitting.aclose()
    return JSONResponse({})


_sitting = AsyncExitStack()
_speaking: set[asyncio.Task[None]] = set()


async def _speak(request: Request) -> JSONResponse:
    item, seconds = request.path_params["item"], request.path_params["seconds"]
    task = asyncio.create_task(_send_all(item, tone(seconds)))
    _speaking.add(task)
    task.add_done_callback(_speaking.discard)
    return JSONResponse({})


async def _send_all(item: str, sound: bytes) -> None:
    piece = 200 * BYTES_PER_MS
    for start in range(0, len(sound), piece):
        await _browser().send_sound(item, sound[start : start + piece])


def _browser() -> Browser:
    assert SOURCE.bridge is not None
    assert SOURCE.bridge.browser is not None
    return SOURCE.bridge.browser
