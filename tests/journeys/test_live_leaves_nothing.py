"""Live through the whole app, left in the middle by loading the page again: nothing of it stays."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
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


def quiet(page: Page, address: str) -> dict[str, Any]:
    """Wait until no session runs any more; return what is left."""
    for _ in range(100):
        if not (now := counts(address))["live_tasks"]:
            return now
        page.wait_for_timeout(100)  # the app is in another process; there is nothing to wait on but time
    raise AssertionError(f"these still run: {now['live_tasks']}")


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
    after = quiet(page, address)

    assert after["tasks"] <= before["tasks"] + 1, "a browser may hold a connection open, which has a task"
    assert after["connections"] <= before["connections"] + 1
    pools = {"AnyIO worker thread", "ThreadPoolExecutor", "live"}  # bounded, and kept for the next
    assert after["threads"].keys() - pools <= before["threads"].keys() - pools
    assert all(after["threads"][name] <= before["threads"][name] for name in after["threads"].keys() - pools)
