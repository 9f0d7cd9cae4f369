"""Take the pictures of the documentation: ``python docs/pictures/take.py SPEECH DOCUMENT``.

SPEECH is any recording of a short question, which Chromium's fake microphone hears; DOCUMENT any paper of some pages.
The app runs over the offline engine.
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
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_wav

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "app.py"
SIZES = {"": (1280, 860), "-narrow": (390, 844)}


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
    page.screenshot(path=HERE / f"{name}.png")


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
    page.screenshot(path=HERE / f"{name}.png")


def main() -> None:
    """Take all: light and dark, wide and narrow."""
    with tempfile.TemporaryDirectory() as folder:
        microphone = Path(folder) / "question.wav"
        microphone.write_bytes(to_wav(resample(decode(Path(sys.argv[1]).read_bytes()).mono(), 48_000)))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
        app = subprocess.Popen(command, env=os.environ | {"AUDIOKIT_DATA_DIR": folder})  # noqa: S603 - our own app
        try:
            photograph(f"http://127.0.0.1:{port}", microphone)
        finally:
            app.terminate()
            app.wait()


def photograph(address: str, microphone: Path) -> None:
    """Open the app in each colour and size."""
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/api/health", timeout=1).close()  # noqa: S310 - loopback
            break
        except OSError:
            time.sleep(0.1)
    arguments = [
        "--headless=new",
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[*arguments, f"--use-file-for-fake-audio-capture={microphone}"],
        )
        programme = ""
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                context = browser.new_context(
                    color_scheme=scheme,
                    viewport={"width": width, "height": height},
                    permissions=["microphone"],
                )
                page = context.new_page()
                page.goto(address)
                take(page, f"record-{scheme}{size}")
                programme = programme or make(page, address)
                listen(page, programme, f"summaries-{scheme}{size}")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
