"""The measuring of a room in a real browser, with a microphone that hears quiet noise, speech, or nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from browser import chromium, served, settled
from clips import Samples, noise, silence
from playwright.sync_api import Page, expect
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_pcm16, to_wav
from audiokit.errors import InputError
from audiokit.ui.calibration import delivered

APP = Path(__file__).with_name("app_level.py")
MICROPHONE_HZ = 48_000
REFUSES = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{}'));"
OBSTACLES = [
    (REFUSES.format("NotAllowedError"), "The microphone is blocked for this page."),
    (REFUSES.format("NotFoundError"), "No microphone was found."),
    (REFUSES.format("NotReadableError"), "Another program is using the microphone."),
    (REFUSES.format("AbortError"), "The room could not be recorded in this browser."),
    ("Object.defineProperty(window, 'isSecureContext', { value: false });", "This address is not secure"),
    ("delete BaseAudioContext.prototype.audioWorklet;", "The room could not be recorded in this browser."),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(APP) as running:
        yield running


@contextmanager
def microphone(address: str, heard: Samples, folder: Path) -> Iterator[Page]:
    """Open the page in a browser whose microphone hears that, over and over; what goes wrong in it is told."""
    file = folder / "microphone.wav"
    file.write_bytes(to_wav(Clip(heard, MICROPHONE_HZ)))
    with chromium(microphone=file) as browser:
        page = browser.new_context(permissions=["microphone"], viewport={"width": 390, "height": 844}).new_page()
        raised: list[str] = []
        page.on("pageerror", lambda error: raised.append(str(error)))
        page.goto(address)
        settled(page)
        yield page
        assert raised == []


def measure(page: Page) -> None:
    page.get_by_role("button", name="Measure my room (3 s)").click()


@pytest.mark.browser
def test_three_seconds_of_a_quiet_room_are_measured(address: str, tmp_path: Path) -> None:
    with microphone(address, noise(seconds=5, rate=MICROPHONE_HZ, rms=0.003), tmp_path) as page:
        measure(page)
        group = page.get_by_role("group", name="Measure my room")
        expect(group.get_by_role("status")).to_have_text("Be quiet for three seconds…")
        expect(group.locator(".bar")).to_be_visible()
        page.wait_for_function("""() => {
            const find = (node) => [...node.querySelectorAll("*")].reduce((found, each) => found
                ?? (each.matches(".calibration") ? each : each.shadowRoot && find(each.shadowRoot)), null);
            return Number(find(document)?.style.getPropertyValue("--loud")) > 0.1;
        }""")
        expect(group.locator(".count")).to_have_text("1")

        expect(page.get_by_text("3.0 s at")).to_be_visible()
        expect(group.get_by_role("status")).to_contain_text("Your room is at \N{MINUS SIGN}")
        expect(page.get_by_text("room at \N{MINUS SIGN}").first).to_be_visible()
        expect(page.get_by_role("button", name="Measure my room (3 s)")).to_be_enabled()
        assert page.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_somebody_who_speaks_is_asked_to_be_quiet_and_can_measure_again(address: str, tmp_path: Path) -> None:
    speaking = talk([(0.5, 1.5), (2.5, 3.5)], seconds=4, rate=MICROPHONE_HZ)
    with microphone(address, speaking, tmp_path) as page:
        measure(page)
        expect(page.get_by_text("Be quiet for three seconds, and measure again.")).to_be_visible()
        measure(page)
        expect(page.get_by_text("Be quiet for three seconds…")).to_be_visible()


@pytest.mark.browser
def test_a_muted_microphone_is_told_of(address: str, tmp_path: Path) -> None:
    with microphone(address, silence(seconds=4, rate=MICROPHONE_HZ), tmp_path) as page:
        measure(page)
        expect(page.get_by_text("The microphone gives no sound at all")).to_be_visible()


@pytest.mark.browser
def test_what_stands_in_the_way_is_said_in_words(address: str, tmp_path: Path) -> None:
    with microphone(address, noise(rate=MICROPHONE_HZ), tmp_path) as page:
        for obstacle, sentence in OBSTACLES:
            page.reload()
            settled(page)
            page.evaluate(f"() => {{ {obstacle} }}")
            measure(page)

            expect(page.get_by_text(sentence)).to_be_visible()
            expect(page.get_by_role("button", name="Measure my room (3 s)")).to_be_enabled()
            expect(page.get_by_text("not measured")).to_be_visible()


def sent(samples: Samples, rate_hz: int = 48_000) -> dict[str, object]:
    return {"rate_hz": rate_hz, "pcm16": base64.b64encode(to_pcm16(Clip(samples, rate_hz))).decode()}


def test_what_a_browser_recorded_arrives_as_it_was() -> None:
    samples = noise(seconds=3, rate=48_000)

    clip = delivered(sent(samples))

    assert clip.sample_rate_hz == 48_000
    np.testing.assert_allclose(clip.samples, samples, atol=1 / 32_768)


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"rate_hz": 48_000},
        {"rate_hz": "fast", "pcm16": ""},
        {"rate_hz": 0, "pcm16": "AAAA"},
        {"rate_hz": 48_000, "pcm16": "no base64!"},
        {"rate_hz": 48_000, "pcm16": "ä"},
        {"rate_hz": 8_000, "pcm16": "A" * 8 * 80_000},
    ],
)
def test_what_is_no_recording_is_refused(nonsense: dict[str, object]) -> None:
    with pytest.raises(InputError, match="sent no recording of the room"):
        delivered(nonsense)
