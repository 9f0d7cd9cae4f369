"""An application in process looks like one behind a socket: it streams, times out, breaks and is left early."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from audiokit.offline.transport import InProcessTransport

App = Callable[[Scope, Receive, Send], Any]
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


@pytest.fixture
def serving() -> Iterator[Callable[[App], httpx2.Client]]:
    clients = list[httpx2.Client]()

    def client(app: App) -> httpx2.Client:
        clients.append(httpx2.Client(transport=InProcessTransport(app), base_url="http://here.invalid", timeout=20))
        return clients[-1]

    yield client
    for one in clients:
        one.close()


Serving = Callable[[App], httpx2.Client]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    said = f"{scope['method']} {scope['path']} {scope['query_string'].decode()} ".encode()
    await send(START | {"headers": [*START["headers"], (b"x-host", dict(scope["headers"])[b"host"])]})  # type: ignore[misc]  # a list of pairs
    await send(piece(said + message["body"], more=False))


def test_a_request_arrives_whole_and_its_answer_too(serving: Serving) -> None:
    answer = serving(echo).post("/a/b?c=d", content=b"hello")

    assert answer.status_code == 200
    assert answer.headers["x-host"] == "here.invalid"
    assert answer.text == "POST /a/b c=d hello"


def test_pieces_are_there_before_the_last_one_is_made(serving: Serving) -> None:
    may_end = threading.Event()

    async def slowly(_: Scope, __: Receive, send: Send) -> None:
        await send(START)
        await send(piece(b"first"))
        await asyncio.to_thread(may_end.wait, 10)
        await send(piece(b"last", more=False))

    with serving(slowly).stream("GET", "/") as answer:
        pieces = answer.iter_bytes()
        assert next(pieces) == b"first"
        may_end.set()
        assert next(pieces) == b"last"


def test_an_application_that_takes_too_long_is_a_read_timeout(serving: Serving) -> None:
    was_stopped = threading.Event()

    async def never(_: Scope, __: Receive, ___: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            was_stopped.set()

    with pytest.raises(httpx2.ReadTimeout):
        serving(never).get("/", timeout=0.05)
    assert was_stopped.wait(30)


def test_a_body_that_stops_coming_is_a_read_timeout(serving: Serving) -> None:
    async def stuck(_: Scope, __: Receive, send: Send) -> None:
        await send(START)
        await send(piece(b"first"))
        await asyncio.Event().wait()

    with pytest.raises(httpx2.ReadTimeout), serving(stuck).stream("GET", "/", timeout=0.05) as answer:
        list(answer.iter_bytes())


def test_an_answer_that_is_left_early_stops_the_application(serving: Serving) -> None:
    was_stopped = threading.Event()

    async def endless(_: Scope, __: Receive, send: Send) -> None:
        try:
            await send(START)
            while True:
                await send(piece(b"more"))
                await asyncio.sleep(0)
        finally:
            was_stopped.set()

    with serving(endless).stream("GET", "/") as answer:
        next(answer.iter_bytes())
    assert was_stopped.wait(30)


def test_an_application_does_not_run_ahead_of_a_slow_reader(serving: Serving) -> None:
    made = list[int]()

    async def eager(_: Scope, __: Receive, send: Send) -> None:
        await send(START)
        for number in range(100):
            made.append(number)
            await send(piece(b"x" * 100_000))
        await send(piece(b"", more=False))

    with serving(eager).stream("GET", "/") as answer:
        pieces = answer.iter_raw()
        next(pieces)
        threading.Event().wait(0.05)
        assert len(made) < 20
        assert sum(map(len, pieces)) == 99 * 100_000


async def _fails_at_once(_: Scope, __: Receive, ___: Send) -> None:
    raise ValueError("a bug")


async def _fails_later(_: Scope, __: Receive, send: Send) -> None:
    await send(START)
    await send(piece(b"first"))
    raise ValueError("a bug")


async def _forgets_to_end(_: Scope, __: Receive, send: Send) -> None:
    await send(START)


@pytest.mark.parametrize("app", [_fails_at_once, _fails_later, _forgets_to_end])
def test_an_application_that_breaks_off_is_a_protocol_error(serving: Serving, app: App) -> None:
    with pytest.raises(httpx2.RemoteProtocolError, match="broke off"):
        serving(app).get("/")


def test_an_application_is_told_when_its_answer_is_over(serving: Serving) -> None:
    heard = list[str]()

    async def listens(_: Scope, receive: Receive, send: Send) -> None:
        heard.append((await receive())["type"])
        await send(START)
        await send(piece(b"", more=False))
        heard.append((await receive())["type"])

    client = serving(listens)
    client.get("/")
    client.close()

    assert heard == ["http.request", "http.disconnect"]


def test_many_threads_get_their_own_answers(serving: Serving) -> None:
    client = serving(echo)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: client.post("/", content=str(n)).text, range(100)))

    assert answers == [f"POST /  {n}" for n in range(100)]


def test_closing_ends_what_is_under_way_and_the_thread(serving: Serving) -> None:
    has_begun = threading.Event()
    failures = list[Exception]()

    async def never(_: Scope, __: Receive, ___: Send) -> None:
        has_begun.set()
        await asyncio.Event().wait()

    client = serving(never)

    def ask() -> None:
        try:
            client.get("/")
        except httpx2.HTTPError as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert has_begun.wait(30)
    client.close()
    thread.join(30)

    assert [type(failure) for failure in failures] == [httpx2.RemoteProtocolError]
    assert not [t for t in threading.enumerate() if t.name == "offline-engine"]


def test_a_closed_transport_refuses() -> None:
    transport = InProcessTransport(echo)
    transport.close()

    with pytest.raises(httpx2.ConnectError):
        transport.handle_request(httpx2.Request("GET", "http://here.invalid/"))


def test_a_program_that_forgets_to_close_ends_all_the_same() -> None:
    program = (
        "import httpx2\n"
        "from audiokit.offline.engine import Engine\n"
        "from audiokit.offline.server import create_app\n"
        "from audiokit.offline.transport import InProcessTransport\n"
        "client = httpx2.Client(transport=InProcessTransport(create_app(Engine())))\n"
        "body = {'model': 'audiokit-offline', 'messages': [{'role': 'user', 'content': 'hello'}]}\n"
        "print(client.post('http://here.invalid/v1/chat/completions', json=body).status_code)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "200\n", "")


def test_nothing_runs_before_the_first_request() -> None:
    before = threading.active_count()
    transport = InProcessTransport(echo)

    assert threading.active_count() == before
    transport.close()
