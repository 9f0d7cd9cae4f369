"""One live session of a conversation at a time, and how any transport holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from talking import FakeBrowser

from audiokit.converse.live.carrying import carry
from audiokit.converse.live.seam import Browser
from audiokit.converse.live.seats import Seats
from audiokit.errors import NotAllowed, QuotaExhausted


def on_a_loop(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def test_another_window_is_refused_and_the_one_that_sits_hears_nothing_of_it() -> None:
    async def sit() -> None:
        seats = Seats()
        async with seats.taken("ann", "talk", "one") as leave:
            for other in ("two", ""):
                with pytest.raises(NotAllowed, match="another window"):
                    await seats.taken("ann", "talk", other).__aenter__()
            assert not leave.is_set()
            async with seats.taken("ann", "other talk", "two"), seats.taken("bob", "talk", "two"):
                pass
        async with seats.taken("ann", "talk", "two"):
            pass

    on_a_loop(sit())


def test_the_same_window_waits_for_its_own_last_session_to_be_kept_and_takes_its_seat() -> None:
    async def sit() -> None:
        seats, order = Seats(), list[str]()

        async def first() -> None:
            async with seats.taken("ann", "talk", "one") as leave:
                await leave.wait()
                await asyncio.sleep(0)
                order.append("kept")

        before = asyncio.create_task(first())
        await asyncio.sleep(0)
        async with seats.taken("ann", "talk", "one"):
            order.append("begun")
        await before
        assert order == ["kept", "begun"]

    on_a_loop(sit())


def test_a_seat_is_free_again_when_its_session_breaks() -> None:
    async def sit() -> None:
        seats = Seats()
        with pytest.raises(ZeroDivisionError):
            async with seats.taken("ann", "talk", "one"):
                raise ZeroDivisionError
        async with seats.taken("ann", "talk", "two"):
            pass

    on_a_loop(sit())


def test_when_the_house_stops_all_have_to_go_and_nobody_sits_down_again() -> None:
    async def sit() -> None:
        seats, order = Seats(), list[str]()

        async def talks() -> None:
            async with seats.taken("ann", "talk", "one") as leave:
                await leave.wait()
            order.append("gone")

        async def comes_back() -> None:
            with pytest.raises(NotAllowed, match="What was said is kept"):
                await seats.taken("ann", "talk", "one").__aenter__()
            order.append("told")

        both = [asyncio.create_task(talks())]
        await asyncio.sleep(0)
        assert (seats.n_taken, seats.farewell) == (1, None)
        both.append(asyncio.create_task(comes_back()))
        seats.close()
        await asyncio.gather(*both)
        assert (seats.n_taken, order) == (0, ["gone", "told"])
        assert "started anew" in (seats.farewell or "")

    on_a_loop(sit())


class Carried(FakeBrowser):
    def leave(self) -> None:
        self.leaves()


class Bridge:
    def __init__(self, runs: Callable[[Browser], Awaitable[None]]) -> None:
        self.run_with = runs

    async def run(self, browser: Browser) -> None:
        await self.run_with(browser)


async def to_the_end(browser: Browser) -> None:
    async for _ in browser.incoming():
        pass


async def refused(_: Browser) -> None:
    raise QuotaExhausted("The account has no money left.")


async def broken(_: Browser) -> None:
    raise ZeroDivisionError


async def deaf(_: Browser) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        (to_the_end, None),
        (refused, "The account has no money left."),
        (broken, "Something went wrong here, and the live session ended. Start again."),
        (deaf, None),
    ],
)
def test_a_session_ends_when_what_runs_beside_it_does_and_leaves_no_task(
    runs: Callable[[Browser], Awaitable[None]], sentence: str | None
) -> None:
    async def hold() -> None:
        is_over = asyncio.Event()
        beside = {"read": is_over.wait(), "keep": asyncio.Event().wait()}
        asyncio.get_running_loop().call_later(0.05, is_over.set)
        assert await carry(Bridge(runs), Carried(), beside, grace_s=0.05) == sentence
        assert len(asyncio.all_tasks()) == 1 + 1  # this one, and what gives it ten seconds

    on_a_loop(hold())
