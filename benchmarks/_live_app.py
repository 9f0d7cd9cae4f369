"""The app that ``benchmarks.live`` looks at: live talk by either way, with an echo where the model would be.

``?way=websocket`` or ``?way=webrtc``. BENCH_ECHO is the echo's address. The bridge is a bare one, so that what
the transport costs can be seen; or, for the conversations of the studio, the app's own.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit import runtime
from websockets.asyncio.client import ClientConnection, connect

from audiokit.api.assets import asset_routes
from audiokit.api.live import live_routes
from audiokit.converse.conversation import Options
from audiokit.converse.live import LiveOptions
from audiokit.converse.live.seam import BYTES_PER_MS, Browser, LiveBridge
from audiokit.converse.live.seats import Seats
from audiokit.people.addresses import Signer, live_socket_url
from audiokit.settings import Settings
from audiokit.studio import open_studio
from audiokit.ui.live import live
from audiokit.ui.live_webrtc import live_webrtc

_SIGNER = Signer(b"b" * 32)
_PERSON = "bench"
_REPLY_S = 20
_SETTLE_S = 2.0  # not counted


class _Bridge:
    """Sound to the echo and back, as a bridge to the Realtime API would carry it."""

    last: _Bridge | None = None

    def __init__(self) -> None:
        self.browser: Browser | None = None
        self.silenced = False

    async def run(self, browser: Browser) -> None:
        self.browser, _Bridge.last = browser, self
        await browser.send({"type": "state", "state": "listening"})
        await browser.send({"type": "flow", "steady": True})
        async with connect(os.environ["BENCH_ECHO"], compression=None) as echo:
            back = asyncio.create_task(self._back(echo, browser))
            try:
                async for message in browser.incoming():
                    if isinstance(message, bytes) and not self.silenced:
                        audio = base64.b64encode(message).decode()
                        await echo.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
            finally:
                back.cancel()
                await asyncio.wait({back})

    async def _back(self, echo: ClientConnection, browser: Browser) -> None:
        async for text in echo:
            event: Mapping[str, Any] = json.loads(text)
            if "delta" in event:
                await browser.send_sound(event["item_id"], base64.b64decode(event["delta"]))

    async def speak(self) -> None:
        """Begin a long reply, as fast as it is taken, with no echo meanwhile."""
        assert self.browser is not None
        self.silenced = True
        await self.browser.send({"type": "flow", "steady": False})
        instants = np.arange(24_000 * _REPLY_S) / 24_000
        sound = (9000 * np.sin(2 * np.pi * 300 * instants)).astype("<i2").tobytes()
        for start in range(0, len(sound), 200 * BYTES_PER_MS):
            await self.browser.send_sound("reply", sound[start : start + 200 * BYTES_PER_MS])


class _OnTime:
    """A browser in front of another, which notes how far apart the pieces of sound are sent to it."""

    gaps_ms: ClassVar[deque[float]] = deque(maxlen=100_000)

    def __init__(self, browser: Browser) -> None:
        self._browser, self._begun, self._last = browser, 0.0, 0.0
        self.send, self.clear, self.incoming = browser.send, browser.clear, browser.incoming

    async def send_sound(self, item_id: str, pcm16: bytes) -> None:
        await self._browser.send_sound(item_id, pcm16)
        now = time.monotonic()
        self._begun = self._begun or now
        if now - self._begun > _SETTLE_S:
            self.gaps_ms.append((now - self._last) * 1000)
        self._last = now


class _Ours:
    """The app's own bridge, of which the gaps are measured where it sends."""

    def __init__(self, bridge: LiveBridge) -> None:
        self._bridge = bridge

    async def run(self, browser: Browser) -> None:
        await self._bridge.run(_OnTime(browser))


class _Source:
    """Bare bridges, and those of the studio for its conversations."""

    signer = _SIGNER

    def __init__(self) -> None:
        self.studio = open_studio(Settings.read())
        self.person = self.studio.person()
        echo = os.environ["BENCH_ECHO"].replace("ws", "http", 1)
        self.live = replace(self.studio.live, reach=lambda endpoint: replace(endpoint, base_url=f"{echo}/v1"))

    def open_live(self, person_id: str, conversation_id: str, options: str) -> _Bridge | _Ours:  # noqa: ARG002
        if person_id == _PERSON:
            return _Bridge()
        return _Ours(self.live.open(person_id, conversation_id, LiveOptions()))


_source = cache(_Source)
_speaking: set[asyncio.Task[None]] = set()


def _url(request: Request) -> JSONResponse:
    if request.path_params["whose"] == "bench":
        return JSONResponse({"url": live_socket_url(_SIGNER, _PERSON, request.path_params["conversation"])})
    source = _source()
    conversation = source.studio.converse.start(source.person.id, Options(voice="marin"))
    return JSONResponse({"url": live_socket_url(_SIGNER, source.person.id, conversation.id)})


def _gaps(_: Request) -> JSONResponse:
    """Tell the gaps since the last time."""
    gaps_ms = [_OnTime.gaps_ms.popleft() for _ in range(len(_OnTime.gaps_ms))]
    return JSONResponse({"gaps_ms": gaps_ms})


def _usage(_: Request) -> JSONResponse:
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return JSONResponse({"cpu_s": used.ru_utime + used.ru_stime, "rss_mb": pages * resource.getpagesize() / 1e6})


async def _speak(_: Request) -> JSONResponse:
    assert _Bridge.last is not None
    task = asyncio.create_task(_Bridge.last.speak())
    _speaking.add(task)
    task.add_done_callback(_speaking.discard)
    return JSONResponse({})


async def _interrupt(_: Request) -> JSONResponse:
    assert _Bridge.last is not None
    assert _Bridge.last.browser is not None
    at_ms = time.time() * 1000
    for task in _speaking:
        task.cancel()
    heard = await _Bridge.last.browser.clear()
    return JSONResponse({"at_ms": at_ms, "heard_ms": heard.ms})


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({})


if not runtime.exists():
    app = st.App(
        Path(__file__).resolve(),
        routes=[
            Route("/api/health", _health),
            Route("/api/bench/url/{whose}/{conversation}", _url),
            Route("/api/bench/gaps", _gaps),
            Route("/api/bench/usage", _usage),
            Route("/api/bench/speak", _speak),
            Route("/api/bench/interrupt", _interrupt),
            *asset_routes(),
            *live_routes(_source),
        ],
    )
elif st.query_params.get("way") == "webrtc":
    live_webrtc(key="webrtc", open_live=_Bridge, seat=lambda: Seats().taken(_PERSON, "page", ""))
else:
    live(key="websocket", socket_url=live_socket_url(_SIGNER, _PERSON, "page"))
