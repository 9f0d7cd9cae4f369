"""Take the pictures of the documentation: ``python docs/pictures/take.py SPEECH DOCUMENT``.

SPEECH is any recording of a short question, which Chromium's fake microphone hears; DOCUMENT any paper of some pages.
The app runs over the offline engine. What a team spent, and a call that is listened to for moods, are made up.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from a_call import add_call
from made_up import fill_ledger
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_wav
from audiokit.studio import open_studio

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "app.py"
SIZES = {"": (1280, 860), "-narrow": (390, 844)}
TALL = {"": (1280, 1240), "-narrow": (390, 844)}
_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


def shoot(page: Page, name: str) -> None:
    """Keep what is seen, in 256 colours: a third of the size."""
    with Image.open(BytesIO(page.screenshot())) as seen:
        seen.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)


def take(page: Page, name: str) -> None:
    """Ask by voice, wait for the whole answer, and take the picture."""
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button", name="Record").click()
    recorder.get_by_role("button", name="Stop recording").wait_for()
    page.wait_for_timeout(2600)
    recorder.get_by_role("button", name="Stop recording").click()
    page.get_by_role("button", name="Send ·").click()
    page.get_by_text("first sound after").wait_for()
    page.wait_for_timeout(2500)
    shoot(page, name)


def make(page: Page, address: str) -> str:
    """Have three minutes made of the document, and return where they are heard."""
    page.goto(f"{address}/spoken_summaries?programme=new")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([sys.argv[2]])
    page.get_by_text("words · PDF").wait_for()
    page.get_by_label("Minutes").fill("3")
    page.get_by_label("Minutes").press("Enter")
    page.get_by_role("button", name="Generate · free · 3 min").click()
    page.get_by_role("link", name="Download MP3").wait_for(timeout=120_000)
    return page.url


def listen(page: Page, programme: str, name: str) -> None:
    """Open the programme at its fourth line, and take the picture."""
    page.goto(programme)
    page.locator(".line .at").nth(3).click()
    page.locator(".line.now .said").wait_for()
    page.wait_for_timeout(1500)
    shoot(page, name)


def look_at(page: Page, address: str, awaited: str, name: str) -> None:
    """Take the picture of a page that is there already, once it has drawn what is awaited."""
    page.goto(address)
    page.locator(awaited).first.wait_for()
    page.wait_for_timeout(2500)
    shoot(page, name)


def of_what_is_said() -> None:
    """Take the pictures of a talk and of a programme."""
    with tempfile.TemporaryDirectory() as folder:
        microphone = Path(folder) / "question.wav"
        microphone.write_bytes(to_wav(resample(decode(Path(sys.argv[1]).read_bytes()).mono(), 48_000)))
        with app_on(folder) as address:
            talk_and_listen(address, microphone)


def of_what_is_made_up() -> None:
    """Take the pictures of a team's costs and of a call, as they are at OpenAI, of whom nothing is asked."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"AUDIOKIT_DATA_DIR": folder, "OPENAI_API_KEY": "made-up"}
        studio = open_studio()
        fill_ledger(studio)
        call = add_call(studio)
        studio.close()
        with app_on(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
            for name, page in pages(browser, tall=True):
                look_at(page, f"{address}/usage_and_cost?view=all", "table[aria-label=People]", f"usage-{name}")
                look_at(page, f"{address}{call}", ".passage", f"sentiment-{name}")
            browser.close()


@contextmanager
def app_on(folder: str) -> Iterator[str]:
    """Run the app on a data folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    app = subprocess.Popen(command, env=os.environ | {"AUDIOKIT_DATA_DIR": folder})  # noqa: S603 - our own app
    try:
        for _ in range(600):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=1).close()
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait()


def pages(browser: Browser, *, tall: bool = False, **options: Any) -> Iterator[tuple[str, Page]]:
    """Yield a page in each colour and size, and what its pictures are called."""
    for scheme in ("light", "dark"):
        for size, (width, height) in (TALL if tall else SIZES).items():
            context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height}, **options)
            yield f"{scheme}{size}", context.new_page()
            context.close()


def talk_and_listen(address: str, microphone: Path) -> None:
    """Take the pictures of what is said and made for them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[*_ARGUMENTS, f"--use-file-for-fake-audio-capture={microphone}"],
        )
        programme = ""
        for name, page in pages(browser, permissions=["microphone"]):
            page.goto(address)
            take(page, f"record-{name}")
            programme = programme or make(page, address)
            listen(page, programme, f"summaries-{name}")
            look_at(page, f"{address}/account?part=My+data", "[class*=st-key-stored-]", f"account-{name}")
        browser.close()


if __name__ == "__main__":
    of_what_is_said()
    of_what_is_made_up()
