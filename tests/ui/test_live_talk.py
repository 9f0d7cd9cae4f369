"""Live talk in a real browser with a microphone that beeps: what a person hears, sees and presses."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import chromium, served, settled
from live_source import NO_MONEY
from playwright.sync_api import BrowserContext, Locator, Page, expect

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.ui.live import LiveResult, _result

APP = Path(__file__).with_name("app_live.py")
MICROPHONE_HZ = 48_000
BEEP_HZ = 1000.0
QUIET = 1e-4

# What goes to the loudspeaker can be measured here too; and every WebSocket can be found again.
OVERHEARD = """
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (target, ...rest) {
        if (target instanceof AudioDestinationNode && this.numberOfInputs === 0) {
            const meter = (window.__meter = new AnalyserNode(this.context, { fftSize: 1024 }));
            connect.call(this, meter);
        }
        return connect.call(this, target, ...rest);
    };
    window.__loudness = () => {
        const samples = new Float32Array(1024);
        window.__meter.getFloatTimeDomainData(samples);
        return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    };
    window.__sockets = [];
    window.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); window.__sockets.push(this); }
    };
    const asked = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
    if (asked) navigator.mediaDevices.getUserMedia = async ({ audio }) => {
        window.__asked = audio;
        const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
        return (window.__stream = await asked({ audio: { ...audio, ...plain } })); // a beep is no speech
    };
"""
ONLY_ITS_OWN_RATE = """
    const create = AudioContext.prototype.createMediaStreamSource;
    AudioContext.prototype.createMediaStreamSource = function (stream) {
        if (this.sampleRate === 24000) throw new DOMException("another rate", "NotSupportedError");
        return create.call(this, stream);
    };
"""
REFUSES = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{}'));"
OBSTACLES = [
    (REFUSES.format("NotAllowedError"), "The microphone is blocked for this page."),
    (REFUSES.format("NotFoundError"), "No microphone was found."),
    (REFUSES.format("NotReadableError"), "Another program is using the microphone."),
    ("Object.defineProperty(window, 'isSecureContext', { value: false });", "This address is not secure"),
    ("delete window.AudioWorkletNode;", "Use Converse instead: the conversation still works."),
    (
        """window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006, reason: "" })); }
        close() {} }; window.WebSocket.OPEN = 1;""",
        "Use Converse instead: the conversation still works.",
    ),
]


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Give a browser whose microphone hears a tenth of a second of beep in every half."""
    instants = np.arange(2 * MICROPHONE_HZ) / MICROPHONE_HZ
    beeps = 0.4 * np.sin(2 * np.pi * BEEP_HZ * instants) * (instants % 0.5 < 0.1)
    file = tmp_path_factory.mktemp("microphone") / "beeps.wav"
    file.write_bytes(to_wav(Clip(beeps.astype(np.float32)[:, None], MICROPHONE_HZ)))
    with chromium(microphone=file) as browser:
        context = browser.new_context(permissions=["microphone"], viewport={"width": 390, "height": 844})
        context.add_init_script(OVERHEARD)
        yield context
        context.close()


@pytest.fixture(scope="module")
def address(window: BrowserContext) -> Iterator[str]:  # noqa: ARG001 - without a browser, no server is started
    with served(APP) as running:
        yield running


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    page = window.new_page()
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    yield page
    page.close()
    assert raised == []


def opened(page: Page, address: str, query: str = "") -> Locator:
    page.goto(f"{address}/?{query}")
    settled(page)
    return page.get_by_role("group", name="Live talk")


def begin(page: Page, address: str, query: str = "") -> Locator:
    talk = opened(page, address, query)
    talk.get_by_role("button", name="Start talking").click()
    return talk


def listening(page: Page, address: str, query: str = "mode=quiet") -> Locator:
    talk = begin(page, address, query)
    expect(talk.get_by_role("status")).to_have_text("Listening")
    return talk


def counts(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/api/try/counts") as answer:  # noqa: S310 - loopback
        return dict(json.load(answer))


def told(address: str, kind: str) -> list[dict[str, Any]]:
    return [message for message in counts(address)["messages"] if message["type"] == kind]


def last_played(address: str) -> dict[str, Any]:
    return (told(address, "played") or [{"ms": 0}])[-1]


def post(address: str, path: str, messages: object = ()) -> dict[str, Any]:
    body = json.dumps(messages).encode()
    request = urllib.request.Request(f"{address}/api/try/{path}", body, method="POST")  # noqa: S310 - loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - the same
        return dict(json.load(answer))


def until(page: Page, holds: Any) -> None:
    for _ in range(1_200):
        if holds():
            return
        page.wait_for_timeout(25)  # the far end is in another process; there is nothing to wait on but time
    raise AssertionError("it did not come to that")


def loud(page: Page) -> None:
    page.wait_for_function("() => window.__meter && window.__loudness() > 0.01")


def heard_hz(address: str) -> float:
    """Return the pitch of what the server heard last."""
    with urllib.request.urlopen(f"{address}/api/try/heard") as answer:  # noqa: S310 - loopback
        samples = np.frombuffer(answer.read(), "<i2").astype(float)
    assert np.abs(samples).max() > 3000
    return float(np.abs(np.fft.rfft(samples)).argmax() * 24_000 / len(samples))


@pytest.mark.browser
def test_what_is_spoken_comes_back_and_what_was_heard_is_told(page: Page, address: str) -> None:
    talk = begin(page, address, "mode=echo")
    loud(page)
    expect(talk.get_by_role("status")).to_have_text("Speaking")
    until(page, lambda: len(told(address, "played")) > 8)

    played = [message["ms"] for message in told(address, "played")]
    assert played == sorted(played)
    assert {message["item"] for message in told(address, "played")} == {"echo"}
    assert heard_hz(address) == pytest.approx(BEEP_HZ, abs=3)
    asked = page.evaluate("() => window.__asked")
    assert (asked["echoCancellation"], asked["noiseSuppression"], asked["autoGainControl"]) == (True, True, True)
    assert page.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_a_clear_silences_at_once_and_tells_what_was_heard(page: Page, address: str) -> None:
    listening(page, address)
    post(address, "speak/long/20")
    loud(page)
    until(page, lambda: last_played(address)["ms"] > 300)

    before = last_played(address)["ms"]
    heard = post(address, "clear")
    page.wait_for_function(f"() => window.__loudness() < {QUIET}", timeout=5_000)  # of twenty seconds

    assert heard["item"] == "long"
    assert before <= heard["ms"] < before + 5_000
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.__loudness()") < QUIET
    until(page, lambda: last_played(address) == {"type": "played", "item": "long", "ms": heard["ms"]})


@pytest.mark.browser
def test_after_a_clear_the_next_item_counts_from_its_own_beginning(page: Page, address: str) -> None:
    listening(page, address)
    post(address, "speak/first/20")
    loud(page)
    post(address, "clear")
    post(address, "speak/second/0.5")
    until(page, lambda: last_played(address) == {"type": "played", "item": "second", "ms": 500})


@pytest.mark.browser
def test_muted_nothing_is_sent(page: Page, address: str) -> None:
    talk = listening(page, address)
    until(page, lambda: counts(address)["sound_bytes"] > 0)
    page.keyboard.press("m")
    expect(talk.get_by_role("status")).to_have_text("Muted")
    until(page, lambda: told(address, "mute") == [{"type": "mute", "on": True}])

    before = counts(address)["sound_bytes"]
    page.wait_for_timeout(400)
    assert counts(address)["sound_bytes"] == before
    assert page.evaluate("() => window.__stream.getAudioTracks()[0].enabled") is False

    talk.get_by_role("button", name="Unmute").click()
    until(page, lambda: counts(address)["sound_bytes"] > before)


@pytest.mark.browser
def test_held_to_talk_only_what_is_said_meanwhile_is_sent(page: Page, address: str) -> None:
    talk = begin(page, address, "mode=quiet&hold")
    expect(talk.get_by_role("status")).to_have_text("Your turn")
    page.wait_for_timeout(200)
    assert counts(address)["sound_bytes"] == 0

    page.keyboard.down(" ")
    expect(talk.get_by_role("status")).to_have_text("Listening")
    page.wait_for_timeout(500)
    page.keyboard.up(" ")
    expect(talk.get_by_role("status")).to_have_text("Your turn")
    until(page, lambda: [message["type"] for message in counts(address)["messages"]] == ["start", "stop"])
    held_ms = counts(address)["sound_bytes"] / 48
    assert 300 < held_ms < 5_000
    page.wait_for_timeout(200)
    assert counts(address)["sound_bytes"] / 48 == held_ms

    orb = talk.get_by_role("button", name="Hold to speak")
    orb.click()  # too short to be held: it stays until the next
    expect(orb).to_have_attribute("aria-pressed", "true")
    orb.click()
    expect(orb).to_have_attribute("aria-pressed", "false")
    until(page, lambda: len(told(address, "stop")) == 2)


@pytest.mark.browser
def test_words_tools_and_money_are_shown_as_they_come(page: Page, address: str) -> None:
    talk = listening(page, address)
    spoken = {"type": "words", "who": "person", "item": "a"}
    post(
        address, "send", [spoken | {"text": "Is there", "final": False}, spoken | {"text": " a tabel", "final": False}]
    )
    line = talk.get_by_role("listitem").first
    expect(line).to_have_text("YouIs there a tabel")
    expect(line).not_to_have_attribute("data-final", "")
    post(address, "send", [spoken | {"text": "Is there a table?", "final": True}])
    expect(line).to_have_text("YouIs there a table?")
    expect(line).to_have_attribute("data-final", "")

    post(address, "send", [{"type": "tool", "name": "find_tables", "failed": None}])
    expect(talk.get_by_text("find tables: working…")).to_be_visible()
    post(
        address,
        "send",
        [
            {"type": "tool", "name": "find_tables", "failed": False},
            {"type": "words", "who": "model", "item": "b", "text": "Yes, two.", "final": True},
            {"type": "cost", "nanousd": 31_200_000, "per_minute_nanousd": None},
            {"type": "state", "state": "thinking"},
            {"type": "latency", "ms": 640, "parts": {"turn_detection": 320, "model": 320}},
            {"type": "trouble", "sentence": "Most of the budget is used.", "fatal": False},
        ],
    )
    expect(talk.get_by_text("find tables: done")).to_be_visible()
    expect(talk.get_by_role("listitem").last).to_have_text("MarinYes, two.")
    expect(talk.get_by_text("$0.031")).to_be_visible()
    expect(talk.get_by_text("unknown")).to_be_visible()
    expect(talk.get_by_role("status")).to_have_text("Thinking…")
    expect(talk.get_by_role("alert")).to_have_text("Most of the budget is used.")
    for words in ("Thank you.", "And a menu."):
        talk.get_by_role("textbox", name="Say it in writing").fill(words)
        talk.get_by_role("textbox", name="Say it in writing").press("Enter")
        post(address, "send", [{"type": "words", "who": "person", "item": "", "text": words, "final": True}])
    until(page, lambda: [message["words"] for message in told(address, "say")] == ["Thank you.", "And a menu."])
    expect(talk.get_by_role("listitem").last).to_have_text("YouAnd a menu.")
    expect(talk.get_by_text("Thank you.", exact=True)).to_be_visible()
    talk.get_by_text("Measurements").click()
    expect(talk.get_by_text("First sound after 0.64 s")).to_be_visible()
    with page.expect_download() as download:
        talk.get_by_role("button", name="Download the event log").click()
    log = [json.loads(line) for line in download.value.path().read_text("utf-8").splitlines()]
    assert any({"type": "tool", "name": "find_tables", "failed": False}.items() <= event.items() for event in log)
    assert (log[0]["side"], log[0]["event"]["type"]) == ("provider", "session.update"), "both sides, by time"
    assert {event["side"] for event in log[1:]} == {"browser"}


@pytest.mark.browser
def test_what_stands_in_the_way_is_said_in_words(page: Page, address: str) -> None:
    for obstacle, sentence in OBSTACLES:
        talk = opened(page, address)
        page.evaluate(f"() => {{ {obstacle} }}")
        talk.get_by_role("button", name="Start talking").click()
        expect(talk.get_by_role("alert")).to_contain_text(sentence)
        expect(talk.get_by_role("button", name="Start talking")).to_be_enabled()
        page.wait_for_function(
            "() => !window.__stream || window.__stream.getTracks().every(t => t.readyState === 'ended')"
        )


@pytest.mark.browser
def test_a_refusal_is_told_in_the_servers_own_words(page: Page, address: str) -> None:
    talk = begin(page, address, "conversation=gone")
    expect(talk.get_by_role("alert")).to_have_text("There is no such conversation. Choose another.")


@pytest.mark.browser
def test_a_line_that_falls_is_taken_up_again(page: Page, address: str) -> None:
    talk = listening(page, address)
    page.evaluate("() => window.__sockets.at(-1).close()")
    expect(talk.get_by_role("alert")).to_have_text("The connection was lost. Trying again…")
    expect(talk.get_by_role("status")).to_have_text("Listening")
    expect(talk.get_by_role("alert")).to_be_hidden()
    until(page, lambda: counts(address)["sound_bytes"] > 0)
    until(page, lambda: counts(address)["running"] == 1)


@pytest.mark.browser
def test_speech_that_the_network_has_no_room_for_is_told_once_it_has(page: Page, address: str) -> None:
    talk = listening(page, address)
    until(page, lambda: counts(address)["sound_bytes"] > 0)
    page.evaluate("() => Object.defineProperty(WebSocket.prototype, 'bufferedAmount', { value: 1e6, writable: true })")
    began_s = time.monotonic()
    page.wait_for_timeout(1_500)  # three beeps
    assert told(address, "dropped") == []
    page.evaluate("() => { WebSocket.prototype.bufferedAmount = 0; }")
    until(page, lambda: told(address, "dropped"))

    [lost] = told(address, "dropped")
    assert 80 <= lost["ms"] <= 0.7 * 1_000 * (time.monotonic() - began_s), "what was silent is not counted"
    talk.get_by_text("Measurements").click()
    expect(talk.get_by_text("the network was too slow")).to_be_visible()


@pytest.mark.browser
def test_a_second_window_is_told_of_the_first(page: Page, window: BrowserContext, address: str) -> None:
    listening(page, address)
    second = window.new_page()
    try:
        talk = begin(second, address, "mode=quiet")
        expect(talk.get_by_role("alert")).to_contain_text("live in another window")
    finally:
        second.close()
    assert counts(address)["running"] == 1


@pytest.mark.browser
def test_what_a_session_cannot_begin_for_is_said_whole_and_nothing_has_ended(page: Page, address: str) -> None:
    talk = begin(page, address, "mode=broke")
    expect(talk.get_by_role("alert")).to_have_text(NO_MONEY)
    expect(talk.get_by_role("button", name="Start talking")).to_be_enabled()
    expect(talk.get_by_text("Per minute")).to_be_hidden()
    expect(page.get_by_text("runs 1; ended 0")).to_be_visible()


@pytest.mark.browser
def test_the_end_is_told_to_the_page_once_and_lets_go_of_everything(page: Page, address: str) -> None:
    talk = listening(page, address)
    expect(page.get_by_text("runs 1; ended 0")).to_be_visible()
    talk.get_by_role("button", name="End", exact=True).click()

    expect(page.get_by_text("runs 2; ended 1; over")).to_be_visible()
    expect(talk.get_by_role("status")).to_have_text("Ended")
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("runs 3; ended 1; over")).to_be_visible()
    page.wait_for_function("() => window.__stream.getTracks().every(track => track.readyState === 'ended')")
    page.wait_for_function("() => window.__meter.context.state === 'closed'")
    until(page, lambda: counts(address)["running"] == 0)
    assert told(address, "bye") == [{"type": "bye"}]

    talk.get_by_role("button", name="Start again").click()
    expect(talk.get_by_role("status")).to_have_text("Listening")


@pytest.mark.browser
def test_reloading_leaves_no_socket_and_no_task(page: Page, address: str) -> None:
    begin(page, address, "mode=echo")
    loud(page)  # it listens and speaks by turns there, too briefly to be waited for
    threads = counts(address)["threads"]
    for _ in range(4):
        page.reload()
        settled(page)
        page.get_by_role("button", name="Start talking").click()
        loud(page)
        until(page, lambda: counts(address)["running"] == 1)
    page.goto("about:blank")
    until(page, lambda: (counts(address)["running"], counts(address)["live_tasks"]) == (0, 0))
    until(page, lambda: counts(address)["threads"] <= threads + 4)  # Streamlit's own: a pool that fills


@pytest.mark.browser
def test_the_microphone_that_was_chosen_is_chosen_again_if_it_is_there(page: Page, address: str) -> None:
    talk = listening(page, address)
    expect(talk.get_by_role("combobox", name="Microphone").locator("option")).to_have_count(3)
    talk.get_by_role("combobox", name="Microphone").select_option(index=2)
    chosen = page.evaluate("() => localStorage.getItem('audiokit.live.microphone')")
    page.wait_for_function("id => window.__stream.getAudioTracks()[0].getSettings().deviceId === id", arg=chosen)

    talk = listening(page, address)
    assert page.evaluate("() => window.__asked.deviceId") == {"exact": chosen}
    expect(talk.get_by_role("combobox", name="Microphone")).to_have_value(chosen)

    page.evaluate("() => localStorage.setItem('audiokit.live.microphone', 'one that is gone')")
    listening(page, address)
    assert page.evaluate("() => window.__asked.deviceId") is None
    page.evaluate("() => localStorage.clear()")


@pytest.mark.browser
def test_a_browser_that_takes_the_microphone_only_at_its_own_rate_sends_the_same_pitch(
    page: Page, address: str
) -> None:
    page.add_init_script(ONLY_ITS_OWN_RATE)
    listening(page, address)
    until(page, lambda: counts(address)["sound_bytes"] > 60_000)
    assert heard_hz(address) == pytest.approx(BEEP_HZ, abs=3)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("hz", "from_hz", "least_db", "most_db"),
    [
        (1000, 48_000, -0.1, 0.1),
        (9000, 44_100, -0.5, 0.1),
        (14_500, 48_000, -200, -55),
        (15_000, 44_100, -200, -55),
    ],
)
def test_the_microphone_is_brought_to_24_khz_through_a_filter(
    page: Page, address: str, hz: int, from_hz: int, least_db: float, most_db: float
) -> None:
    page.goto(address)
    level_db = page.evaluate(
        """async ([hz, rate]) => {
            const { Resampler } = await import("/api/assets/test/resampling.js");
            const resampler = new Resampler(rate, 24000);
            const out = [];
            for (let at = 0; at < rate; at += 128) {
                out.push(...resampler.add(Float32Array.from({ length: 128 }, (_, i) =>
                    Math.sin((2 * Math.PI * hz * (at + i)) / rate))));
            }
            if (Math.abs(out.length - 24000) > 100) throw new Error(`${out.length} frames`);
            const middle = out.slice(1000, 23000);
            return 10 * Math.log10(2 * middle.reduce((sum, x) => sum + x * x, 0) / middle.length);
        }""",
        [hz, from_hz],
    )
    assert least_db <= level_db <= most_db


def test_what_the_browser_tells_of_the_end_is_checked() -> None:
    assert _result(None) is None
    assert _result({"reason": "over", "duration_s": 3}) == LiveResult(reason="over", duration_s=3.0)
    for nonsense in ({}, {"reason": "over"}, {"reason": "x", "duration_s": 1}, {"reason": "over", "duration_s": -1}):
        assert _result(nonsense) == LiveResult(reason="lost", duration_s=0)
