"""What nobody may ask too much of, judged before a byte of it is read: requests, sign-ins, connections and uploads.

Streamlit keeps uploads in memory until their page lets go of them, so what one visitor holds there is bounded, and
what all hold together. What a route does for a person it counts itself (:mod:`audiokit.people.pace`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audiokit.api.refusals import refusal
from audiokit.people.pace import Pace, Rate

__all__ = ["HeldUploads", "Limits", "Paces"]

HeldUploads = Callable[[], dict[str, int]]
"""Called for each upload: how many bytes each visit (a session of Streamlit's) holds in memory."""

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?")
_SIGN_IN = ("/auth/", "/oauth2callback")
_SLOWLY = "Too many requests came from where you are."
_TOO_LARGE = "This file is larger than {mb} MB, which is the most that is taken here. Send a shorter part of it."
_FULL = "You have {mb} MB waiting on this page already. Wait until they are kept, or load the page again, and go on."
_ALL_FULL = "Many people are uploading at the moment, and there is no room for more. Try again in a minute."
_MB = 1024 * 1024  # as Streamlit counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How often one address may ask: a whole office can stand behind one."""

    requests: Pace = field(default_factory=lambda: Pace(Rate(per_minute=6000, burst=3000)))
    uploads: Pace = field(default_factory=lambda: Pace(Rate(per_minute=600, burst=600)))
    sign_ins: Pace = field(default_factory=lambda: Pace(Rate(per_minute=120, burst=120)))
    connections: Pace = field(default_factory=lambda: Pace(Rate(per_minute=600, burst=300)))

    def of(self, kind: str, path: str) -> Pace | None:
        """Return what a request is counted by; pages and their files cost nothing and are not."""
        if kind == "websocket":
            return self.connections
        if path.startswith(_SIGN_IN):
            return self.sign_ins
        if path.startswith("/_stcore/upload_file/"):
            return self.uploads
        return self.requests if path.startswith("/api/") and path != "/api/health" else None


@dataclass(slots=True)
class Limits:
    """ASGI middleware. ``held`` says what Streamlit keeps of uploads.

    One file may have ``file_mb``; of what a visit holds, those under way among it, ``visit_mb`` is the most, and
    ``all_mb`` of everybody's together. Behind a proxy, an address is what the nearest one says it was asked from.
    """

    app: ASGIApp
    held: HeldUploads
    file_mb: int
    visit_mb: int
    all_mb: int
    is_behind_proxy: bool = False
    paces: Paces = field(default_factory=Paces)
    _under_way: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too much with a status and a sentence; pass everything else on."""
        if scope["type"] not in {"http", "websocket"}:
            return await self.app(scope, receive, send)
        path = str(scope["path"])
        pace = self.paces.of(scope["type"], path)
        if pace is not None and (wait_s := pace.wait_s(_asker(scope, is_behind_proxy=self.is_behind_proxy))):
            return await _refused(scope, receive, send, 429, f"{_SLOWLY} Try again in a minute.", wait_s)
        upload = _UPLOAD.search(path)
        if upload is None or scope.get("method") != "PUT":
            return await self.app(scope, receive, send)
        return await self._upload(upload[1], scope, receive, send)

    async def _upload(self, visit: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a file in where there is room for all of it, and count it until Streamlit has it."""
        size = _announced(scope, most=(self.file_mb + 1) * _MB)
        if size > (self.file_mb + 1) * _MB:
            return await _refused(scope, receive, send, 413, _TOO_LARGE.format(mb=self.file_mb))
        held = self.held()
        own, everybody = held.get(visit, 0), sum(held.values())
        if own + self._under_way[visit] + size > self.visit_mb * _MB:
            return await _refused(scope, receive, send, 413, _FULL.format(mb=own // _MB))
        if everybody + self._under_way.total() + size > self.all_mb * _MB:
            return await _refused(scope, receive, send, 503, _ALL_FULL, 60.0)
        self._under_way[visit] += size
        try:
            return await self.app(scope, _bounded(receive, size), send)
        finally:
            self._under_way[visit] -= size
            if not self._under_way[visit]:
                del self._under_way[visit]


def _announced(scope: Scope, *, most: int) -> int:
    """Return how many bytes will come; where nobody says so, as many as there may be."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if re.fullmatch(r"\d{1,15}", said, re.ASCII) else most


def _bounded(receive: Receive, most: int) -> Receive:
    """Pass on as many bytes as were announced, and end there: what comes beyond was given no room."""
    left = most

    async def receive_bounded() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request" and len(message.get("body", b"")) > left:
            message = {"type": "http.disconnect"}
        left -= len(message.get("body", b""))
        return message

    return receive_bounded


def _asker(scope: Scope, *, is_behind_proxy: bool) -> str:
    """Return the address that asks; what stands left of the last in the header, anybody could have written."""
    nearest = Headers(scope=scope).get("x-forwarded-for", "").rpartition(",")[2].strip() if is_behind_proxy else ""
    client = scope.get("client")
    address = nearest or (str(client[0]) if client else "")
    return ":".join(address.split(":")[:4]) if address.count(":") > 1 else address  # IPv6: one site has a /64


async def _refused(
    scope: Scope, receive: Receive, send: Send, status: int, sentence: str, wait_s: float | None = None
) -> None:
    answer = refusal(status, sentence, None if wait_s is None else {"Retry-After": str(math.ceil(wait_s))})
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await answer(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1013, "reason": sentence[:120]})
