"""Whatever a person, a browser or a network gets wrong is said in a sentence, and nothing is lost."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from browser import served, settled
from clips import noise, silence
from listening import entries
from playwright.sync_api import Browser, FilePayload, Page, expect

from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import to_wav

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = Path(__file__).resolve().parents[2] / "app.py"
SAID_WITHIN_MS = 60_000


def speech_like(*, seconds: float = 2.0) -> Clip:
    """Bursts of noise, as loud and as long as syllables, that pass for speech at the door."""
    syllable = np.concatenate([noise(seconds=0.18, rms=0.1), silence(seconds=0.12)])
    return Clip(np.concatenate([syllable] * round(seconds / 0.3)), 24_000)


def opened(browser: Browser, address: str, *, permissions: list[str] | None = None) -> Page:
    page = browser.new_context(permissions=permissions or [], viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    settled(page)
    return page


def upload(page: Page, name: str, data: bytes) -> None:
    page.get_by_role("button", name=re.compile("Upload")).first.click()
    chosen = FilePayload(name=name, mimeType="audio/wav", buffer=data)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(chosen)


def sentence(page: Page, words: str) -> None:
    expect(page.get_by_test_id("stAlertContainer").filter(has_text=re.compile(words))).to_be_visible(
        timeout=SAID_WITHIN_MS
    )


def test_a_pdf_called_wav_is_refused_by_its_content(browser: Browser, desk: tuple[str, Path]) -> None:
    page = opened(browser, desk[0])
    upload(page, "speech.wav", b"%PDF-1.7\n" + b"not sound " * 200)
    sentence(page, "not sound that audiokit can read.*PDF")


def test_an_empty_file_is_refused(browser: Browser, desk: tuple[str, Path]) -> None:
    page = opened(browser, desk[0])
    upload(page, "empty.wav", b"")
    sentence(page, "empty")


def test_an_mp3_called_wav_is_taken_for_what_it_is(browser: Browser, desk: tuple[str, Path]) -> None:
    page = opened(browser, desk[0])
    upload(page, "speech.wav", encode(speech_like(), SoundFormat.MP3))
    expect(page.get_by_role("button", name=re.compile("Send · free"))).to_be_visible(timeout=SAID_WITHIN_MS)


def test_silence_is_kept_and_not_sent(browser: Browser, desk: tuple[str, Path]) -> None:
    page = opened(browser, desk[0])
    before = len(entries(desk[1]))
    upload(page, "quiet.wav", to_wav(Clip(silence(seconds=3), 24_000)))
    sentence(page, "Nothing was heard.*nothing was sent")
    expect(page.get_by_role("group", name="Your turn 1")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Send ·"))).to_have_count(0)
    assert len(entries(desk[1])) == before


def test_a_recording_is_opened_while_its_batch_waits_for_a_worker(browser: Browser, desk: tuple[str, Path]) -> None:
    page = opened(browser, f"{desk[0]}/sentiment_analysis?batch=new")
    take = FilePayload(name="speech.wav", mimeType="audio/wav", buffer=to_wav(speech_like()))
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(take)
    page.get_by_role("button", name=re.compile("^Analyse · free")).click(timeout=SAID_WITHIN_MS)
    expect(page.get_by_text("Waiting for a free place")).to_be_visible(timeout=SAID_WITHIN_MS)
    page.locator(".batch .open").click()
    expect(page.get_by_role("button", name="All recordings of this batch")).to_be_visible(timeout=SAID_WITHIN_MS)
    expect(page.get_by_role("button", name="Play")).to_be_enabled()


def test_twenty_one_megabytes_are_made_smaller_and_taken(browser: Browser, desk: tuple[str, Path]) -> None:
    page = opened(browser, desk[0])
    long = to_wav(speech_like(seconds=438))
    assert len(long) > 21_000_000
    upload(page, "long.wav", long)
    expect(page.get_by_role("button", name=re.compile("Send · free"))).to_be_visible(timeout=SAID_WITHIN_MS)


def test_more_than_the_browser_may_upload_is_said_before_it_is_sent(browser: Browser, desk: tuple[str, Path]) -> None:
    page = opened(browser, desk[0])
    page.get_by_role("button", name=re.compile("Upload")).first.click()
    expect(page.get_by_text(re.compile("200MB per file"))).to_be_visible()


def test_no_microphone_is_said_before_anyone_records(browser: Browser, desk: tuple[str, Path]) -> None:
    page = browser.new_context().new_page()
    page.add_init_script("navigator.mediaDevices.enumerateDevices = async () => []")
    page.goto(desk[0])
    settled(page)
    expect(page.get_by_text(re.compile("No microphone was found.*type, or upload"))).to_be_visible()


def test_a_blocked_microphone_is_said_with_where_to_allow_it(browser: Browser, desk: tuple[str, Path]) -> None:
    page = browser.new_context().new_page()
    devtools = page.context.new_cdp_session(page)
    profile = devtools.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    blocked = {"permission": {"name": "microphone"}, "setting": "denied", "browserContextId": profile}
    devtools.send("Browser.setPermission", {**blocked, "origin": desk[0]})
    page.goto(desk[0])
    settled(page)
    expect(page.get_by_text(re.compile("blocked for this page.*allow the microphone"))).to_be_visible()


def test_an_unreachable_server_keeps_the_take_and_it_can_be_sent_again(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "AUDIOKIT_DATA_DIR": str(tmp_path / "data"),
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "OPENAI_API_KEY": "the-right-key",
        "AUDIOKIT_MAX_RETRIES": "0",
    }
    with served(APP, environment=environment) as address:
        page = opened(browser, address)
        upload(page, "speech.wav", to_wav(speech_like()))
        page.get_by_role("button", name=re.compile("Send ·")).click()
        sentence(page, "cannot be reached.*OPENAI_BASE_URL")
        expect(page.get_by_role("group", name="Your turn 1")).to_be_visible()

        with offline_server(port, token="the-right-key"):
            page.get_by_role("button", name=re.compile("Send again ·")).click()
            expect(page.get_by_text(re.compile("first sound after"))).to_be_visible(timeout=SAID_WITHIN_MS)
            for _ in range(600):
                if len(entries(tmp_path / "data")) == 4:
                    break
                page.wait_for_timeout(100)  # what was said is written down beside; there is nothing to wait on but time

    outcomes = [(row["kind"], row["outcome"]) for row in entries(tmp_path / "data")]
    assert sorted(outcomes) == [
        ("converse", "answered"),
        ("converse", "refused"),
        ("transcribe", "answered"),
        ("transcribe", "refused"),
    ]


def test_a_wrong_key_is_said_to_be_wrong_and_is_never_shown(browser: Browser, tmp_path: Path) -> None:
    port, wrong = free_port(), "sk-wrong-key-123456"
    environment = {
        "AUDIOKIT_DATA_DIR": str(tmp_path / "data"),
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "OPENAI_API_KEY": wrong,
    }
    log = tmp_path / "app.log"
    with offline_server(port, token="another"), served(APP, environment=environment, log=log) as address:
        page = opened(browser, address)
        page.get_by_test_id("stBaseButton-secondary").filter(has_text="What can you do?").click()
        sentence(page, "does not accept the key.*OPENAI_API_KEY")
        expect(page.get_by_role("button", name=re.compile("Send again"))).to_be_visible()
        assert wrong not in page.content()
    assert wrong not in log.read_text()


@contextmanager
def offline_server(port: int, *, token: str) -> Iterator[None]:
    """Run ``audiokit offline serve``, as anybody may."""
    command = [sys.executable, "-m", "audiokit.cli.main", "offline", "serve", "--port", str(port), "--token", token]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)  # another process starts; there is nothing to wait on but time
        yield
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
