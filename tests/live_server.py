"""A Realtime server that does as the test says, one step at a time, over a real WebSocket on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

__all__ = ["Caller", "LiveServer", "live_server"]

_PATIENCE_S = 30.0


class Caller:
    """One connection that came: what it sent, and what it is to be told."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.path = connection.request.path if connection.request else ""
        self.headers = connection.request.headers if connection.request else {}
        self.sent: list[dict[str, Any]] = []
        self._arrived = asyncio.Event()
        self._n_looked_at = 0

    async def read(self) -> None:
        async for message in self.connection:
            self.sent.append(json.loads(message))
            self._arrived.set()

    async def receives(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for the next event of a kind; those before it are passed over."""

        def look() -> dict[str, Any] | None:
            while self._n_looked_at < len(self.sent):
                event = self.sent[self._n_looked_at]
                self._n_looked_at += 1
                if event["type"] == kind and fields.items() <= event.items():
                    return event
            return None

        async with asyncio.timeout(_PATIENCE_S):
            while (found := look()) is None:
                self._arrived.clear()
                await self._arrived.wait()
        return found

    async def tell(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, "event_id": "event_1", **fields}))

    async def begin(self, **session: Any) -> dict[str, Any]:
        """Say that the session stands, and return how it is to be."""
        known = {"id": "sess_1", "model": "gpt-realtime-2.1", "expires_at": 1_900_000_000, **session}
        await self.tell("session.created", session=known)
        return dict((await self.receives("session.update"))["session"])

    async def hear(self, item: str, words: str | None, *, start_ms: int = 0, end_ms: int = 1000) -> None:
        """Take it that the person has spoken; without words, they are not written down."""
        await self.tell("input_audio_buffer.speech_started", item_id=item, audio_start_ms=start_ms)
        await self.tell("input_audio_buffer.speech_stopped", item_id=item, audio_end_ms=end_ms)
        await self.tell("input_audio_buffer.committed", item_id=item, previous_item_id=None)
        if words is not None:
            await self.write_down(item, words)

    async def write_down(self, item: str, words: str) -> None:
        done = {"transcript": words, "usage": {"type": "duration", "seconds": 1}}
        await self.tell("conversation.item.input_audio_transcription.completed", item_id=item, **done)

    async def reply(self, number: int, words: str, pcm16: bytes, *, ends: bool = True) -> None:
        """Answer in one piece of words and one of sound."""
        response, item = f"resp_{number}", f"item_{number}"
        await self.tell("response.created", response={"id": response, "status": "in_progress"})
        await self.tell("response.output_audio_transcript.delta", response_id=response, item_id=item, delta=words)
        await self.sound(number, pcm16)
        if ends:
            await self.end_reply(number)

    async def sound(self, number: int, pcm16: bytes) -> None:
        delta = base64.b64encode(pcm16).decode()
        await self.tell(
            "response.output_audio.delta", response_id=f"resp_{number}", item_id=f"item_{number}", delta=delta
        )

    async def end_reply(self, number: int, status: str = "completed", **fields: Any) -> None:
        message = {"id": f"item_{number}", "type": "message", "role": "assistant", "content": []}
        response = {"id": f"resp_{number}", "status": status, "output": [message], "usage": USAGE, **fields}
        await self.tell("response.done", response=response)

    async def call(self, number: int, name: str, arguments: Mapping[str, Any]) -> None:
        """Ask for a function."""
        response = f"resp_{number}"
        asked = {"id": f"item_{number}", "type": "function_call", "status": "completed", "call_id": f"call_{number}"}
        asked |= {"name": name, "arguments": json.dumps(arguments)}
        await self.tell("response.created", response={"id": response})
        await self.tell("response.output_item.done", response_id=response, item=asked)
        await self.tell(
            "response.done", response={"id": response, "status": "completed", "output": [asked], "usage": USAGE}
        )

    async def break_off(self) -> None:
        """Break the line, without a goodbye."""
        self.connection.transport.abort()


USAGE = {
    "total_tokens": 300,
    "input_tokens": 200,
    "output_tokens": 100,
    "input_token_details": {
        "text_tokens": 100,
        "audio_tokens": 100,
        "cached_tokens": 60,
        "cached_tokens_details": {"text_tokens": 40, "audio_tokens": 20},
    },
    "output_token_details": {"text_tokens": 20, "audio_tokens": 80},
}


class LiveServer:
    """Callers in the order in which they came; ``refuse`` has the next ones refused with a status."""

    def __init__(self) -> None:
        self.address = ""
        self.callers: list[Caller] = []
        self.refuse: Callable[[Request], tuple[int, str] | None] = lambda _: None
        self._came = asyncio.Event()

    async def caller(self, number: int = 0) -> Caller:
        """Wait for a caller."""
        async with asyncio.timeout(_PATIENCE_S):
            while len(self.callers) <= number:
                self._came.clear()
                await self._came.wait()
        return self.callers[number]

    async def serve(self, connection: ServerConnection) -> None:
        caller = Caller(connection)
        self.callers.append(caller)
        self._came.set()
        with suppress(ConnectionClosed):
            await caller.read()

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        refused = self.refuse(request)
        if refused is None:
            return None
        status, body = refused
        answer = connection.respond(HTTPStatus(status), body)
        answer.headers["Content-Type"] = "application/json"
        return answer


@asynccontextmanager
async def live_server() -> AsyncIterator[LiveServer]:
    """Serve on a free port of this machine."""
    server = LiveServer()
    listening: Server
    async with serve(server.serve, "127.0.0.1", 0, process_request=server.admit, close_timeout=1) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        server.address = f"http://127.0.0.1:{port}/v1"
        yield server
