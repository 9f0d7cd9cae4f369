from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from audiokit.api.limits import Limits, Paces
from audiokit.people.pace import Pace, Rate

MB = 1024 * 1024
PLACE = "/_stcore/upload_file/{visit}/{file}"


def app(held: Callable[[], dict[str, int]] = dict, **options: object) -> Starlette:
    async def keep(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    async def say(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    routes = [
        Route(PLACE, keep, methods=["PUT"]),
        Route("/api/health", say),
        Route("/api/x", say),
        Route("/auth/login", say),
        WebSocketRoute("/_stcore/stream", talk),
    ]
    limits = {"held": held, "file_mb": 2, "visit_mb": 3, "all_mb": 4, **options}
    return Starlette(routes=routes, middleware=[Middleware(Limits, **limits)])  # type: ignore[arg-type] # its own


def rarely(**rates: Pace) -> Paces:
    return Paces(**rates)


def put(client: TestClient, size: int, visit: str = "a") -> httpx2.Response:
    return client.put(PLACE.format(visit=visit, file="1"), content=bytes(size))


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    reply = put(TestClient(app()), 4 * MB)

    assert reply.status_code == 413
    assert "larger than 2 MB" in reply.json()["error"]["message"]


@pytest.mark.parametrize(("held", "status"), [({}, 200), ({"a": 2 * MB}, 413), ({"b": 3 * MB}, 503), ({"b": MB}, 200)])
def test_there_is_room_for_as_much_as_one_visit_and_all_may_hold(held: dict[str, int], status: int) -> None:
    reply = put(TestClient(app(lambda: held)), 3 * MB // 2)

    assert reply.status_code == status
    assert ("Retry-After" in reply.headers) is (status == 503)


def test_uploads_under_way_count_although_nobody_said_how_large_they_are() -> None:
    begun, go_on = anyio.Event(), anyio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"
        begun.set()
        await go_on.wait()

    async def both() -> tuple[int, int, int]:
        transport = httpx2.ASGITransport(app=app())
        async with httpx2.AsyncClient(transport=transport, base_url="http://desk") as client:
            statuses = dict[str, int]()

            async def slow() -> None:
                path = PLACE.format(visit="a", file="1")
                statuses["slow"] = (await client.put(path, content=pieces())).status_code

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(slow)
                with anyio.fail_after(30):
                    await begun.wait()
                during = await client.put(PLACE.format(visit="a", file="2"), content=bytes(MB // 2))
                go_on.set()
            after = await client.put(PLACE.format(visit="a", file="2"), content=bytes(MB // 2))
            return during.status_code, statuses["slow"], after.status_code

    assert anyio.run(both) == (413, 200, 200)


def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    client = TestClient(app(paces=rarely(requests=Pace(Rate(per_minute=6, burst=2)))))

    assert [client.get("/api/x").status_code for _ in range(3)] == [200, 200, 429]
    reply = client.get("/api/x")
    assert int(reply.headers["Retry-After"]) in range(1, 11)
    assert reply.json()["error"]["message"].endswith(".")
    assert client.get("/api/health").status_code == 200


def test_sign_ins_and_connections_are_counted_apart() -> None:
    once = Rate(per_minute=1, burst=1)
    client = TestClient(app(paces=rarely(sign_ins=Pace(once), connections=Pace(once))))

    assert [client.get("/auth/login").status_code for _ in range(2)] == [200, 429]
    with client.websocket_connect("/_stcore/stream"):
        pass
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        raise AssertionError("it was let in")


@pytest.mark.parametrize(
    ("is_behind_proxy", "statuses"), [(True, [200, 200, 429]), (False, [200, 429, 429])], ids=["behind", "alone"]
)
def test_behind_a_proxy_its_word_counts_and_no_one_elses(is_behind_proxy: bool, statuses: list[int]) -> None:
    once = rarely(requests=Pace(Rate(per_minute=1, burst=1)))
    client = TestClient(app(paces=once, is_behind_proxy=is_behind_proxy))
    told = ["1.1.1.1, 8.8.8.8", "1.1.1.1, 9.9.9.9", "2.2.2.2, 8.8.8.8"]

    assert [client.get("/api/x", headers={"X-Forwarded-For": one}).status_code for one in told] == statuses
