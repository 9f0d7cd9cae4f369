"""A single request over a Realtime WebSocket, for models that are served nowhere else: one session each.

The session is set up and told the conversation; only when it has taken all of it is it asked to answer. So what is
refused, or breaks, before that costs nothing, and what comes after may: errors say which, as those over HTTP do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2

from audiokit.errors import ModelRetired, ProviderUnreachable
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.fields import Json
from audiokit.speech.in_thread import told_by
from audiokit.speech.realtime import open_client, socket_options
from audiokit.speech.realtime_failures import connecting
from audiokit.speech.realtime_reply import RealtimeReply
from audiokit.speech.realtime_request_bodies import CANCEL, RESPOND, setup_events
from audiokit.speech.replies import Event, Reply, SoundPiece, Speech
from audiokit.speech.requests import Converse, Request

if TYPE_CHECKING:
    from openai.resources.realtime.realtime import AsyncRealtimeConnection

__all__ = ["OverRealtime"]

_CONNECT_S = 10.0
_MAKES_ITEMS = frozenset({"conversation.item.create", "input_audio_buffer.commit"})
_NO_SOCKETS = "{provider} does not serve {model}: there is no Realtime at its address. Choose the other model."

Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverRealtime:
    """Answers conversations with models that need a socket; ``inner`` does the rest.

    ``needs_socket`` says of a model whether it does. ``timeout_s`` bounds a whole answer, as over HTTP. Called from
    plain code: :meth:`reply` runs its loop in the caller's thread, which may have none of its own.
    """

    inner: Speech
    endpoint: Endpoint
    needs_socket: Callable[[str], bool]
    timeout_s: float = 120.0

    def reply(self, request: Request) -> Reply:
        """Send ``request`` once and wait for the whole reply."""
        if not isinstance(request, Converse) or not self.needs_socket(request.model):
            return self.inner.reply(request)
        return asyncio.run(self._ask(request, lambda _: None))

    def stream(self, request: Converse) -> Iterator[Event]:
        """Send ``request`` once and yield what comes; see :class:`audiokit.speech.replies.Speech`."""
        if not self.needs_socket(request.model):
            yield from self.inner.stream(request)
            return
        yield from told_by(partial(self._ask, request))

    async def _ask(self, request: Converse, tell: Tell) -> Reply:
        loop, told = asyncio.get_running_loop(), setup_events(request)
        began, first_sound_ms = loop.time(), None

        def ms() -> int:
            return round((loop.time() - began) * 1000)

        collected = RealtimeReply(self.endpoint, request)
        async with _open(self.endpoint, request.model, timeout_s=min(_CONNECT_S, self.timeout_s)) as line:
            with connecting(self.endpoint, request.model):
                async with asyncio.timeout_at(began + self.timeout_s):
                    await _set_up(line, told, collected)
            async for event in _answers(line, collected, until=began + self.timeout_s):
                if first_sound_ms is None and isinstance(event, SoundPiece):
                    first_sound_ms = ms()
                tell(event)
            return replace(collected.reply(), first_sound_ms=first_sound_ms, total_ms=ms())


@dataclass(frozen=True, slots=True)
class _Line:
    """An open socket, as events. One that was closed is known by reading: why may have been said before."""

    connection: AsyncRealtimeConnection

    async def send(self, event: dict[str, Any]) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - only sockets need it

        with suppress(ConnectionClosed):
            await self.connection.send_raw(json.dumps(event))

    async def receive(self) -> Json:
        """Wait for one event; what is none is as good as one that nobody knows."""
        try:
            event = json.loads(await self.connection.recv_bytes())
        except (ValueError, RecursionError):
            return {}
        return event if isinstance(event, dict) else {}


@asynccontextmanager
async def _open(endpoint: Endpoint, model: str, *, timeout_s: float) -> AsyncIterator[_Line]:
    """Open a socket, and close it in the end, whatever happens."""
    client = open_client(endpoint)
    try:
        try:
            with connecting(endpoint, model):
                manager = client.realtime.connect(
                    model=endpoint.name_on_wire(model), websocket_connection_options=socket_options(endpoint)
                )
                async with asyncio.timeout(timeout_s):
                    connection = await manager.enter()
        except ProviderUnreachable as error:
            if error.detail.get("status") != httpx2.codes.NOT_FOUND:
                raise
            # The endpoint is there, and may serve another model over HTTP.
            raise ModelRetired(_NO_SOCKETS.format(provider=endpoint.name, model=model), **error.detail) from error
        try:
            yield _Line(connection)
        finally:
            await connection.close()
    finally:
        await client.close()


async def _set_up(line: _Line, told: list[dict[str, Any]], collected: RealtimeReply) -> None:
    """Tell a session how to be and what was said, and wait until it has taken that."""
    n_items = sum(event["type"] in _MAKES_ITEMS for event in told)
    for event in told:
        await line.send(event)
    while not collected.has_taken(n_items):
        collected.feed(await line.receive())


async def _answers(line: _Line, collected: RealtimeReply, *, until: float) -> AsyncIterator[Event]:
    """Ask for the one response, and yield what comes of it until it is over, breaks, or has lasted too long."""
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - only sockets need it

    is_cancelled = False
    with suppress(ConnectionClosed, OSError):  # what came until then is a reply that was cut; a time-out is an OSError
        async with asyncio.timeout_at(until):
            await line.send(RESPOND)
        while not collected.is_over:
            async with asyncio.timeout_at(until):
                received = await line.receive()
            for event in collected.feed(received):
                yield event
            if collected.is_too_long and not is_cancelled:
                is_cancelled = True
                await line.send(CANCEL)
