"""What can go wrong between a client and a provider, on purpose: an ASGI application around another one.

::

    app = Faults(create_app(engine))
    app.next(busy(retry_after_s=0), None, cut(after_events=5))   # one for each coming request; None lets it through
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Fault", "Faults", "bad_key", "broken", "busy", "cut", "lying", "no_credit", "slow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one request.

    A ``body`` answers instead of the application. ``headers`` are put over its own. ``cut_after_events`` counts
    server-sent events; ``ends_cleanly`` makes the cut look like an end, which clients mistake for one.
    """

    delay_s: float = 0.0
    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after_events: int | None = None
    ends_cleanly: bool = True


def busy(*, retry_after_s: float | None = None) -> Fault:
    """429, with or without a word on when to come back."""
    headers = {} if retry_after_s is None else {"retry-after": f"{retry_after_s:g}"}
    return _error(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded", headers)


def no_credit() -> Fault:
    """429 of an account without money, which no waiting mends."""
    return _error(429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota")


def broken(status: int = 500) -> Fault:
    """An error of the server's own."""
    return _error(status, "The server had an error while processing your request.", "server_error", None)


def bad_key() -> Fault:
    """401 as the audio routes send it: JSON that calls itself text (measured 2026-09-24)."""
    headers = {"content-type": "text/plain; charset=utf-8"}
    return _error(401, "Incorrect API key provided: sk-****.", "invalid_request_error", "invalid_api_key", headers)


def slow(delay_s: float) -> Fault:
    """The right answer, later."""
    return Fault(delay_s=delay_s)


def cut(*, after_events: int, ends_cleanly: bool = True) -> Fault:
    """A stream that breaks off."""
    return Fault(cut_after_events=after_events, ends_cleanly=ends_cleanly)


def lying(**headers: str) -> Fault:
    """The right answer under wrong headers: ``lying(content_type="text/html")``."""
    return Fault(headers={name.replace("_", "-"): value for name, value in headers.items()})


def _error(status: int, message: str, kind: str, code: str | None, headers: Mapping[str, str] | None = None) -> Fault:
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    headers = {"content-type": "application/json"} | dict(headers or {})
    return Fault(status=status, body=json.dumps(body).encode(), headers=headers)


class _Cut(Exception):
    """Stops the application in the middle of its answer."""


class Faults:
    """Lets requests through to ``app``, or spoils them, in the order that was asked for. ``calls`` counts all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.calls = 0
        self._coming = deque[Fault | None]()

    def next(self, *faults: Fault | None) -> None:
        """Spoil the coming requests, one fault each."""
        self._coming.extend(faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.calls += 1
        fault = (self._coming.popleft() if self._coming else None) or Fault()
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.body is not None:
            await _answer(fault, fault.body, send)
            return
        spoilt = _Spoilt(fault, send)
        try:
            await self.app(scope, receive, spoilt)
        except Exception:
            if not spoilt.is_cut:
                raise
            if fault.ends_cleanly:
                await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Spoilt:
    """Passes an answer on as the fault wants it."""

    def __init__(self, fault: Fault, send: Send) -> None:
        self.fault, self.send = fault, send
        self.events_left = fault.cut_after_events
        self.is_cut = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in self.fault.headers.items():
                headers[name] = value
        elif self.events_left is not None:
            events = message.get("body", b"").split(b"\n\n")[:-1]
            passed = b"".join(event + b"\n\n" for event in events[: self.events_left])
            self.events_left -= len(events)
            await self.send({"type": "http.response.body", "body": passed, "more_body": True})
            if self.events_left <= 0:
                self.is_cut = True
                raise _Cut
            return
        await self.send(message)


async def _answer(fault: Fault, body: bytes, send: Send) -> None:
    headers = [(name.encode(), value.encode()) for name, value in fault.headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
