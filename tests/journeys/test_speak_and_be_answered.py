"""The product's main job, as a person does it: in a real browser, with real speech, over the offline engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from browser import choose, chromium, served, settled
from listening import downloads, entries, microphone_file, sent_s
from playwright.sync_api import Browser, BrowserContext, Page, expect
from real import real_file

from audiokit.audio.decode import decode
from audiokit.audio.measuring.quality import measure

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = Path(__file__).resolve().parents[2] / "app.py"
SPEECH = (
    "speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
ANSWERED_WITHIN_MS = 60_000


@dataclass(frozen=True)
class Desk:
    """The app as it runs for this module, and where it keeps things."""

    address: str
    data_dir: Path


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data_dir = tmp_path_factory.mktemp("desk")
    with served(APP, environment={"AUDIOKIT_DATA_DIR": str(data_dir)}) as address:
        yield Desk(address, data_dir)


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears someone ask what the weather is like."""
    with chromium(microphone=microphone_file(real_file(SPEECH), tmp_path_factory.mktemp("microphone"))) as browser:
        yield browser


@pytest.fixture
def context(speaking: Browser) -> Iterator[BrowserContext]:
    context = speaking.new_context(permissions=["microphone"], viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def test_a_person_speaks_and_is_answered_aloud(desk: Desk, page: Page) -> None:
    open_(page, desk.address)
    record(page, seconds=3)

    send = page.get_by_role("button", name=re.compile(r"^Send · free"))
    expect(send).to_be_visible()
    assert entries(desk.data_dir) == [], "nothing is sent before the button is pressed"
    send.click()

    reply = page.get_by_role("group", name="Reply 2")
    expect(reply).to_contain_text("weather", timeout=ANSWERED_WITHIN_MS)
    expect(page.get_by_text(re.compile(r"first sound after \d"))).to_be_visible(timeout=ANSWERED_WITHIN_MS)
    page.wait_for_function(
        "() => Object.keys(window.__audiokit_first_sound ?? {}).length === 1"
    )  # heard by the browser

    said, answer = (decode(data) for data in downloads(page, n_sounds=2))
    assert 2.0 < said.duration_s < 5.0
    assert measure(answer).speech_ratio > 0.3
    assert -30 < measure(answer).rms_dbfs < -10
    said_by_me = page.get_by_role("group", name="Your turn 1")
    expect(said_by_me).to_contain_text(re.compile("weather", re.IGNORECASE), timeout=ANSWERED_WITHIN_MS)

    rows = {row["kind"]: row for row in entries(desk.data_dir)}
    assert set(rows) == {"converse", "transcribe"}
    converse = rows["converse"]
    assert converse["outcome"] == "answered"
    assert converse["cost_nanousd"] == 0
    assert converse["audio_out_tokens"] == round(answer.duration_s * 20)
    heard_s = sent_s(desk.data_dir, converse["turn_id"])
    assert said.duration_s - 1.5 < heard_s <= said.duration_s, "the quiet before and after is not paid for"
    assert converse["audio_in_tokens"] == int(heard_s * 10)
    assert converse["model_used"] == "audiokit-offline"
    assert 0 < converse["first_byte_ms"] <= converse["total_ms"]


def test_what_was_said_is_still_there_after_a_reload(desk: Desk, page: Page) -> None:
    open_(page, desk.address)
    ask(page, "What is twelve times seven?")
    expect(page.get_by_role("group", name="Reply 2")).to_contain_text("84", timeout=ANSWERED_WITHIN_MS)
    expect(page.get_by_text(re.compile(r"first sound after"))).to_be_visible(timeout=ANSWERED_WITHIN_MS)

    page.reload()
    settled(page)

    expect(page.get_by_role("group", name="Reply 2")).to_contain_text("84")
    expect(page.get_by_role("heading", name="What is twelve times seven?")).to_be_visible()


def test_a_recording_that_is_not_sent_outlives_a_reload(desk: Desk, page: Page) -> None:
    open_(page, desk.address)
    record(page, seconds=2)
    expect(page.get_by_role("button", name=re.compile("Send · free"))).to_be_visible()

    page.reload()
    settled(page)

    expect(page.get_by_role("button", name=re.compile("Send · free"))).to_be_visible()
    assert decode(next(downloads(page, n_sounds=1))).duration_s > 1.5
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_test_id("stAudioInput")).to_be_visible()


def test_an_earlier_answer_is_remembered_by_its_audio_id(desk: Desk, page: Page) -> None:
    open_(page, desk.address)
    ask(page, "What is twelve times seven?")
    expect(page.get_by_text(re.compile(r"first sound after"))).to_have_count(1, timeout=ANSWERED_WITHIN_MS)
    type_(page, "Please repeat that")

    expect(page.get_by_role("group", name="Reply 4")).to_contain_text("84", timeout=ANSWERED_WITHIN_MS)
    expect(page.get_by_text(re.compile(r"first sound after"))).to_have_count(2, timeout=ANSWERED_WITHIN_MS)

    first, second = [row for row in entries(desk.data_dir) if row["kind"] == "converse"][-2:]
    assert second["audio_in_tokens"] == first["audio_out_tokens"], "an earlier answer is billed as it was spoken"


def test_voices_can_be_told_apart(desk: Desk, page: Page) -> None:
    """Pitch of the same sentence in two voices, measured on what is downloaded."""
    open_(page, desk.address)
    ask(page, "What is twelve times seven?")
    expect(page.get_by_text(re.compile(r"first sound after"))).to_have_count(1, timeout=ANSWERED_WITHIN_MS)
    choose(page, "Voice", "Echo")
    type_(page, "What is twelve times seven?")
    expect(page.get_by_text(re.compile(r"first sound after"))).to_have_count(2, timeout=ANSWERED_WITHIN_MS)

    alloy, echo = (pitch_hz(decode(data).mono().samples[:, 0], 24_000) for data in downloads(page, n_sounds=2))

    assert alloy > 1.3 * echo


def test_a_narrow_window_loses_nothing(desk: Desk, context: BrowserContext) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    open_(page, desk.address)
    ask(page, "What can you do?")
    expect(page.get_by_text(re.compile(r"first sound after"))).to_be_visible(timeout=ANSWERED_WITHIN_MS)

    assert page.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth")
    expect(
        page.get_by_role("group", name="Reply 2")
        .get_by_role("button", name="Pause")
        .or_(page.get_by_role("group", name="Reply 2").get_by_role("button", name="Play"))
    ).to_be_visible()


def open_(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)


def ask(page: Page, example: str) -> None:
    """Press one of the examples; an earlier conversation may bear the same words."""
    page.get_by_test_id("stBaseButton-secondary").filter(has_text=example).click()


def record(page: Page, *, seconds: float) -> None:
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button", name="Record").click()
    recorder.get_by_role("button", name="Stop recording").wait_for()
    page.wait_for_timeout(seconds * 1000)
    recorder.get_by_role("button", name="Stop recording").click()


def type_(page: Page, words: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(words)
    field.press("Enter")


def pitch_hz(samples: np.ndarray, rate: int) -> float:
    """Median of the strongest autocorrelation lag between 60 and 350 Hz over loud windows of 40 ms."""
    windows = samples[: len(samples) // 960 * 960].reshape(-1, 960)
    loud = windows[np.sqrt((windows**2).mean(1)) > 0.3 * np.sqrt((windows**2).mean(1)).max()]
    lags = np.arange(rate // 350, rate // 60)
    found = [lags[np.argmax([np.dot(w[:-lag], w[lag:]) / (960 - lag) for lag in lags])] for w in loud]
    return float(rate / np.median(found))
