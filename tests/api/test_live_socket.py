"""The WebSocket of live talk: who may have it, and what it does with what comes."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from audiokit.api.live import live_routes
from audiokit.api.live_socket import Limits
from audiokit.converse.live.seam import BYTES_PER_MS, Browser, Played
from audiokit.converse.live.seats import Seats
from audiokit.errors import BudgetExceeded, NotFound
from audiokit.people.addresses import Signer, live_socket_url, live_url

ANN = "ann"
TALK = "talk-1"
SECOND = 1000 * BYTES_PER_MS
Run = Callable[["Source", Browser], Coroutine[Any, Any, None]]


async def echo(source: Source, browser: Browser) -> None:
    async for message in browser.incoming():
        if isinstance(message, bytes):
            await browser.send_sound("echo", message)
        else:
            source.told.append(message)


class Source:
    """What the studio is to the route; each bridge runs ``runs``."""

    def __init__(self, runs: Run = echo) -> None:
        self.signer = Signer(b"s" * 32)
        self.live = self
        self.seats = Seats()
        self.runs = runs
        self.opened: list[str] = []
        self.told: list[Mapping[str, Any]] = []
        self.n_running = 0
        self.ended = threading.Event()

    def open_live(self, person_id: str, conversation_id: str, options: str) -> Bridge:
        if (person_id, conversation_id) != (ANN, TALK):
            raise NotFound("There is no such conversation. Choose another.")
        self.opened.append(options)
        return Bridge(self)

    def log_of(self, person_id: str, conversation_id: str) -> bytes:
        if not self.opened:
            raise NotFound("There is no log here.")
        return f'{{"of":"{person_id} {conversation_id}"}}\n'.encode()


class Bridge:
    def __init__(self, source: Source) -> None:
        self.source = source

    async def run(self, browser: Browser) -> None:
        self.source.n_running += 1
        try:
            await self.source.runs(self.source, browser)
        finally:
            self.source.n_running -= 1
            self.source.ended.set()


@contextmanager
def client(source: Source, limits: Limits | None = None) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=live_routes(lambda: source, limits))) as talking:
        yield talking


def address(source: Source, conversation: str = TALK, **claims: Any) -> str:
    return live_socket_url(source.signer, ANN, conversation, **claims)


def text_of(talking: WebSocketTestSession, kind: str) -> dict[str, Any]:
    """Return the next control message of a kind; pings come in between."""
    while True:
        frame = talking.receive()
        if "text" in frame and (message := json.loads(frame["text"]))["type"] == kind:
            return dict(message)


def sound_of(talking: WebSocketTestSession) -> bytes:
    while True:
        frame = talking.receive()
        assert frame["type"] == "websocket.send", frame
        if "bytes" in frame:
            return bytes(frame["bytes"])


def closed(talking: WebSocketTestSession) -> tuple[int, str]:
    while True:
        frame = talking.receive()
        if frame["type"] == "websocket.close":
            return frame["code"], frame["reason"]


def test_sound_comes_back_with_the_name_of_its_item_before_the_first_piece() -> None:
    source = Source()
    with client(source) as desk, desk.websocket_connect(address(source, options='{"voice":"marin"}')) as talking:
        talking.send_bytes(b"\x01\x02" * 960)
        talking.send_bytes(b"\x03\x04" * 960)

        assert text_of(talking, "item") == {"type": "item", "item": "echo"}
        assert sound_of(talking) == b"\x01\x02" * 960
        frame = talking.receive()
        assert frame["bytes"] == b"\x03\x04" * 960
    assert source.opened == ['{"voice":"marin"}']


def refused(desk: TestClient, url: str, **headers: str) -> tuple[int, str]:
    with pytest.raises(WebSocketDenialResponse) as told, desk.websocket_connect(url, headers=headers):
        pass
    return told.value.status_code, told.value.json()["error"]["message"]


def test_who_may_not_is_refused_before_anything_is_opened() -> None:
    source = Source()
    url = address(source)
    others = Source()
    others.signer = Signer(b"t" * 32)
    expired = address(Source(), lifetime_s=-10)
    elsewhere = f"/api/live/{live_url(source.signer, ANN, TALK).rsplit('/', 1)[1]}"
    cases = [
        (url, {"origin": "https://evil.example"}, "our own pages only"),
        (url, {"origin": "http://testserver.evil.example"}, "our own pages only"),
        (url, {"origin": "null"}, "our own pages only"),
        (url, {"origin": "http://testserver", "sec-fetch-site": "cross-site"}, "our own pages only"),
        (url, {"user-agent": "Mozilla/5.0"}, "our own pages only"),
        (url, {"cookie": "session=1"}, "our own pages only"),
        (address(others), {}, "not one of ours"),
        ("/api/live/nonsense", {}, "not one of ours"),
        (expired, {}, "has expired"),
        (elsewhere, {}, "made for something else"),
    ]
    with client(source) as desk:
        for path, headers, sentence in cases:
            status, said = refused(desk, path, **headers)
            assert (status, sentence in said) == (403, True), (path, headers, said)
    assert source.opened == []


def test_a_conversation_that_is_not_theirs_is_refused_before_it_is_accepted() -> None:
    source = Source()
    with client(source) as desk:
        assert refused(desk, address(source, "another")) == (403, "There is no such conversation. Choose another.")
    assert source.n_running == 0


def test_our_own_page_is_let_in() -> None:
    source = Source()
    headers = {"origin": "http://testserver", "user-agent": "Mozilla/5.0", "cookie": "session=1"}
    with client(source) as desk, desk.websocket_connect(address(source), headers=headers) as talking:
        talking.send_bytes(b"\0\0")
        assert sound_of(talking) == b"\0\0"


def test_the_log_is_had_at_the_same_address_by_whoever_may_talk_there() -> None:
    source = Source()
    url = address(source)
    with client(source) as desk:
        assert desk.get(f"{url}/log").status_code == 404
        with desk.websocket_connect(url) as talking:
            talking.send_json({"type": "bye"})
            closed(talking)
        kept = desk.get(f"{url}/log")
        foreign = desk.get(f"{url}/log", headers={"origin": "https://evil.example"})
        other = desk.get(f"{live_url(source.signer, ANN, 'turn-1').replace('media/live', 'live')}/log")

    assert (kept.json(), kept.headers["content-type"]) == ({"of": f"{ANN} {TALK}"}, "application/jsonl")
    assert kept.headers["cache-control"] == "no-store"
    assert (foreign.status_code, other.status_code) == (403, 403)


def test_asked_over_http_the_address_says_why_it_does_not_open() -> None:
    source = Source()
    with client(source) as desk:
        assert desk.get(address(source)).status_code == 426
        assert desk.get(address(source, "another")).json()["error"]["message"].startswith("There is no such conv")
        assert desk.get("/api/live/nonsense").status_code == 403
        assert desk.get(address(source), headers={"origin": "https://evil.example"}).status_code == 403


def test_a_second_window_is_told_that_the_first_has_the_conversation() -> None:
    source = Source()
    url = address(source)
    with client(source) as desk, desk.websocket_connect(f"{url}?tab=one") as first:
        for other in ("?tab=two", ""):
            with desk.websocket_connect(url + other) as second:
                code, reason = closed(second)
                assert (code, "live in another window" in reason) == (4409, True)
        first.send_bytes(b"\0\0")
        assert sound_of(first) == b"\0\0"


def test_when_it_has_ended_the_conversation_is_free_again() -> None:
    source = Source()
    with client(source) as desk:
        for tab in ("one", "two"):
            with desk.websocket_connect(f"{address(source)}?tab={tab}") as talking:
                talking.send_json({"type": "bye"})
                assert closed(talking) == (1000, "")
    assert source.told == [{"type": "bye"}] * 2


def test_a_page_that_comes_back_takes_its_own_place_again() -> None:
    source = Source()
    url = f"{address(source)}?tab=one"
    with client(source) as desk, desk.websocket_connect(url) as first:
        first.send_bytes(b"\0\0")
        sound_of(first)
        with desk.websocket_connect(url) as again:
            again.send_bytes(b"\1\0")
            assert sound_of(again) == b"\1\0"
            assert source.n_running == 1
            assert closed(first)[0] == 1000


@pytest.mark.parametrize(
    ("nonsense", "code"),
    [
        (b"\0" * 40_000, 1009),
        (b"\0", 4400),
        ("x" * 20_000, 1009),
        ("[]", 4400),
        ("{", 4400),
        ('"type"', 4400),
        ('{"type":["start"]}', 4400),
        ('{"type":"state"}', 4400),
        ("[" * 5_000, 4400),
    ],
)
def test_what_no_page_of_ours_sends_ends_the_session(nonsense: str | bytes, code: int) -> None:
    source = Source()
    with client(source) as desk, desk.websocket_connect(address(source)) as talking:
        if isinstance(nonsense, bytes):
            talking.send_bytes(nonsense)
        else:
            talking.send_text(nonsense)
        assert closed(talking)[0] == code
    assert source.n_running == 0


async def wait_for_ever(_: Source, browser: Browser) -> None:
    async for _message in browser.incoming():
        pass
    await asyncio.Event().wait()


def test_a_bridge_that_does_not_end_is_ended_when_the_person_has_gone() -> None:
    source = Source(wait_for_ever)
    with client(source, Limits(grace_s=0.05)) as desk:
        with desk.websocket_connect(address(source)) as talking:
            text_of(talking, "ping")
        assert source.ended.wait(30)
    assert source.n_running == 0


def test_someone_of_whom_nothing_comes_is_let_go() -> None:
    source = Source()
    with (
        client(source, Limits(ping_s=0.02, silent_s=0.1)) as desk,
        desk.websocket_connect(address(source)) as talking,
    ):
        assert text_of(talking, "ping")["n"] == 1
        assert closed(talking)[0] == 4408
    assert source.n_running == 0


def test_someone_who_answers_stays_and_is_told_the_round_trip() -> None:
    source = Source()
    with (
        client(source, Limits(ping_s=0.02, silent_s=1.5)) as desk,
        desk.websocket_connect(address(source)) as talking,
    ):
        for _ in range(100):  # two seconds
            ping = text_of(talking, "ping")
            talking.send_json({"type": "pong", "n": ping["n"]})
        assert 0 <= ping["round_trip_ms"] < 1_500
    assert source.told == []  # the bridge is not bothered with it


async def refuse_politely(_: Source, _browser: Browser) -> None:
    raise BudgetExceeded("Today's budget is used up. Go on tomorrow.")


async def break_down(_: Source, _browser: Browser) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [(refuse_politely, "Today's budget is used up. Go on tomorrow."), (break_down, "Something went wrong here")],
)
def test_how_a_session_failed_is_told_in_a_sentence(runs: Run, sentence: str) -> None:
    source = Source(runs)
    with client(source) as desk, desk.websocket_connect(address(source)) as talking:
        trouble = text_of(talking, "trouble")
        assert (trouble["fatal"], sentence in trouble["sentence"]) == (True, True)
        code, reason = closed(talking)
        assert (code, sentence in reason) == (4500, True)


async def say_much(source: Source, browser: Browser) -> None:
    """Send ten seconds at once; then silence the browser and tell what was heard."""
    sending = asyncio.create_task(browser.send_sound("long", b"\1\0" * (10 * SECOND // 2)))
    async for message in browser.incoming():
        if not isinstance(message, bytes) and message["type"] == "start":
            heard = await browser.clear()
            await sending
            await browser.send({"type": "log", "item": heard.item_id, "ms": heard.ms})
        elif not isinstance(message, bytes):
            source.told.append(message)


def test_sound_is_sent_only_so_far_ahead_of_the_ear() -> None:
    source = Source(say_much)
    with client(source, Limits(max_ahead_s=1)) as desk, desk.websocket_connect(address(source)) as talking:
        got = 0
        while got < SECOND:
            got += len(sound_of(talking))
        talking.send_json({"type": "played", "item": "long", "ms": 500, "passed": 12_000})
        while got < 1.5 * SECOND:
            got += len(sound_of(talking))
        assert got == 1.5 * SECOND
    assert source.told == [{"type": "played", "item": "long", "ms": 500}]


def test_a_clear_tells_what_was_heard_and_drops_what_waits_to_be_sent() -> None:
    source = Source(say_much)
    with client(source, Limits(max_ahead_s=1)) as desk, desk.websocket_connect(address(source)) as talking:
        talking.send_json({"type": "start"})
        clear = text_of(talking, "clear")
        talking.send_json({"type": "played", "item": "long", "ms": 730, "passed": 24_000, "clear": clear["n"]})
        assert text_of(talking, "log") == {"type": "log", "item": "long", "ms": 730}


def test_without_an_answer_to_a_clear_what_was_told_last_stands() -> None:
    source = Source(say_much)
    with client(source, Limits(answer_s=0.05)) as desk, desk.websocket_connect(address(source)) as talking:
        talking.send_json({"type": "played", "item": "long", "ms": 320, "passed": 7_680})
        talking.send_json({"type": "start"})
        text_of(talking, "clear")
        assert text_of(talking, "log") == {"type": "log", "item": "long", "ms": 320}


async def deaf(source: Source, browser: Browser) -> None:
    """Take nothing until told to by the person's first ``played``."""
    while not source.told:
        await asyncio.sleep(0)
        if (heard := await browser.clear()) != Played(None, 0):
            source.told.append({"heard": heard.ms})
    taken = [message async for message in browser.incoming() if isinstance(message, bytes)]
    source.told.append({"first": taken[0][0], "last": taken[-1][0], "n": len(taken)})


def test_of_too_much_that_nobody_takes_the_newest_is_kept() -> None:
    source = Source(deaf)
    with client(source, Limits(max_waiting=10, answer_s=0.01)) as desk:
        with desk.websocket_connect(address(source)) as talking:
            for i in range(50):
                talking.send_bytes(bytes([i, 0]))
            talking.send_json({"type": "played", "item": "x", "ms": 1})
            talking.send_json({"type": "bye"})
            closed(talking)
        assert source.told[1] == {"first": 40, "last": 49, "n": 10}


# --- over a real socket -----------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(source: Source, limits: Limits | None = None) -> AsyncIterator[str]:
    """Serve the route with uvicorn, as the app does, on this very loop."""
    app = Starlette(routes=live_routes(lambda: source, limits))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        serving = asyncio.create_task(server.serve([bound]))
        yield f"ws://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        await serving


async def until_sound(talking: ClientConnection) -> bytes:
    while isinstance(frame := await talking.recv(), str):
        pass
    return frame


def live_tasks() -> int:
    return sum(task.get_name().startswith("live ") for task in asyncio.all_tasks())


async def gone() -> None:
    """Wait until every task of the sessions has ended."""
    if tasks := [task for task in asyncio.all_tasks() if task.get_name().startswith("live ")]:
        await asyncio.wait(tasks, timeout=30)


def test_twenty_lines_that_break_leave_nothing_behind() -> None:
    source = Source()

    async def talk_and_drop() -> None:
        async with listening(source) as host:
            for _ in range(20):
                talking = await connect(f"{host}{address(source)}?tab=one")
                await talking.send(b"\0\0" * 960)
                await until_sound(talking)
                assert (source.n_running, live_tasks()) == (1, 4)
                talking.transport.abort()  # as when the network drops: no goodbye
                await gone()
            assert source.n_running == 0

    asyncio.run(talk_and_drop())


def test_a_foreign_page_gets_a_403_from_the_real_server() -> None:
    source = Source()

    async def knock() -> int:
        async with listening(source) as host:
            with pytest.raises(Exception, match="403") as told:
                await connect(f"{host}{address(source)}", origin="https://evil.example")  # type: ignore[arg-type]
            return int(told.value.response.status_code)  # type: ignore[attr-defined]

    assert asyncio.run(knock()) == 403
    assert source.opened == []


def test_a_server_that_goes_takes_its_sessions_along() -> None:
    source = Source(wait_for_ever)

    async def stop_midway() -> None:
        async with listening(source, Limits(grace_s=0.05)) as host:
            talking = await connect(f"{host}{address(source)}")
            await talking.recv()
        with pytest.raises(ConnectionClosed):
            await talking.recv()
        await talking.close()

    asyncio.run(asyncio.wait_for(stop_midway(), 60))
    assert source.n_running == 0
