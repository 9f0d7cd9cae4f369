"""Sentiment Analysis in a real browser: one recording with its proof, one spoken here, and a batch of many formats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium, served, settled
from listening import microphone_file
from playwright.sync_api import Browser, Locator, Page, expect
from real import real_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

APP = Path(__file__).resolve().parents[2] / "app.py"
WITHIN_MS = 200_000
ONE = "speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav"
AZURE, LEOPARD = "speech/Azure-Samples__cognitive-services-speech-sdk/", "speech/Picovoice__leopard/resources__"
GOOD = (
    AZURE + "samples__csharp__sharedcontent__console__whatstheweatherlike.wav",
    AZURE + "samples__csharp__sharedcontent__console__whatstheweatherlike.mp3",
    AZURE + "scenarios__python__console__language-learning__chatting__resources__chat_input_1.wav",
    LEOPARD + "audio_samples__test_de.wav",
    "speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0002.flac",
    "speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0002.mp3",
    "speech/cmusphinx__pocketsphinx/test__data__cards__002.wav",
    AZURE + "samples__java__jre__console__es-mx.wav",
    "speech/livekit__agents/tests__test_realtime__weather_question.wav",
    "speech/mozilla__DeepSpeech/data__smoke_test__LDC93S1_pcms16le_2_44100.wav",
)
BROKEN = (
    "malformed/Borewit__music-metadata/test__samples__aiff__Pnossnd.aif",
    "malformed/Borewit__music-metadata/test__samples__mp3__adts-0-frame.mp3",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the offline engine, with its worker and a data folder of its own."""
    around = {"AUDIOKIT_DATA_DIR": str(tmp_path_factory.mktemp("desk")), "AUDIOKIT_WORKER": "app"}
    with served(APP, environment=around) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One whose microphone hears someone ask, over and over, what the weather is like."""
    with chromium(microphone=microphone_file(real_file(GOOD[0]), tmp_path_factory.mktemp("microphone"))) as running:
        yield running


@pytest.fixture
def page(browser: Browser, desk: str) -> Iterator[Page]:
    context = browser.new_context(permissions=["microphone"], viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(f"{desk}/sentiment_analysis?batch=new")
    settled(page)
    yield page
    context.close()


def analyse(page: Page, files: list[Path]) -> None:
    """Upload, see the price, and press."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    press_analyse(page)


def press_analyse(page: Page) -> None:
    button = page.get_by_role("button", name=re.compile(r"^Analyse · free"))
    expect(button).to_be_visible(timeout=WITHIN_MS)
    settled(page)
    button.click()


def row(page: Page, name: str) -> Locator:
    return page.locator(".batch tbody tr").filter(has_text=name)


def test_one_recording_is_read_played_corrected_and_asked_about(page: Page) -> None:
    analyse(page, [real_file(ONE)])
    expect(page.locator(".batch .badge.done")).to_be_visible(timeout=WITHIN_MS)
    page.locator(".batch .open").first.click()
    passages = page.locator(".passage")
    expect(passages.first).to_be_visible(timeout=WITHIN_MS)
    expect(page.get_by_text("not a diagnosis").first).to_be_visible()

    expect(page.get_by_role("button", name="Play", exact=True).first).to_be_enabled(timeout=WITHIN_MS)
    passages.first.locator(".at").click()
    expect(page.locator(".passage.now")).to_have_count(1, timeout=WITHIN_MS)
    page.locator(".chip").first.click()
    proof = page.locator("dialog[open]")
    expect(proof).to_contain_text("The offline engine names no tone")
    proof.locator("select").first.select_option("tense")
    proof.get_by_role("button", name="Keep the correction").click()
    expect(proof.get_by_text("Kept ")).to_be_visible(timeout=WITHIN_MS)
    page.reload()
    settled(page)
    expect(page.locator(".passage").first).to_contain_text("tense", timeout=WITHIN_MS)
    expect(page.locator(".passage").first).to_contain_text("corrected")

    page.get_by_role("tab", name="Ask").click()
    page.get_by_label("Your question").fill("What is said about printing?")
    page.get_by_role("button", name=re.compile("^Ask ·")).click()
    expect(page.locator(".cites:visible").first).to_be_visible(timeout=WITHIN_MS)


def test_what_is_said_into_the_microphone_is_kept_and_read(page: Page) -> None:
    page.get_by_role("button", name="Record something").click()
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button", name="Record").click()
    expect(recorder.get_by_test_id("stAudioInputWaveformTimeCode")).to_have_text(re.compile("00:0[4-9]"))
    recorder.get_by_role("button", name="Stop recording").click()

    press_analyse(page)
    expect(page.locator(".batch .badge.done")).to_be_visible(timeout=WITHIN_MS)
    row(page, "Recorded ").locator(".open").click()
    expect(page.locator(".passage").first).to_contain_text("weather", timeout=WITHIN_MS)
    expect(page.locator(".chip").first).to_be_visible()


def test_of_twelve_files_ten_are_read_and_two_say_what_is_wrong_with_them(page: Page) -> None:
    analyse(page, [real_file(name) for name in (*GOOD, *BROKEN)])
    expect(page.locator(".batch .badge.done")).to_have_count(len(GOOD), timeout=WITHIN_MS)
    for name in BROKEN:
        expect(row(page, Path(name).name)).to_contain_text(re.compile("No sound could be read|lasts only"))
    spoken = row(page, Path(GOOD[0]).name)
    spoken.locator(".open").click()
    expect(page.locator(".passage").first).to_contain_text("weather", timeout=WITHIN_MS)
