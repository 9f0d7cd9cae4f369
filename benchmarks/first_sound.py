"""From the first sound leaving the offline engine to the first sound in the browser, through the whole app."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import from_pcm16, to_wav
from audiokit.offline.engine import Engine
from benchmarks.servers import served

_APP = Path(__file__).resolve().parents[1] / "app.py"
_REAL_SPEECH = _APP.parents[1] / (
    "shared/real/speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
_N_REPLIES = 10
_PATIENCE_MS = 60_000
_QUESTION = "What is twelve times seven?"


def run() -> dict[str, float]:
    """Return medians for a spoken turn, a typed one in an open conversation, and a typed one that begins a page.

    The first two together are ``browser``: twenty replies.

    Words need no recognition: the engine answers typed ones within some 40 ms, before the page has drawn the player,
    so that the last two measure the page.
    """
    with tempfile.TemporaryDirectory() as folder:
        microphone = _microphone_file(Path(folder))
        with served("stamped") as engine, _app(f"{engine}/v1", folder) as address, _page(microphone) as page:
            desk = _Desk(page, address, engine)
            begun = [desk.begin() for _ in range(_N_REPLIES)]
            typed = [desk.type() for _ in range(_N_REPLIES)]
            spoken = [desk.speak(2000 + 130 * n) for n in range(_N_REPLIES)]
    met = [*spoken, *typed]  # in a page that stands open, which is how people are answered
    return {
        "browser_median_ms": median(met),
        "browser_worst_ms": max(met),
        "spoken_median_ms": median(spoken),
        "spoken_worst_ms": max(spoken),
        "typed_median_ms": median(typed),
        "typed_worst_ms": max(typed),
        "page_begun_median_ms": median(begun),
        "page_begun_worst_ms": max(begun),
    }


class _Desk:
    """The page, and how long each of its replies was on its way from the engine to the ear."""

    def __init__(self, page: Page, address: str, engine: str) -> None:
        self.page, self.address, self.engine = page, address, engine

    def begin(self) -> float:
        """Open the page anew and press an example."""
        self.page.goto(self.address)
        self.page.get_by_test_id("stBaseButton-secondary").filter(has_text=_QUESTION).click()
        return self._on_its_way_ms(1)

    def type(self) -> float:
        """Type into the conversation that is open."""
        n = self._n_heard()
        self.page.get_by_test_id("stChatInputTextArea").fill(_QUESTION)
        self.page.get_by_test_id("stChatInputTextArea").press("Enter")
        return self._on_its_way_ms(n + 1)

    def speak(self, ms: float) -> float:
        """Record for a while and send it; the engine remembers what it has heard, so no two may be alike."""
        n, recorder = self._n_heard(), self.page.get_by_test_id("stAudioInput")
        recorder.get_by_role("button", name="Record").click()
        recorder.get_by_role("button", name="Stop recording").wait_for()
        self.page.wait_for_timeout(ms)
        recorder.get_by_role("button", name="Stop recording").click()
        self.page.get_by_role("button", name="Send ·").click()
        return self._on_its_way_ms(n + 1)

    def _n_heard(self) -> int:
        n: int = self.page.evaluate("() => Object.keys(window.__audiokit_first_sound ?? {}).length")
        return n

    def _on_its_way_ms(self, n_heard: int) -> float:
        heard = "n => Object.keys(window.__audiokit_first_sound ?? {}).length === n"
        self.page.wait_for_function(heard, arg=n_heard, timeout=_PATIENCE_MS)
        at: float = self.page.evaluate("() => Math.max(...Object.values(window.__audiokit_first_sound))")
        with urllib.request.urlopen(f"{self.engine}/stamps") as answer:  # noqa: S310 - loopback
            left: float = json.load(answer)[-1] * 1000
        self.page.get_by_test_id("stChatInputTextArea").wait_for(timeout=_PATIENCE_MS)
        self.page.wait_for_timeout(3000)  # what follows must not begin in the middle of this
        return at - left


def _microphone_file(folder: Path) -> Path:
    """Write a question as a microphone would give it: real speech where it is here, else the engine's own."""
    if _REAL_SPEECH.is_file():
        said = decode(_REAL_SPEECH.read_bytes()).mono()
    else:
        with Engine() as engine:
            said = from_pcm16(b"".join(engine.speak(_QUESTION)), 24_000)
    path = folder / "microphone.wav"
    path.write_bytes(to_wav(resample(said, 48_000)))
    return path


@contextmanager
def _app(base_url: str, folder: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"AUDIOKIT_DATA_DIR": f"{folder}/data", "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "none"}
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), "--server.port", str(port)]
    app = subprocess.Popen(  # noqa: S603 - our own app
        command, env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/health")
        yield f"http://127.0.0.1:{port}"
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


@contextmanager
def _page(microphone: Path) -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("This benchmark needs Chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}",
            ],
        )
        yield browser.new_context(permissions=["microphone"]).new_page()
        browser.close()
