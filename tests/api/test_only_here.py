"""Where nobody signs in, nobody from elsewhere is answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from audiokit.api.only_here import OnlyHere


def told(kind: str, host: str, *, is_on: bool = True) -> list[str]:
    """Return what a request that reached us at this address of ours is sent."""
    sent: list[str] = []

    async def inner(_scope: Any, _receive: Any, _send: Any) -> None:
        sent.append("passed on")

    async def send(message: Any) -> None:
        sent.append(f"{message['type']} {message.get('status', message.get('code', ''))}".strip())

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": kind, "server": (host, 8501), "path": "/", "headers": []}
    asyncio.run(OnlyHere(inner, is_on=is_on)(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "127.8.8.8", "testserver"])
def test_the_machine_itself_is_answered(host: str) -> None:
    assert told("http", host) == told("websocket", host) == ["passed on"]


@pytest.mark.parametrize("host", ["192.168.1.7", "10.0.0.1", "203.0.113.9", "fe80::1", "2001:db8::1"])
def test_who_came_over_a_network_is_refused_before_anything_is_asked(host: str) -> None:
    assert told("http", host) == ["http.response.start 403", "http.response.body"]
    assert told("websocket", host) == ["websocket.close 1008"]
    assert told("http", host, is_on=False) == ["passed on"]
