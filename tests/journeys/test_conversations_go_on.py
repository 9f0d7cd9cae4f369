"""Conversations in a real browser, by voice: five ways to ask, replies met on the way, branches, compacting, tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from browser import choose, chromium, served, settled
from listening import entries, microphone_file, rows
from paced import paced_engine
from playwright.sync_api import Browser, Locator, Page, expect
from real import real_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = Path(__file__).resolve().parents[2] / "app.py"
SPEECH = (
    "speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
WITHIN_MS = 60_000
FIRST_SOUND = re.compile(r"first sound after")


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears someone ask what the weather is like."""
    with chromium(microphone=microphone_file(real_file(SPEECH), tmp_path_factory.mktemp("microphone"))) as browser:
        yield browser


@pytest.fixture
def page(speaking: Browser, desk: tuple[str, Path]) -> Iterator[Page]:
    context = speaking.new_context(permissions=["microphone"], viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(desk[0])
    settled(page)
    yield page
    context.close()


def record(page: Page, *, seconds: float = 3) -> None:
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button", name="Record").click()
    recorder.get_by_role("button", name="Stop recording").wait_for()
    page.wait_for_timeout(seconds * 1000)
    recorder.get_by_role("button", name="Stop recording").click()
    expect(send(page)).to_be_visible(timeout=WITHIN_MS)


def send(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Send ·"))


def type_(page: Page, words: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(words)
    field.press("Enter")


def answer_in(page: Page, way: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(way).click()
    settled(page)


def heard(page: Page, n: int) -> None:
    """Wait until ``n`` replies were heard since the page was opened, and see that there are no more.

    A short reply's words can all stand before its first sample is drawn.
    """
    count = "Object.keys(window.__audiokit_first_sound ?? {}).length"
    page.wait_for_function(f"n => {count} >= n", arg=n, timeout=WITHIN_MS)
    assert page.evaluate(f"() => {count}") == n


def answered(page: Page, n: int) -> None:
    """Wait until there are ``n`` answers and the next turn can be begun."""
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2 * n, timeout=WITHIN_MS)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible(timeout=WITHIN_MS)
    settled(page)


def test_all_five_ways_to_ask_and_to_be_answered_in_one_thread(page: Page, desk: tuple[str, Path]) -> None:
    before = len(entries(desk[1]))

    type_(page, "What is twelve times seven?")  # text → text and sound
    answered(page, 1)
    heard(page, 1)

    record(page)  # sound → text and sound
    send(page).click()
    answered(page, 2)
    heard(page, 2)

    record(page)  # both → text and sound
    page.get_by_label("Words to go with it").fill("I mean in Paris")
    page.get_by_label("Words to go with it").press("Enter")
    settled(page)
    send(page).click()
    answered(page, 3)
    heard(page, 3)
    expect(page.get_by_text("I mean in Paris")).to_be_visible()

    answer_in(page, "Words only")
    record(page)  # sound → text
    send(page).click()
    answered(page, 4)

    record(page)  # both → text
    page.get_by_label("Words to go with it").fill("and in Rome")
    page.get_by_label("Words to go with it").press("Enter")
    settled(page)
    send(page).click()
    answered(page, 5)
    heard(page, 3)  # what was asked for in words makes no sound

    type_(page, "What is eight times nine?")  # text → text, which audio models refuse
    answered(page, 6)
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("72")

    calls = [row for row in entries(desk[1])[before:] if row["kind"] == "converse"]
    assert all(row["outcome"] == "answered" for row in calls)
    spoken = [bool(row["audio_out_tokens"]) for row in calls if not row["error"]]
    assert spoken.count(True) == 3


def test_a_tool_is_called_in_the_thread_and_the_answer_is_spoken(page: Page) -> None:
    type_(page, "What is twelve times seven?")
    answered(page, 1)

    row = page.get_by_test_id("stExpander").filter(has_text="calculate")
    expect(row).to_be_visible()
    row.locator("summary").click()
    expect(row).to_contain_text("84")
    expect(page.get_by_role("group", name="Reply 2")).to_contain_text("84")
    heard(page, 1)


def test_a_branch_goes_on_elsewhere_and_leaves_the_first_conversation_alone(page: Page) -> None:
    type_(page, "What is twelve times seven?")
    answered(page, 1)
    first = page.url
    type_(page, "What is eight times nine?")
    answered(page, 2)

    page.get_by_test_id("stChatMessage").nth(1).get_by_role("button", name="Branch").click()
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2, timeout=WITHIN_MS)
    settled(page)
    assert page.url != first
    type_(page, "What is nine times nine?")
    answered(page, 2)
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("81")

    page.goto(first)
    settled(page)
    expect(page.get_by_test_id("stChatMessage")).to_have_count(4)
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("72")


def test_compacting_keeps_the_words_and_what_can_be_heard(page: Page) -> None:
    type_(page, "What is twelve times seven?")
    answered(page, 1)
    expect(page.get_by_text(re.compile("goes along as sound until"))).to_be_visible()

    page.get_by_role("button", name="Compact").click()
    settled(page)

    expect(page.get_by_text(re.compile("goes along as sound until"))).to_have_count(0)
    expect(page.get_by_text("goes along in words")).to_have_count(2)
    expect(page.get_by_role("button", name="Compact")).to_have_count(0)
    play = page.get_by_role("group", name="Reply 2").get_by_role("button", name="Play")
    play.click()
    expect(page.get_by_role("group", name="Reply 2").get_by_role("button", name="Pause")).to_be_visible()
    type_(page, "Please repeat that")
    answered(page, 2)
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("84")


def test_a_conversation_is_renamed_found_and_taken_away(page: Page, tmp_path: Path) -> None:
    record(page)
    send(page).click()
    answered(page, 1)

    page.get_by_role("button", name="Manage").click()
    page.get_by_label("Title").fill("Weather in the north")
    page.get_by_label("Title").press("Enter")
    settled(page)
    expect(page.get_by_role("heading", name="Weather in the north")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export everything").click()
    download.value.save_as(tmp_path / "taken.zip")
    names = ZipFile(tmp_path / "taken.zip").namelist()
    assert sum(name.startswith("voices/") for name in names) == 2
    assert "Weather in the north" in download.value.suggested_filename


def test_a_reply_is_heard_before_it_is_whole_and_outlives_a_reload(speaking: Browser, tmp_path: Path) -> None:
    with paced_engine() as engine:
        environment = {
            "AUDIOKIT_DATA_DIR": str(tmp_path / "data"),
            "OPENAI_BASE_URL": engine,
            "OPENAI_API_KEY": "none",
        }
        with served(APP, environment=environment) as address:
            page = speaking.new_context(viewport={"width": 1280, "height": 1000}).new_page()
            page.goto(address)
            settled(page)
            type_(page, "What can you do?")
            page.wait_for_function(
                "() => Object.keys(window.__audiokit_first_sound ?? {}).length === 1", timeout=WITHIN_MS
            )
            states = [row["state"] for row in rows(tmp_path / "data", "SELECT state FROM turn ORDER BY position")]
            assert states == ["sending", "sending"], "it is heard while it is still being made"

            page.reload()
            expect(page.get_by_role("group", name="Reply 2")).to_be_visible(timeout=WITHIN_MS)
            expect(page.get_by_text(FIRST_SOUND)).to_be_visible(timeout=WITHIN_MS)

    (answer,) = rows(tmp_path / "data", "SELECT * FROM turn WHERE speaker = 'model'")
    assert answer["state"] == "answered"
    assert answer["duration_s"] > 2
    calls = [row for row in entries(tmp_path / "data") if row["audio_out_tokens"]]
    assert [row["outcome"] for row in calls] == ["answered"], "spoken once, paid for once"


def test_an_answer_that_the_provider_has_forgotten_heals_itself(speaking: Browser, tmp_path: Path) -> None:
    """The engine's memory ends with its process; ours goes on."""
    environment = {"AUDIOKIT_DATA_DIR": str(tmp_path / "data")}
    with served(APP, environment=environment) as address:
        page = speaking.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        page.goto(address)
        settled(page)
        type_(page, "What is twelve times seven?")
        answered(page, 1)
        query = page.url.partition("?")[2]
        page.close()
    with served(APP, environment=environment) as address:
        page = speaking.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        page.goto(f"{address}/?{query}")
        settled(page)
        expect(page.get_by_text(re.compile("goes along as sound until"))).to_be_visible()
        type_(page, "Please repeat that")
        answered(page, 2)

        expect(page.get_by_test_id("stChatMessage").last).to_contain_text("84")
        expect(page.get_by_text(re.compile("no longer had their sound"))).to_be_visible()


def test_a_prompt_is_made_of_what_was_said_and_sent_into_the_conversation(page: Page) -> None:
    page.get_by_text("Voice to prompt").first.click()
    expect(page.get_by_role("heading", name="Voice to prompt")).to_be_visible()  # what stood here had a recorder, too
    settled(page)
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button", name="Record").click()
    recorder.get_by_role("button", name="Stop recording").wait_for()
    page.wait_for_timeout(3000)
    recorder.get_by_role("button", name="Stop recording").click()

    page.get_by_role("button", name=re.compile("^Make the prompt")).click(timeout=WITHIN_MS)
    into = page.get_by_role("button", name=re.compile("^Send into the conversation"))
    into.click(timeout=WITHIN_MS)

    answered(page, 1)
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text("weather")
    heard(page, 1)


def test_someone_is_interpreted_and_spoken_to_in_the_language_they_chose(page: Page, desk: tuple[str, Path]) -> None:
    choose(page, "Speak to me in", "French")
    page.get_by_text("Translate what I say").click()
    settled(page)
    type_(page, "What is twelve times seven?")
    answered(page, 1)

    (kept,) = rows(desk[1], "SELECT * FROM conversation ORDER BY created_at DESC LIMIT 1")
    assert (kept["language"], kept["translates"]) == ("fr", 1)
    expect(page.get_by_test_id("stExpander")).to_have_count(0)  # who interprets calls no tools
