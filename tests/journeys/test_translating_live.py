"""Live translation in a real browser: somebody asks in English, German is heard, and both are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import choose, chromium, settled
from listening import downloads, entries, microphone_file, rows
from playwright.sync_api import Browser, Page, WebSocket, expect
from real import real_file

from audiokit.audio.decode import decode
from audiokit.audio.measuring.quality import measure

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SPEECH = (
    "speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
WITHIN_MS = 60_000


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears a question, and then nothing for as long as a translation may take."""
    folder = tmp_path_factory.mktemp("microphone")
    with chromium(microphone=microphone_file(real_file(SPEECH), folder, lead_s=0.8, tail_s=20.0)) as browser:
        yield browser


@pytest.fixture
def page(speaking: Browser, desk: tuple[str, Path]) -> Iterator[Page]:
    context = speaking.new_context(permissions=["microphone"], viewport={"width": 1280, "height": 1200})
    page = context.new_page()
    page.goto(f"{desk[0]}/?way=live")
    settled(page)
    yield page
    context.close()


def played_ms(page: Page) -> list[int]:
    """Return a list that grows with what the browser's audio thread reports to have played, in milliseconds."""
    found = list[int]()

    def sent(frame: str | bytes) -> None:
        message: dict[str, Any] = json.loads(frame) if isinstance(frame, str) and frame.startswith("{") else {}
        if message.get("type") == "played" and message.get("item"):
            found.append(message["ms"])

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", sent)

    page.on("websocket", opened)
    return found


def test_english_speech_is_heard_in_german_and_both_sides_are_kept(page: Page, desk: tuple[str, Path]) -> None:
    choose(page, "What for", "Live translation")
    choose(page, "The other language", "German")
    expect(page.get_by_text("word by word").first).to_be_visible()
    heard, live = played_ms(page), page.get_by_role("group", name="Live talk")

    live.get_by_role("button", name="Start talking").click()
    expect(live.get_by_label("What is said")).to_contain_text("weather", timeout=WITHIN_MS)
    expect(live.get_by_label("What is said")).to_contain_text("wie ist das Wetter", timeout=WITHIN_MS)
    expect(live.get_by_role("status")).to_have_text("Speaking", timeout=WITHIN_MS)
    expect(live.get_by_role("status")).to_have_text("Listening", timeout=WITHIN_MS)
    assert max(heard) > 800  # a second and a half, of which the loudspeaker's own buffer may still hold some
    live.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("weather", re.IGNORECASE))).to_be_visible(timeout=WITHIN_MS)
    settled(page)
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer).to_contain_text("wie ist das Wetter", timeout=WITHIN_MS)  # the player writes them, once it is there

    said, translated = rows(desk[1], "SELECT * FROM turn ORDER BY position")[:2]
    assert (said["speaker"], said["words"], translated["speaker"]) == ("person", "what's the weather like", "model")
    assert translated["words"] == "wie ist das Wetter"
    assert said["duration_s"] > 1.5
    for sound in downloads(page, n_sounds=2):
        assert measure(decode(sound)).rms_dbfs > -40
    spent = [row for row in entries(desk[1]) if row["turn_id"] == said["id"]]
    assert {row["kind"] for row in spent} == {"live", "transcribe"}
    assert {(row["model_used"], row["cost_nanousd"]) for row in spent} == {("audiokit-offline", 0)}
