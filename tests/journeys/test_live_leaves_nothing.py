"""Live through the whole app, left in the middle by loading the page again: nothing of it stays."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, served, settled
from listening import microphone_file
from playwright.sync_api import Page
from real import real_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = Path(__file__).with_name("app_counted.py")
SPEECH = (
    "speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
N_RELOADS = 6
WITHIN_MS = 60_000


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with served(APP, environment={"AUDIOKIT_DATA_DIR": str(tmp_path / "data")}) as address:
        yield address


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(microphone=microphone_file(real_file(SPEECH), tmp_path, lead_s=0.3)) as browser:
        yield browser.new_context(permissions=["microphone"]).new_page()


def counts(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/api/try/counts") as answer:  # noqa: S310 - loopback
        return dict(json.load(answer))


def quiet(page: Page, address: str, holds: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
    """Wait until no session runs any more, and what is left is as it should be; return it."""
    for _ in range(600):
        if not (now := counts(address))["live_tasks"] and holds(now):
            return now
        page.wait_for_timeout(100)  # the app is in another process; there is nothing to wait on but time
    raise AssertionError(f"this is left: {now}")


def leave_midway(page: Page) -> None:
    live = page.get_by_role("group", name="Live talk")
    live.get_by_role("button", name="Start talking").click()
    live.get_by_text(re.compile("Thinking|Speaking")).first.wait_for(timeout=WITHIN_MS)  # somebody has been heard
    page.reload()
    settled(page)


def test_whoever_reloads_in_mid_session_leaves_no_task_no_thread_and_no_connection(page: Page, address: str) -> None:
    page.goto(f"{address}/?way=live")
    settled(page)
    leave_midway(page)
    before = quiet(page, address)
    for _ in range(N_RELOADS):
        leave_midway(page)
    pools = {"AnyIO worker thread", "ThreadPoolExecutor", "live"}  # bounded, and kept for the next

    def is_left_alone(after: dict[str, Any]) -> bool:
        """Say whether nothing is left over; a browser may hold one connection open, which has a task."""
        is_quiet = after["tasks"] <= before["tasks"] + 1 and after["connections"] <= before["connections"] + 1
        names = after["threads"].keys() - pools
        return is_quiet and all(after["threads"][name] <= before["threads"].get(name, 0) for name in names)

    quiet(page, address, is_left_alone)
