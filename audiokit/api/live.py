"""Where a live session is had: a WebSocket at a signed address that expires, one session of a conversation at a time.

Whoever may not is refused before the WebSocket is accepted. A browser is not told why; asked over HTTP, the same
address says it in a sentence, or answers 426 where only the WebSocket was in the way.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from audiokit.api.guard import same_origin
from audiokit.api.live_socket import Limits, SocketBrowser
from audiokit.api.refusals import answering, refusal
from audiokit.converse.live.seam import LiveBridge
from audiokit.errors import AudiokitError, NotAllowed
from audiokit.people.addresses import Signer

__all__ = ["LiveSource", "live_routes"]

_log = logging.getLogger(__name__)

_ELSEWHERE = "This conversation is live in another window. End it there, then start again."
_BROKEN = "Something went wrong here, and the live session ended. Start again."
_TAB = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


class LiveSource(Protocol):
    """Where live sessions come from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    def open_live(self, person_id: str, conversation_id: str, options: str) -> LiveBridge:
        """Return a session of this person's conversation, which connects to nobody until it is run; may block.

        Raises:
            AudiokitError: the person has no such conversation, or may not talk now.
        """


def live_routes(opened: Callable[[], LiveSource], limits: Limits | None = None) -> list[BaseRoute]:
    """Return the WebSocket at ``/api/live/{token}``, and what says over HTTP why it would not open."""
    live = _Live(opened, limits or Limits())
    return [
        WebSocketRoute("/api/live/{token}", live.talk),
        Route("/api/live/{token}", answering(live.explain)),
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    person_id: str
    conversation_id: str
    options: str


@dataclass(frozen=True, slots=True, eq=False)
class _Seat:
    """Who holds a conversation now: ``leave`` asks them to go, ``left`` tells that they have."""

    tab: str
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class _Live:
    opened: Callable[[], LiveSource]
    limits: Limits
    seats: dict[tuple[str, str], _Seat] = field(default_factory=dict)

    async def talk(self, socket: WebSocket) -> None:
        """Check who asks, then carry the session to its end."""
        try:
            _check_origin(socket)
            asked, bridge = await self._open(socket)
        except AudiokitError as error:
            await _deny(socket, str(error))
            return
        await socket.accept()
        seat = await self._sit(asked, _tab(socket))
        if seat is None:
            await socket.close(4409, _ELSEWHERE)
            return
        try:
            await _carry(SocketBrowser(socket, self.limits), bridge, seat, self.limits)
        finally:
            del self.seats[asked.person_id, asked.conversation_id]
            seat.left.set()

    async def explain(self, request: Request) -> Response:
        """Say why the WebSocket does not open, as far as we can see."""
        await self._open(request)
        return refusal(426, "This address is for live talk, over a WebSocket.", {"Upgrade": "websocket"})

    async def _open(self, connection: HTTPConnection) -> tuple[_Asked, LiveBridge]:
        source = self.opened()
        claims = source.signer.open(connection.path_params["token"])
        if claims.get("use") != "talk":
            raise NotAllowed("This address was made for something else. Load the page again to get a new one.")
        asked = _Asked(str(claims["person"]), str(claims["conversation"]), str(claims.get("options", "")))
        bridge = await run_in_threadpool(source.open_live, asked.person_id, asked.conversation_id, asked.options)
        return asked, bridge

    async def _sit(self, asked: _Asked, tab: str) -> _Seat | None:
        """Take the conversation's one seat; a page that comes back after a lost line takes its own again."""
        key = (asked.person_id, asked.conversation_id)
        while (taken := self.seats.get(key)) is not None:
            if not tab or taken.tab != tab:
                return None
            taken.leave.set()
            await taken.left.wait()
        seat = self.seats[key] = _Seat(tab)
        return seat


def _check_origin(socket: WebSocket) -> None:
    """Refuse other sites' pages: a browser names its origin with every WebSocket (RFC 6455, 10.2); programs need not.

    Raises:
        NotAllowed: another origin, or none from what looks like a browser.
    """
    origin = socket.headers.get("origin")
    if origin is None:
        is_ours = not (socket.headers.get("cookie") or "mozilla" in socket.headers.get("user-agent", "").lower())
    else:
        is_ours = urlsplit(origin).netloc == socket.headers.get("host", "")
    if not (is_ours and same_origin(socket)):
        raise NotAllowed("This address answers our own pages only.")


def _tab(socket: WebSocket) -> str:
    tab = socket.query_params.get("tab", "")
    return tab if _TAB.fullmatch(tab) else ""


async def _deny(socket: WebSocket, sentence: str) -> None:
    """Refuse before accepting: 403."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(refusal(403, sentence))
    else:
        await socket.close()


async def _carry(browser: SocketBrowser, bridge: LiveBridge, seat: _Seat, limits: Limits) -> None:
    """Run the session until it ends or the person goes; nothing of it is left when this returns."""
    talking = asyncio.create_task(bridge.run(browser), name="live talk")
    others = [
        asyncio.create_task(browser.read(), name="live read"),
        asyncio.create_task(browser.keep(), name="live keep"),
        asyncio.create_task(seat.leave.wait(), name="live seat"),
    ]
    try:
        await asyncio.wait({talking, *others}, return_when=asyncio.FIRST_COMPLETED)
        if not talking.done():
            browser.leave()
            await asyncio.wait({talking}, timeout=limits.grace_s)
        await _tell_failure(browser, talking)
        await browser.close()
    finally:
        for task in (talking, *others):
            task.cancel()
        await asyncio.wait({talking, *others})


async def _tell_failure(browser: SocketBrowser, talking: asyncio.Task[None]) -> None:
    error = talking.exception() if talking.done() and not talking.cancelled() else None
    if error is None:
        return
    sentence = str(error) if isinstance(error, AudiokitError) else _BROKEN
    if not isinstance(error, AudiokitError):
        _log.error("a live session broke", exc_info=error)
    await browser.send({"type": "trouble", "sentence": sentence, "fatal": True})
    browser.farewell = (4500, sentence)
