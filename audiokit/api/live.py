"""Where a live session is had: a WebSocket at a signed address that expires, one session of a conversation at a time.

Whoever may not is refused before the WebSocket is accepted. A browser is not told why; asked over HTTP, the same
address says it in a sentence, or answers 426 where only the WebSocket was in the way.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from audiokit.api.guard import same_origin
from audiokit.api.identity import claims_of
from audiokit.api.live_socket import Limits, SocketBrowser
from audiokit.api.refusals import answering, refusal
from audiokit.converse.live.carrying import carry
from audiokit.converse.live.seam import LiveBridge
from audiokit.converse.live.seats import Seats
from audiokit.errors import AudiokitError, NotAllowed
from audiokit.people.addresses import Signer

__all__ = ["LiveSource", "live_routes"]

_TAB = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


class LiveDesk(Protocol):
    """What all live sessions share."""

    @property
    def seats(self) -> Seats:
        """Who has which conversation."""

    def log_of(self, person_id: str, conversation_id: str) -> bytes:
        """Return what went over the wire in a conversation's latest session, as JSON lines; may block.

        Raises:
            AudiokitError: the person has no such conversation, or nothing is remembered of it.
        """


class LiveSource(Protocol):
    """Where live sessions come from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    @property
    def live(self) -> LiveDesk:
        """What the sessions share."""

    def open_live(self, person_id: str, conversation_id: str, options: str) -> LiveBridge:
        """Return a session of this person's conversation, which connects to nobody until it is run; may block.

        Raises:
            AudiokitError: the person has no such conversation, or may not talk now.
        """


def live_routes(opened: Callable[[], LiveSource], limits: Limits | None = None) -> list[BaseRoute]:
    """Return the WebSocket at ``/api/live/{token}``, what says over HTTP why it would not open, and the log."""
    live = _Live(opened, limits or Limits())
    return [
        WebSocketRoute("/api/live/{token}", live.talk),
        Route("/api/live/{token}", answering(live.explain)),
        Route("/api/live/{token}/log", answering(live.log)),
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    person_id: str
    conversation_id: str
    options: str


@dataclass(frozen=True, slots=True)
class _Live:
    opened: Callable[[], LiveSource]
    limits: Limits

    async def talk(self, socket: WebSocket) -> None:
        """Check who asks, then carry the session to its end."""
        try:
            _check_origin(socket)
            asked, bridge = await self._open(socket)
        except AudiokitError as error:
            await _deny(socket, str(error))
            return
        await socket.accept()
        window, browser = _tab(socket), SocketBrowser(socket, self.limits)
        try:
            async with self.opened().live.seats.taken(asked.person_id, asked.conversation_id, window) as leave:
                await self._carry(browser, bridge, leave)
                await browser.close()
        except NotAllowed as refused:
            await socket.close(4409, str(refused))

    async def _carry(self, browser: SocketBrowser, bridge: LiveBridge, leave: asyncio.Event) -> None:
        beside = {"read": browser.read(), "keep": browser.keep(), "seat": leave.wait()}
        sentence = await carry(bridge, browser, beside, grace_s=self.limits.grace_s)
        sentence = sentence or self.opened().live.seats.farewell
        if sentence is not None:
            await browser.send({"type": "trouble", "sentence": sentence, "fatal": True})
            browser.farewell = (4500, sentence)

    async def explain(self, request: Request) -> Response:
        """Say why the WebSocket does not open, as far as we can see."""
        await self._open(request)
        return refusal(426, "This address is for live talk, over a WebSocket.", {"Upgrade": "websocket"})

    async def log(self, request: Request) -> Response:
        """Answer with what went over the provider's wire, also when the session is over."""
        source = self.opened()
        asked = await _asked(source, request)
        written = await run_in_threadpool(source.live.log_of, asked.person_id, asked.conversation_id)
        return Response(written, media_type="application/jsonl", headers={"Cache-Control": "no-store"})

    async def _open(self, connection: HTTPConnection) -> tuple[_Asked, LiveBridge]:
        source = self.opened()
        asked = await _asked(source, connection)
        bridge = await run_in_threadpool(source.open_live, asked.person_id, asked.conversation_id, asked.options)
        return asked, bridge


async def _asked(source: LiveSource, connection: HTTPConnection) -> _Asked:
    """Return what an address was made for.

    Raises:
        NotAllowed: it is not one of ours, not for this, or has expired.
    """
    claims = await claims_of(connection, source.signer, "talk")
    return _Asked(claims["person"], claims["conversation"], claims.get("options", ""))


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
