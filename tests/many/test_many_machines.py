"""Two replicas behind a proxy and three workers, over PostgreSQL and S3: one installation, whichever process dies."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from browser import browser, free_port, settled
from fleet import COOKIE, Fleet, fleet
from oidc import environment, provider, signed_in
from playwright.sync_api import Browser, Page, expect

from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Persona, Shape
from audiokit.usage.budgets import Every, ScopeKind
from benchmarks._recorded import Call, calls, paid_provider
from benchmarks._visits import signed_cookies, visiting

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.postgres, pytest.mark.timeout(900), pytest.mark.xdist_group("many")]

PATIENCE_S = 240.0
PAGE = "record_and_converse"
SPEAKS = json.dumps({"speak": "gpt-audio-mini"})  # it says what it said: no line has to be written down again
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
TEXTS = tuple(f"This is line number {word}." for word in NUMBERS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fleet")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Fleet]:
    port = free_port()
    with provider([{"sub": "alice", "name": "Alice"}]) as address, paid_provider(folder, takes_s=0.5) as paid:
        around = environment(address, port, **paid, AUDIOKIT_MODELS=SPEAKS)
        with fleet(folder / "fleet", environment=around, port=port) as whole:
            yield whole


@pytest.fixture(scope="module")
def studio(running: Fleet, folder: Path) -> Iterator[Studio]:
    """One more process of the installation: this one."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        patch.setenv("AUDIOKIT_DATA_DIR", str(folder / "here"))
        opened = open_studio(Settings.read())
    yield opened
    opened.close()


def until(is_so: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not come about"
        time.sleep(0.1)  # other processes work; there is nothing to wait on but time


def say(page: Page, words: str, *, reply: int) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(words, timeout=PATIENCE_S * 1000)
    field.press("Enter")
    expect(page.get_by_text(re.compile("first sound after"))).to_have_count(reply, timeout=PATIENCE_S * 1000)
    settled(page)


def replica_of(page: Page, running: Fleet) -> int:
    (value,) = [one.get("value") for one in page.context.cookies() if one.get("name") == COOKIE]
    return running.replica_of(str(value))


def test_a_visitor_goes_on_at_the_other_replica_once_theirs_is_killed(browser: Browser, running: Fleet) -> None:
    page = signed_in(browser, running.address, "alice")
    say(page, "What is twelve times seven?", reply=1)
    theirs = replica_of(page, running)

    running.kill("replica", theirs)
    page.reload()
    settled(page)

    expect(page.get_by_text(re.compile("first sound after"))).to_have_count(1, timeout=PATIENCE_S * 1000)
    assert replica_of(page, running) != theirs
    sound = page.get_by_role("group", name="Reply 2").locator("a[download]").get_attribute("href")
    heard = page.request.get(f"{running.address}{sound}")
    assert (heard.status, heard.headers["content-type"]) == (200, "audio/wav")
    say(page, "What can you do?", reply=2)
    running.start("replica", theirs)
    running.wait("replica", theirs)
    page.context.close()


def test_a_programme_goes_on_at_another_worker_once_its_own_is_killed(
    running: Fleet, studio: Studio, folder: Path
) -> None:
    alice = next(one.id for one in studio.persons.all() if one.name == "Alice")
    shape = Shape(format="announcement", personas=(Persona(name="Ann", voice="marin"),))
    begun = studio.summaries.library.of_lines(alice, "Lines", [Line(text=text) for text in TEXTS], shape)
    studio.summaries.making.speak(alice, begun.id)
    until(lambda: len(kept(running)) >= 3)
    killed_at = time.time()
    running.kill("worker", busy(running))
    kept_by_then = {text for text, at in kept(running).items() if at < killed_at}

    until(lambda: not studio.summaries.making.look(alice, begun.id)[0].state.is_under_way)

    made, _ = studio.summaries.making.look(alice, begun.id)
    assert (made.n_spoken, made.trouble) == (len(TEXTS), None)
    asked = [call for call in calls(folder) if call.words in TEXTS]
    assert {call.words for call in asked} == set(TEXTS)
    for text in kept_by_then:
        assert sum(call.words == text for call in asked) == 1, "what was kept is not paid for again"
    again = [call for call in asked if any(other.words == call.words and other is not call for other in asked)]
    assert all(was_in_flight(call, killed_at) or call.began_at > killed_at for call in again)


def test_no_budget_is_overspent_by_two_replicas_at_once(running: Fleet, studio: Studio) -> None:
    def spent() -> int:
        return sum(row["cost_nanousd"] or 0 for row in running.rows("SELECT * FROM entry WHERE page = ?", PAGE))

    calls_so_far = running.rows("SELECT cost_nanousd FROM entry WHERE page = ? AND kind = 'converse'", PAGE)
    one = max(row["cost_nanousd"] for row in calls_so_far)
    limit = spent() + 6 * one
    studio.usage.budgets.put(ScopeKind.PAGE, PAGE, Every.MONTH, limit)

    with ThreadPoolExecutor(1) as apart:  # the browser's event loop is on this thread
        replies = apart.submit(asyncio.run, typed_at_both(running, 12)).result()

    assert 0 < replies["answered"] < 12, "some are refused"
    assert replies["answered"] + replies["failed"] == 12
    assert spent() <= limit


async def typed_at_both(running: Fleet, n: int) -> dict[str, int]:
    """Have so many people type a turn at once, half of them at each replica; return what became of the turns."""

    async def one(number: int) -> None:
        secret = running.environment["AUDIOKIT_COOKIE_SECRET"]
        cookies = signed_cookies(running.address, secret, f"visitor{number}")
        async with visiting(running.address, {**cookies, COOKIE: running.cookie_of(number % 2)}) as visit:
            await visit.open()
            await visit.type("What can you do?")

    before = running.rows("SELECT id FROM turn WHERE speaker = 'person'")
    await asyncio.gather(*map(one, range(n)))
    came = "SELECT state, count(*) AS n FROM turn WHERE speaker = 'person' AND state <> 'sending' GROUP BY state"
    await asyncio.to_thread(until, lambda: sum(row["n"] for row in running.rows(came)) >= len(before) + n)
    states = {row["state"]: row["n"] for row in running.rows(came)}
    return {"answered": states.get("answered", 0) - len(before), "failed": states.get("failed", 0)}


def kept(running: Fleet) -> dict[str, float]:
    """Return when the sound of each line was kept."""
    return {row["heard"]: row["created_at"].timestamp() for row in running.rows("SELECT heard, created_at FROM made")}


def busy(running: Fleet) -> int:
    """Return the number of the worker that has a job under way."""
    (job,) = running.rows("SELECT executor_id FROM dbos.workflow_status WHERE status = 'PENDING'")
    return next(number for number in range(3) if f"jobs as {job['executor_id']}." in running.log("worker", number))


def was_in_flight(call: Call, at: float) -> bool:
    return call.began_at <= at and (call.ended_at is None or call.ended_at > at - 2)
