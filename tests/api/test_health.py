"""Readiness by its routes, and a real app that is told to stop while an answer is being given."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.health import health_routes
from audiokit.api.stopping import graceful_stop
from audiokit.process.readiness import Readiness


@dataclass
class House:
    """What is looked at; answers are counted down by the test."""

    readiness: Readiness = field(default_factory=Readiness)
    in_reach: dict[str, bool] = field(default_factory=lambda: {"database": True, "recordings": True})
    n_looks: int = 0
    n_under_way: int = 0
    has_ended_live: bool = False

    def stores(self) -> Mapping[str, bool]:
        self.n_looks += 1
        return self.in_reach

    def end_live(self) -> None:
        self.has_ended_live = True
        self.n_under_way = 0


def test_a_process_is_ready_between_its_start_and_its_stop_while_its_stores_are_in_reach() -> None:
    house = House()
    app = Starlette(routes=health_routes(lambda: house))
    with TestClient(app) as client:
        told = [client.get("/api/health/ready")]
        house.readiness.begin()
        told += [client.get("/api/health/ready") for _ in range(20)]
        house.readiness.stop()
        house.readiness.begin()  # too late
        told += [client.get("/api/health/ready")]

    assert [(one.status_code, one.json()["status"]) for one in told] == [
        (503, "starting"),
        *[(200, "ready")] * 20,
        (503, "stopping"),
    ]
    assert house.n_looks < 20  # many who ask share a look


def test_a_store_out_of_reach_is_named_and_nothing_else() -> None:
    house = House(in_reach={"database": True, "recordings": False})
    house.readiness.begin()
    with TestClient(Starlette(routes=health_routes(lambda: house))) as client:
        answer = client.get("/api/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {"status": "out of reach", "database": True, "recordings": False}


class _Signals:
    """Stands where the server's own handler does."""

    def __init__(self) -> None:
        self.got = asyncio.Event()

    def __call__(self, _number: int, _frame: object) -> None:
        self.got.set()


async def _stopped(house: House, grace_s: float, *, meanwhile: int = 0) -> None:
    """Send ourselves SIGTERM inside, and wait until it is passed on."""
    passed_on = _Signals()
    before = signal.signal(signal.SIGTERM, passed_on)
    try:
        with graceful_stop(house, grace_s=grace_s, notice_s=0):
            house.readiness.begin()
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(meanwhile):
                await asyncio.sleep(0)
                assert house.readiness.phase == "stopping"
                assert not passed_on.got.is_set()
            house.n_under_way = 0 if grace_s else house.n_under_way
            await asyncio.wait_for(passed_on.got.wait(), 30)
            assert signal.getsignal(signal.SIGTERM) is passed_on  # and a second one ends at once
    finally:
        signal.signal(signal.SIGTERM, before)


def test_at_sigterm_answers_end_before_the_server_is_told() -> None:
    house = House(n_under_way=1)

    asyncio.run(_stopped(house, 600, meanwhile=50))

    assert house.has_ended_live


def test_what_does_not_end_within_the_grace_is_ended() -> None:
    house = House(n_under_way=1)

    asyncio.run(_stopped(house, 0))

    assert house.has_ended_live
