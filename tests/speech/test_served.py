"""What an endpoint lists is known without anybody waiting for it, and what goes wrong there is no error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import httpx2
import pytest
from scripted import ENDPOINT, Server, failing, on_wire

from audiokit.catalog.models import Provider
from audiokit.errors import ReplyUnusable
from audiokit.speech.served import Served

ONE, TWO, ONE_TWO = frozenset({"one"}), frozenset({"two"}), frozenset({"one", "two"})


def listing(*names: str) -> httpx2.Response:
    models = [{"id": name, "object": "model", "created": 0, "owned_by": "x"} for name in names]
    return httpx2.Response(200, json={"object": "list", "data": models})


class Bench:
    """A look-up whose clock stands still and whose background is a list."""

    def __init__(self, *steps: httpx2.Response | Exception, provider: Provider = Provider.OPENAI) -> None:
        self.server = Server(*steps)
        self.now_s = 1_000.0
        self.waiting: list[Callable[[], None]] = []
        wire = on_wire(self.server, endpoint=replace(ENDPOINT, provider=provider))
        self.served = Served(wire, clock=lambda: self.now_s, run=self.waiting.append)

    def look(self) -> frozenset[str] | None:
        """Ask, let the background run, and ask again."""
        self.served.names()
        while self.waiting:
            self.waiting.pop()()
        return self.served.names()


def test_nothing_is_known_until_it_was_looked_up_and_nobody_waits() -> None:
    bench = Bench(listing("one", "two"))

    assert bench.served.names() is None
    assert bench.server.requests == []
    assert bench.look() == ONE_TWO


def test_many_who_ask_at_once_cause_one_look() -> None:
    bench = Bench(listing("one"))

    for _ in range(5):
        bench.served.names()

    assert len(bench.waiting) == 1


def test_it_is_looked_up_again_after_an_hour_and_the_old_list_serves_meanwhile() -> None:
    bench = Bench(listing("one"), listing("two"))
    bench.look()

    bench.now_s += 3_599
    assert (bench.look(), len(bench.server.requests)) == (ONE, 1)
    bench.now_s += 1
    assert bench.served.names() == ONE
    assert bench.look() == TWO


@pytest.mark.parametrize(
    "step",
    [failing(401), failing(500), httpx2.ConnectError("x"), httpx2.ReadTimeout("x"), httpx2.Response(200, content=b"<")],
    ids=["refused", "fault", "no connection", "silence", "no list"],
)
def test_a_look_that_fails_is_no_error_and_is_not_repeated_for_a_minute(step: httpx2.Response | Exception) -> None:
    bench = Bench(step, listing("one"))

    assert bench.look() is None
    bench.now_s += 59
    assert (bench.look(), len(bench.server.requests)) == (None, 1)
    bench.now_s += 1
    assert bench.look() == ONE


def test_what_was_known_outlives_a_failed_look() -> None:
    bench = Bench(listing("one"), failing(500))
    bench.look()

    bench.now_s += 3_600

    assert bench.look() == ONE
    assert len(bench.server.requests) == 2


def test_the_day_on_which_a_model_ends_is_kept_where_the_list_tells_one() -> None:
    """``shutdown_date`` of OpenAI's description: a date, null, or (of other servers) anything."""
    days = {"one": "2027-01-20", "two": None, "three": "soon", "four": 7}
    models = [{"id": name, "shutdown_date": day} for name, day in days.items()] + [{"id": "five"}]
    bench = Bench(httpx2.Response(200, json={"data": models}), failing(500))

    assert dict(bench.served.ends()) == {}
    assert bench.look() == frozenset({*days, "five"})
    bench.now_s += 3_600
    bench.look()

    assert dict(bench.served.ends()) == {"one": date(2027, 1, 20)}


def test_an_empty_list_is_no_knowledge() -> None:
    """Taken at its word, no model could be chosen any more."""
    assert Bench(listing()).look() is None


@pytest.mark.parametrize("provider", [Provider.AZURE, Provider.OFFLINE])
def test_where_a_list_would_not_say_what_is_served_nobody_looks(provider: Provider) -> None:
    bench = Bench(listing("gpt-4o-audio-preview"), provider=provider)

    assert bench.look() is None
    assert bench.server.requests == []


def test_left_to_itself_it_looks_in_a_thread_of_its_own() -> None:
    looked = threading.Event()

    class Slow(Server):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            looked.set()
            return super().handle_request(request)

    served = Served(on_wire(Slow(listing("one"))))

    served.names()
    assert looked.wait(30)
    for thread in [thread for thread in threading.enumerate() if thread.name == "served"]:
        thread.join(30)
    assert served.names() == ONE


# ------------------------------------------------------------------------------------------------------ the list itself


@pytest.mark.parametrize(
    "body", [{"data": [{"id": "one"}, {"id": "two"}]}, [{"id": "one"}, {"id": "two"}]], ids=["OpenAI's", "bare"]
)
def test_a_list_is_read_with_and_without_its_wrapping(body: object) -> None:
    assert on_wire(Server(httpx2.Response(200, json=body))).served().keys() == ONE_TWO


@pytest.mark.parametrize("body", [b"", b"[1]", b"null", b"{}", b'{"data": null}', b'{"data": [{"name": "one"}]}'])
def test_what_is_no_list_of_models_says_where_to_look(body: bytes) -> None:
    with pytest.raises(ReplyUnusable, match="Check the address"):
        on_wire(Server(httpx2.Response(200, content=body))).served()


def test_a_list_that_does_not_come_is_asked_for_once() -> None:
    server = Server(failing(500))

    with pytest.raises(Exception, match="fault of its own"):
        on_wire(server, max_retries=2).served()

    assert len(server.requests) == 1
