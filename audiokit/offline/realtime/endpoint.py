"""The socket that a session runs on: who is let in, what goes out in order, and when it is over."""

from __future__ import annotations

import asyncio
import json
import math
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from audiokit.offline.engine import Engine
from audiokit.offline.offered import Offer, offers
from audiokit.offline.realtime.answering import Room, Spawn
from audiokit.offline.realtime.pace import Rules
from audiokit.offline.realtime.session import Session
from audiokit.offline.realtime.wire import Event, error
from audiokit.offline.refusals import Refused, model_not_found

__all__ = ["Begin", "Realtime", "Taking"]

_EXAMPLES = {Offer.REALTIME: "gpt-realtime-2.1", Offer.TRANSLATION: "gpt-realtime-translate"}
_MOST_WAITING = 8  # events; what makes sound waits until fewer are on their way
_CLOSED = "session.closed"
_NOT_SERVED, _NO_SUCH_MODEL, _GOING_AWAY = 4_000, 4_004, 1_001  # as recorded; the last is RFC 6455's


class Taking(Protocol):
    """A session of either kind."""

    def take(self, text: str) -> None:
        """Do what one event of the client says."""


class Begin(Protocol):
    """Begins a session; what it tells last is ``session.closed``, if it ends of itself."""

    def __call__(
        self,
        model: str,
        engine: Engine,
        *,
        emit: Callable[[Event], None],
        spawn: Spawn,
        room: Room,
        rules: Rules,
        expires_at: int,
    ) -> Taking:
        """Return the session."""


class Realtime:
    """The route of ``/v1/realtime`` or one below it. Each socket has a session of its own, as ``begin`` begins it."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float],
        rules: Rules,
        *,
        begin: Begin = Session,
        offer: Offer = Offer.REALTIME,
    ) -> None:
        self.engine, self.clock, self.rules = engine, clock, rules
        self.begin, self.offer = begin, offer

    async def serve(self, socket: WebSocket) -> None:
        """Accept, and serve until one side has enough; what is refused is told on the open socket, as recorded."""
        offered = socket.scope.get("subprotocols", [])
        await socket.accept(subprotocol="realtime" if "realtime" in offered else None)
        try:
            if (refused := _refusal(socket, self.offer)) is None:
                await self._serve(socket, socket.query_params["model"])
            else:
                await _end(socket, *refused)
        except WebSocketDisconnect:
            return

    async def _serve(self, socket: WebSocket, model: str) -> None:
        outbox, tasks = _Outbox(), set[asyncio.Task[Any]]()
        expires_at = self.clock() + self.rules.longest_s
        async with asyncio.TaskGroup() as group:

            def spawn(work: Coroutine[Any, Any, Any], /) -> asyncio.Task[Any]:
                task = group.create_task(work)
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                return task

            session = self.begin(
                model,
                self.engine,
                emit=outbox.put,
                spawn=spawn,
                room=outbox.room,
                rules=self.rules,
                expires_at=math.ceil(expires_at),
            )
            spawn(outbox.drain(socket))
            try:
                is_expired = await self._read(socket, session, expires_at)
            finally:
                for task in tuple(tasks):
                    task.cancel()
        if is_expired:
            await _end(socket, _expired(self.rules.longest_s), _GOING_AWAY)

    async def _read(self, socket: WebSocket, session: Taking, expires_at: float) -> bool:
        """Take what comes, and return whether the session got too old, by our clock or while nothing came."""
        try:
            async with asyncio.timeout(expires_at - self.clock()):
                while (message := await socket.receive())["type"] == "websocket.receive":
                    if self.clock() >= expires_at:
                        return True
                    session.take(message.get("text") or "")
        except TimeoutError:
            return True
        return False


class _Outbox:
    """Events on their way out, in order."""

    def __init__(self) -> None:
        self._waiting = deque[Event]()
        self._has_some, self._has_room = asyncio.Event(), asyncio.Event()

    def put(self, event: Event) -> None:
        self._waiting.append(event)
        self._has_some.set()

    async def room(self) -> None:
        """Wait until there are few."""
        while len(self._waiting) >= _MOST_WAITING:
            self._has_room.clear()
            await self._has_room.wait()

    async def drain(self, socket: WebSocket) -> None:
        """Send what there is, for as long as there is somebody; a session that is closed needs its socket no more."""
        while True:
            while self._waiting:
                try:
                    await socket.send_text(_json(self._waiting[0]))
                    if self._waiting[0]["type"] == _CLOSED:
                        await socket.close()
                        return
                except WebSocketDisconnect:
                    return
                self._waiting.popleft()
                self._has_room.set()
            self._has_some.clear()
            await self._has_some.wait()


def _refusal(socket: WebSocket, offer: Offer) -> tuple[Refused, int] | None:
    """Return why there is no session for who asks, and the code to close with."""
    model = socket.query_params.get("model")
    if socket.headers.get("openai-beta", "").startswith("realtime"):
        message = "The Realtime Beta API is no longer supported. Leave out the OpenAI-Beta header."
        return Refused(message, code="beta_api_shape_disabled"), _NOT_SERVED
    if not model:
        address = f"ws://{socket.url.netloc}{socket.url.path}?model={_EXAMPLES[offer]}"
        message = f"You must provide a model parameter, for example {address}"
        return Refused(message, code="missing_model"), _NOT_SERVED
    if offer in offers(model):
        return None
    if offers(model):
        mode = offer.name.lower()
        return Refused(f'Model "{model}" is not supported in {mode} mode.', code="invalid_model"), _NOT_SERVED
    return model_not_found(model), _NO_SUCH_MODEL


def _expired(longest_s: float) -> Refused:
    message = f"Your session hit the maximum duration of {longest_s / 60:.0f} minutes."
    return Refused(message, code="session_expired")


async def _end(socket: WebSocket, refused: Refused, code: int) -> None:
    """Say why, and close."""
    await socket.send_text(_json(error(refused, None)))
    reason = refused.message if code == _GOING_AWAY else f"{refused.kind}.{refused.code}"
    await socket.close(code, reason)


def _json(event: Event) -> str:
    return json.dumps(event, separators=(",", ":"))  # in ASCII: half a surrogate has no other way out
