"""One engine for all tests of the offline room, with a clock that stands still, behind a client with no port."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from openai import OpenAI

from audiokit.offline.engine import Engine
from audiokit.offline.loopback import Loopback
from audiokit.offline.realtime.pace import Rules
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport

NOW = datetime(2026, 11, 21, 15, 52, tzinfo=UTC)


class Clock:
    """Seconds since 1970 that pass when they are told to."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine(now=lambda: NOW) as engine:
        yield engine


@pytest.fixture(scope="session")
def speaking(engine: Engine) -> Engine:
    """An engine that can speak; skips where there is no wheel."""
    return _able(engine, can=engine.capabilities().can_speak)


@pytest.fixture(scope="session")
def hearing(engine: Engine) -> Engine:
    """An engine that can hear; skips where there is no wheel."""
    return _able(engine, can=engine.capabilities().can_hear)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW.timestamp() + 0.25)


@pytest.fixture
def http(engine: Engine, clock: Clock) -> Iterator[httpx2.Client]:
    """The bare wire, in process."""
    transport = InProcessTransport(create_app(engine, clock=clock))
    with httpx2.Client(transport=transport, base_url="http://offline.invalid/v1", timeout=60) as client:
        yield client


@pytest.fixture
def client(http: httpx2.Client) -> OpenAI:
    """The official SDK, in process."""
    return OpenAI(base_url="http://offline.invalid/v1", api_key="none", http_client=http, max_retries=0)


@pytest.fixture(scope="session")
def loopback(engine: Engine) -> Iterator[Loopback]:
    """The engine on a socket; its sound comes as fast as it is made."""
    with Loopback(engine, realtime=Rules(speed=math.inf)) as loopback:
        yield loopback


@pytest.fixture(scope="session")
def unhurried(engine: Engine) -> Iterator[Loopback]:
    """The same, but its sound takes its time: there is some to interrupt it in."""
    with Loopback(engine, realtime=Rules(speed=4.0, lead_s=0.3)) as loopback:
        yield loopback


def _able(engine: Engine, *, can: bool) -> Engine:
    if not can:
        pytest.skip(" ".join(engine.capabilities().why_not))
    return engine
