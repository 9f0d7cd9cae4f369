"""Live talk over WebRTC: the browser's end without a network, and the whole of it in Chromium."""

from __future__ import annotations

import asyncio
import fractions
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from browser import chromium, served, settled
from live_source import tone
from playwright.sync_api import FrameLocator, Page, expect
from streamlit.testing.v1 import AppTest
from test_live_talk import OVERHEARD, counts, post, until

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.converse.live.seam import BYTES_PER_MS, Played
from audiokit.ui.live_webrtc_approach import Approach
from audiokit.ui.live_webrtc_browser import LiveLine, LiveView, WebRtcBrowser

APP = Path(__file__).with_name("app_live_webrtc.py")
MICROPHONE_HZ = 48_000


class Track:
    """What streamlit-webrtc's source is to us."""

    def __init__(self) -> None:
        self.pushed = bytearray()
        self.n_clears = 0
        self.moved = asyncio.Event()

    def push(self, pcm: bytes) -> None:
        self.pushed += pcm
        self.moved.set()

    async def holds(self, n_ms: int) -> None:
        while len(self.pushed) < n_ms * BYTES_PER_MS:
            self.moved.clear()
            await self.moved.wait()

    def clear(self) -> None:
        self.n_clears += 1


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def on_a_loop(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def frame_of(samples: np.ndarray, layout: str = "stereo", rate_hz: int = 48_000) -> av.AudioFrame:
    packed = np.repeat(samples, 2 if layout == "stereo" else 1).astype(np.int16)[None, :]
    frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
    frame.sample_rate, frame.time_base = rate_hz, fractions.Fraction(1, rate_hz)
    return frame


async def taken(browser: WebRtcBrowser, kind: type) -> list[Any]:
    browser.leave()
    return [message async for message in browser.incoming() if isinstance(message, kind)]


def test_stereo_at_48_khz_is_heard_as_mono_at_24_khz() -> None:
    async def hear() -> None:
        browser = WebRtcBrowser(Track())
        instants = np.arange(48_000) / 48_000
        sine = 12_000 * np.sin(2 * np.pi * 1000 * instants)
        for start in range(0, 48_000, 960):
            browser.hear(frame_of(sine[start : start + 960]))

        heard = np.frombuffer(b"".join(await taken(browser, bytes)), "<i2").astype(float)
        assert len(heard) == pytest.approx(24_000, abs=1500)  # the filter keeps its last part
        middle = heard[2000:20_000]
        assert np.sqrt((middle**2).mean()) == pytest.approx(12_000 / np.sqrt(2), rel=0.01)
        assert np.abs(np.fft.rfft(middle)).argmax() * 24_000 / len(middle) == pytest.approx(1000, abs=2)

    on_a_loop(hear())


def test_the_track_is_fed_no_further_ahead_than_it_must_be() -> None:
    async def speak() -> None:
        track, clock = Track(), Clock()
        browser = WebRtcBrowser(track, clock)
        feeding = asyncio.create_task(browser.feed())
        await browser.send_sound("a", tone(1.0))
        for _ in range(100):
            await asyncio.sleep(0)
        feeding.cancel()

        assert 60 <= len(track.pushed) / BYTES_PER_MS <= 80
        assert bytes(track.pushed) == tone(1.0)[: len(track.pushed)]

    on_a_loop(speak())


def test_a_clear_forgets_what_waits_and_tells_what_was_played() -> None:
    async def interrupt() -> None:
        track, clock = Track(), Clock()
        browser = WebRtcBrowser(track, clock)
        feeding = asyncio.create_task(browser.feed())
        await browser.send_sound("a", tone(1.0))
        await track.holds(60)
        clock.now_s += 0.05
        heard = await browser.clear()
        fed_ms = len(track.pushed) // BYTES_PER_MS
        await browser.send_sound("b", tone(0.02))
        await track.holds(fed_ms + 20)
        feeding.cancel()

        assert track.n_clears == 1
        assert heard == Played("a", 50)
        played: list[Mapping[str, Any]] = await taken(browser, dict)
        assert played[-1] == {"type": "played", "item": "b", "ms": 20}

    on_a_loop(interrupt())


def test_whoever_waits_to_send_is_let_go_when_the_person_goes() -> None:
    async def leave() -> None:
        browser = WebRtcBrowser(Track())
        sending = asyncio.create_task(browser.send_sound("a", tone(10)))
        await asyncio.sleep(0)
        assert not sending.done()
        browser.leave()
        await sending

    on_a_loop(leave())


def test_what_the_page_shows_follows_what_is_told() -> None:
    view = LiveView()
    messages: list[Mapping[str, Any]] = [
        {"type": "state", "state": "listening"},
        {"type": "words", "who": "person", "item": "a", "text": "Is", "final": False},
        {"type": "words", "who": "person", "item": "a", "text": " ther", "final": False},
        {"type": "words", "who": "model", "item": "a", "text": "Yes.", "final": True},
        {"type": "words", "who": "person", "item": "a", "text": "Is there?", "final": True},
        {"type": "words", "who": "model", "item": "a", "text": "", "final": True},
        {"type": "tool", "name": "clock", "failed": None},
        {"type": "tool", "name": "clock", "failed": False},
        {"type": "cost", "nanousd": 5, "per_minute_nanousd": None},
        {"type": "cost", "nanousd": None, "per_minute_nanousd": None},
        {"type": "trouble", "sentence": "No more.", "fatal": True},
        {"type": "latency", "ms": 3},
    ]
    for message in messages:
        view = view.after(message)

    lines = (
        LiveLine("person", "a", "Is there?"),
        LiveLine("model", "a", "Yes."),
        LiveLine("tool", "clock", "clock: done"),
    )
    assert view == LiveView(state="listening", lines=lines, cost_nanousd=5, sentence="No more.", is_fatal=True)


def test_who_finds_nobody_is_told_after_a_while_and_it_is_given_up() -> None:
    approach = Approach(patience_s=8.0)
    told = []
    for now, is_calling in ((100.0, True), (107.0, True), (109.0, True), (121.0, True), (121.5, False), (200.0, False)):
        approach.see(is_calling=is_calling, is_playing=False, now=now)
        told.append((approach.is_under_way, approach.is_blocked(now), approach.is_hopeless(now)))

    assert told == [
        (True, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
        (False, True, False),  # what was told stays
        (False, True, False),
    ]
    approach.see(is_calling=True, is_playing=False, now=201.0)
    assert not approach.is_blocked(201.0)
    assert approach.is_blocked(210.0)
    approach.see(is_calling=False, is_playing=True, now=210.5)  # late, but it got through
    assert not approach.is_blocked(300.0)


def test_who_thinks_better_of_it_is_told_nothing() -> None:
    approach = Approach(patience_s=8.0)
    approach.see(is_calling=True, is_playing=False, now=100.0)
    approach.see(is_calling=False, is_playing=False, now=103.0)

    assert not approach.is_blocked(200.0)


def test_without_the_package_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def script() -> None:
        from audiokit.ui.live_webrtc import live_webrtc  # noqa: PLC0415 - Streamlit runs this function as a page

        live_webrtc(key="live", open_live=lambda: None, seat=lambda: None)  # type: ignore[arg-type,return-value]

    monkeypatch.setitem(sys.modules, "streamlit_webrtc", None)
    shown = AppTest.from_function(script).run()

    assert not shown.exception
    assert "pip install 'audiokit[webrtc]'" in shown.info[0].value


def start(page: Page, component: FrameLocator, holds: Callable[[], bool]) -> None:
    """Press "Start talking" as a person does: again, if it is offered again before it has come to what is awaited.

    Where a busy Chromium finds no way to the server at the first attempt, streamlit-webrtc gives the button back.
    """
    button = component.get_by_role("button", name="Start talking")
    for _ in range(60):
        if holds():
            return
        if button.is_visible() and button.is_enabled():
            button.click()
            with suppress(AssertionError):  # unseen where it was given back at once
                expect(button).to_be_hidden(timeout=5_000)
        page.wait_for_timeout(500)
    raise AssertionError("it did not come to that")


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_over_webrtc_what_is_spoken_comes_back_and_the_end_is_told(tmp_path: Path) -> None:
    pytest.importorskip("streamlit_webrtc")
    instants = np.arange(2 * MICROPHONE_HZ) / MICROPHONE_HZ
    speech = 0.4 * np.sin(2 * np.pi * 500 * instants) * (instants % 0.5 < 0.25)
    file = tmp_path / "speech.wav"
    file.write_bytes(to_wav(Clip(speech.astype(np.float32)[:, None], MICROPHONE_HZ)))
    with chromium(microphone=file) as browser, served(APP) as address:
        page = browser.new_context(permissions=["microphone"]).new_page()
        page.add_init_script(OVERHEARD)
        page.goto(address)
        settled(page)
        component = page.frame_locator("iframe")
        post(address, "sit", {"conversation": "c1", "window": "two"})
        start(page, component, page.get_by_text("live in another window").is_visible)
        post(address, "stand")
        start(page, component, page.get_by_text("Listening").is_visible)
        until(page, lambda: counts(address)["sound_bytes"] > 48_000)
        until(page, lambda: any(message["type"] == "played" for message in counts(address)["messages"]))
        [frame] = [frame for frame in page.frames if frame != page.main_frame]
        frame.wait_for_function(
            """async () => {
                const element = document.querySelector("audio, video");
                const context = (window.__context ??= new AudioContext());
                window.__meter ??= (() => {
                    const meter = new AnalyserNode(context);
                    context.createMediaStreamSource(element.srcObject).connect(meter);
                    return meter;
                })();
                return window.__loudness() > 0.01;
            }""",
        )
        post(address, "send", [{"type": "words", "who": "model", "item": "a", "text": "Hello.", "final": True}])
        expect(page.get_by_text("Hello.")).to_be_visible()

        component.get_by_role("button", name="End").click()
        expect(page.get_by_text("ended 2; over")).to_be_visible()
        until(page, lambda: (counts(address)["running"], counts(address)["live_tasks"]) == (0, 0))

        start(page, component, lambda: counts(address)["running"] == 1)
        post(address, "end")  # this time, the other side hangs up
        expect(page.get_by_text("ended 3")).to_be_visible()
        expect(component.get_by_role("button", name="Start talking")).to_be_visible()
        until(page, lambda: counts(address)["running"] == 0)


@pytest.mark.browser
def test_where_udp_is_blocked_the_person_is_told_what_to_do_and_gets_the_button_back() -> None:
    pytest.importorskip("streamlit_webrtc")
    blocked = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
    with chromium(arguments=[blocked]) as browser, served(APP) as address:
        page = browser.new_context(permissions=["microphone"]).new_page()
        page.goto(f"{address}/?patience=2")
        settled(page)
        component = page.frame_locator("iframe")
        component.get_by_role("button", name="Start talking").click()
        expect(page.get_by_text("Connecting…")).to_be_visible()
        expect(component.get_by_role("button", name="End")).to_be_visible()

        expect(page.get_by_role("alert")).to_contain_text("record a turn instead")
        expect(component.get_by_role("button", name="Start talking")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("blocks WebRTC (UDP)")
        expect(page.get_by_text("Connecting…")).to_be_hidden()
        until(page, lambda: (counts(address)["running"], counts(address)["live_tasks"]) == (0, 0))
