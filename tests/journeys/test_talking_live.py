"""Live, in a real browser with real speech, through the whole app and the offline engine's own Realtime socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium, settled
from listening import entries, microphone_file, rows
from playwright.sync_api import Browser, Locator, Page, expect
from real import real_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SPEECH = (
    "speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
WITHIN_MS = 60_000


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears someone ask what the weather is like, every few seconds."""
    folder = tmp_path_factory.mktemp("microphone")
    with chromium(microphone=microphone_file(real_file(SPEECH), folder, lead_s=2.2)) as browser:
        yield browser


@pytest.fixture
def page(speaking: Browser, desk: tuple[str, Path]) -> Iterator[Page]:
    context = speaking.new_context(permissions=["microphone"], viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(f"{desk[0]}/?way=live")
    settled(page)
    yield page
    context.close()


def talk(page: Page) -> Locator:
    return page.get_by_role("group", name="Live talk")


def test_a_person_speaks_is_answered_and_interrupts_and_all_of_it_is_kept(page: Page, desk: tuple[str, Path]) -> None:
    """The microphone's file comes round while the answer is being spoken: the person talks over it."""
    live = talk(page)
    live.get_by_role("button", name="Start talking").click()
    expect(live.get_by_role("status")).to_have_text("Speaking", timeout=WITHIN_MS)
    expect(live.get_by_label("What is said")).to_contain_text("weather")
    second = live.get_by_label("What is said").get_by_text(re.compile("cannot know the weather")).nth(1)
    expect(second).to_be_visible(timeout=WITHIN_MS)
    live.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("weather", re.IGNORECASE))).to_be_visible(timeout=WITHIN_MS)
    settled(page)

    answers = rows(desk[1], "SELECT * FROM turn WHERE speaker = 'model' ORDER BY position")
    questions = rows(desk[1], "SELECT * FROM turn WHERE speaker = 'person' AND state = 'answered' ORDER BY position")
    assert "weather" in questions[0]["words"]
    assert all(row["clip_digest"] and row["duration_s"] > 0 for row in [*questions, *answers])
    whole_s = 8.0  # the answer takes about nine seconds to say
    assert answers[0]["duration_s"] < whole_s, "of what was talked over, only what was heard is kept"
    assert all(row["first_sound_ms"] is not None for row in answers)
    spent = [row for row in entries(desk[1]) if row["kind"] == "live"]
    assert len(spent) >= 2
    assert all(row["audio_in_tokens"] and row["audio_out_tokens"] and row["cost_nanousd"] == 0 for row in spent[:1])

    page.get_by_text("Converse", exact=True).first.click()  # and on it goes, turn by turn
    settled(page)
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill("What is twelve times seven?")
    field.press("Enter")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("84", timeout=WITHIN_MS)


def test_what_is_typed_into_a_live_session_calls_a_tool(page: Page) -> None:
    live = talk(page)
    live.get_by_role("button", name="Start talking").click()
    expect(live.get_by_role("status")).to_have_text("Listening", timeout=WITHIN_MS)
    live.get_by_role("button", name="Mute").click()
    live.get_by_label("Say it in writing").fill("What is twelve times seven?")
    live.get_by_label("Say it in writing").press("Enter")

    expect(live.get_by_label("What is said")).to_contain_text("84", timeout=WITHIN_MS)
    expect(live).to_contain_text("calculate")
    live.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_test_id("stExpander").filter(has_text="calculate")).to_be_visible(timeout=WITHIN_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="The provider's event log").click()
    events = [json.loads(line) for line in download.value.path().read_text("utf-8").splitlines()]
    assert {"session.created", "response.done"} <= {line["event"]["type"] for line in events if "event" in line}
    assert {line["sound"] for line in events if "sound" in line} >= {"input_audio_buffer.append"}


def test_who_only_looks_at_live_begins_no_conversation_that_is_listed(page: Page) -> None:
    expect(talk(page).get_by_role("button", name="Start talking")).to_be_visible()
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
    expect(page.get_by_text("Untitled")).to_have_count(0)
