"""A conversation of 60 spoken turns: how fast its page is drawn again, and what each further turn costs."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import types
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from unittest.mock import patch

from playwright.sync_api import Page, sync_playwright
from streamlit.testing.v1 import AppTest

from audiokit.audio.measuring.peaks import PeaksMeter
from audiokit.audio.voice.alignment import word_times
from audiokit.audio.wav import from_pcm16, to_wav
from audiokit.converse.conversation import POINTS, Conversation, KeptTurn, Memory, Options, Speaker, State, Timing
from audiokit.converse.digest import worth_condensing
from audiokit.offline.engine import Engine
from audiokit.settings import Settings
from audiokit.store.ids import new_id
from audiokit.studio import Studio, open_studio
from audiokit.usage.ledger import Entry

_APP = Path(__file__).resolve().parents[1] / "app.py"
_ME = "local"
N_TURNS = 60
_N_RERUNS = 20
_N_SHOWN = 12
_COMPACTED_AT = 20
_LOOKS = range(10, N_TURNS + 1, 10)
_PATIENCE_MS = 60_000
_QUESTIONS = (
    "And how did people keep their food fresh in the winter, when there was nothing like a refrigerator?",
    "That is interesting. What would it have cost a family to have ice brought to the house every week?",
    "Could you explain once more how the ice was cut, and how it was kept from melting on the way?",
)
_ANSWERS = (
    (
        "Mostly by drying, salting and smoking, and in cellars that stayed just above freezing. Roots and apples were "
        "laid in sand or straw, and were looked through every week, so that one bad apple did not spoil the others."
    ),
    (
        "A block of fifty pounds cost about fifteen cents in the city, and a family took one or two a week in summer. "
        "So it was a few dollars a month, about what was paid for milk, and many did without it until prices came down."
    ),
    (
        "Horses drew a blade over the lake that scored it into squares, and men sawed along these lines. The blocks "
        "were packed close together, with sawdust around them, and four fifths of a load came through a long voyage."
    ),
)
_DIGEST = "The person asks how food was kept before there were refrigerators, what ice cost, and how it was cut. " * 8


def run() -> dict[str, float]:
    """Return milliseconds for the page, and micro-dollars a turn at OpenAI's prices; nothing is sent there."""
    with tempfile.TemporaryDirectory() as folder:
        with _studio(folder, AUDIOKIT_ENGINE="offline") as studio:
            conversation = kept(studio)
            script = _script_ms(studio, conversation.heading.id)
        with _app({"AUDIOKIT_DATA_DIR": folder, "AUDIOKIT_ENGINE": "offline"}) as address, _page() as page:
            drawn = _drawn_ms(page, f"{address}/?conversation={conversation.heading.id}")
    return {**drawn, **script, **_costs(conversation)}


def kept(studio: Studio) -> Conversation:
    """Make the conversation: each turn with a clip of its own, its waveform, its words and when they are said."""
    service, person = studio.converse, studio.person()
    heading = service.start(person.id, Options())
    with Engine() as engine:
        spoken = {text: b"".join(engine.speak(text)) for text in (*_QUESTIONS, *_ANSWERS)}
    for number in range(N_TURNS // 2):
        asked_id = _keep(studio, heading.id, Speaker.PERSON, number, spoken)
        _keep(studio, heading.id, Speaker.MODEL, number, spoken)
        for kind in ("converse", "transcribe"):
            studio.ledger.write(_entry(kind, heading.id, asked_id))
    service.rename(person.id, heading.id, "How food was kept")
    return service.open(person.id, heading.id)


def _keep(studio: Studio, conversation_id: str, speaker: Speaker, number: int, spoken: dict[str, bytes]) -> str:
    texts = _QUESTIONS if speaker is Speaker.PERSON else _ANSWERS
    words = texts[number % len(texts)]
    clip = from_pcm16(spoken[words] + bytes(48 * number), 24_000)
    meter = PeaksMeter(clip.sample_rate_hz)
    meter.add(clip.samples)
    digest = studio.clips.keep(_ME, to_wav(clip), "audio/wav", "take")
    studio.clips.draw(_ME, digest, meter.result().to_bytes())
    timings = tuple(
        Timing(w.text, round(w.start_s, 2), round(w.end_s, 2), w.is_joined) for w in word_times(words, clip)
    )
    values = {
        "words": words,
        "clip_digest": digest,
        "clip_media_type": "audio/wav",
        "duration_s": clip.duration_s,
        "peaks": meter.result().points(n=POINTS),
    }
    if speaker is Speaker.PERSON:
        own = {"sent_s": clip.duration_s - 0.4, "changes": ("silence cut from the ends", "level raised by 6 dB")}
    else:
        own = {
            "timings": timings,
            "model": "gpt-audio-1.5",
            "audio_id": f"audio_{number}",
            "audio_expires_at": datetime.now(UTC) + timedelta(hours=1),
            "endpoint": "https://api.openai.com/v1",
            "first_sound_ms": 612,
            "total_ms": 4_200,
        }
    return studio.converse.conversations.add_turn(conversation_id, speaker, State.ANSWERED, **values, **own)


def _entry(kind: str, conversation_id: str, turn_id: str) -> Entry:
    return Entry(
        id=new_id(),
        at=datetime.now(UTC),
        person_id=_ME,
        page="record_and_converse",
        turn_id=turn_id,
        conversation_id=conversation_id,
        endpoint="openai",
        kind=kind,
        model_asked="gpt-audio-1.5",
        cost_nanousd=12_345_678,
        total_ms=4_200,
        outcome="answered",
    )


# --- the page ---------------------------------------------------------------------------------------------------------


def _drawn_ms(page: Page, address: str) -> dict[str, float]:
    """Open the page in a browser, and have it drawn again and again by something that changes nothing big."""
    opened = _timed(lambda: _opened(page, address))
    figures = {"open_cold_ms": opened, "open_ms": _timed(lambda: _opened(page, address))}
    figures |= _reruns(page, "rerun")
    page.get_by_role("button", name=re.compile("earlier turns")).click()
    page.get_by_test_id("stChatMessage").nth(N_TURNS - 1).wait_for(timeout=_PATIENCE_MS)
    _settle(page)
    return figures | _reruns(page, "rerun_all_shown")


def _reruns(page: Page, name: str) -> dict[str, float]:
    times = [_rerun_ms(page, ("Mini", "Full")[n % 2]) for n in range(_N_RERUNS)]
    return {f"{name}_median_ms": median(times), f"{name}_worst_ms": max(times)}


def _opened(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_test_id("stChatMessage").nth(_N_SHOWN - 1).wait_for(timeout=_PATIENCE_MS)
    _settle(page)


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def _settle(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'",
        timeout=_PATIENCE_MS,
    )
    page.wait_for_timeout(700)  # players go on being set up


# From the press to the end of the run, by the browser's own clock: the state goes to running, and back.
_RERUN = """
name => new Promise(done => {
    const app = document.querySelector("[data-testid=stApp]");
    const began = performance.now();
    let ran = false;
    new MutationObserver((_, watching) => {
        const running = app.dataset.testScriptState !== "notRunning";
        ran ||= running;
        if (ran && !running) { watching.disconnect(); requestAnimationFrame(() => done(performance.now() - began)); }
    }).observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
    [...document.querySelectorAll("[data-testid=stButtonGroup] button")].find(one => one.innerText === name).click();
})
"""


def _rerun_ms(page: Page, tier: str) -> float:
    took: float = page.evaluate(_RERUN, tier)
    page.wait_for_timeout(150)
    return took


@contextmanager
def _page() -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("This benchmark needs Chromium.")
    with sync_playwright() as playwright:
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser.new_page(viewport={"width": 1280, "height": 1000})
        browser.close()


@contextmanager
def _app(settings: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), "--server.port", address.rpartition(":")[2]]
    quiet = ["--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false"]
    app = subprocess.Popen(  # noqa: S603 - our own app
        [*command, *quiet], env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"{address}/api/health")
        yield address
    finally:
        app.terminate()
        app.wait()


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - loopback
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{address} did not answer")


def _script_ms(studio: Studio, conversation_id: str) -> dict[str, float]:
    """Run the page's script alone, without server or browser, with the last turns shown and with all."""
    process = sys.modules.setdefault("_audiokit_process", types.ModuleType("_audiokit_process"))
    process.__dict__["studio"] = studio
    at = AppTest.from_file(str(_APP), default_timeout=60)
    at.query_params["conversation"] = conversation_id
    figures = {"script_ms": _median_ms(at)}
    at.button(key="record.all").click()
    figures["script_all_shown_ms"] = _median_ms(at)
    del process.__dict__["studio"]
    return figures


def _median_ms(at: AppTest) -> float:
    at.run()
    return median(_timed(at.run) for _ in range(_N_RERUNS))


# --- what a turn costs ------------------------------------------------------------------------------------------------


def _costs(conversation: Conversation) -> dict[str, float]:
    """Return the quote of the next spoken question at OpenAI's prices, after so many turns and treated in four ways."""
    ways = {"as_it_was": (), "summed_up": ("digest",), "compacted": ("digest", "compact"), "words": ("digest", "words")}
    figures = dict[str, float]()
    with tempfile.TemporaryDirectory() as folder, _studio(folder, OPENAI_API_KEY="sk-none") as studio:
        for name, treatments in ways.items():
            for n_turns, nanousd in _growing(studio, conversation, treatments):
                figures[f"cost_per_turn_{name}_{n_turns}_microusd"] = nanousd / 1000
    return figures


def _growing(studio: Studio, whole: Conversation, treatments: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Grow the conversation pair by pair, as the service would treat it, and yield what the next question costs."""
    memory = Memory.WORDS if "words" in treatments else Memory.BALANCED
    heading = studio.converse.start(_ME, Options(memory=memory))
    for n_turns in range(2, N_TURNS + 1, 2):
        for turn in whole.turns[n_turns - 2 : n_turns]:
            _repeat(studio, heading.id, turn)
        conversation = studio.converse.open(_ME, heading.id)
        if "digest" in treatments and (turns := worth_condensing(conversation)):
            until = turns[-1].position
            studio.converse.conversations.change(_ME, heading.id, digest=_DIGEST, digest_until=until)
        if "compact" in treatments and n_turns == _COMPACTED_AT:
            studio.converse.compact(_ME, heading.id)
        if n_turns in _LOOKS:
            conversation = studio.converse.open(_ME, heading.id)
            new = replace(whole.turns[0], id="new", state=State.RECORDED, words=None)
            yield n_turns, studio.converse.outlook(conversation, new).quote.total_nanousd or 0


def _repeat(studio: Studio, conversation_id: str, turn: KeptTurn) -> None:
    names = ("words", "clip_digest", "duration_s", "sent_s", "audio_id", "audio_expires_at", "endpoint")
    values = {name: getattr(turn, name) for name in names}
    studio.converse.conversations.add_turn(conversation_id, turn.speaker, State.ANSWERED, **values)


@contextmanager
def _studio(folder: str, **settings: str) -> Iterator[Studio]:
    with patch.dict(os.environ, {**settings, "AUDIOKIT_DATA_DIR": folder}):
        studio = open_studio(Settings.read())
    studio.person()
    try:
        yield studio
    finally:
        studio.close()
