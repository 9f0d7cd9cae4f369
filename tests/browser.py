"""A real Chromium for tests, and a Streamlit app for it to look at; a test skips with a sentence where there is none.

With ``AUDIOKIT_REQUIRE_BROWSER=1`` a missing browser is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

__all__ = [
    "browser",
    "choose",
    "chromium",
    "chromium_path",
    "free_port",
    "launch_arguments",
    "served",
    "settled",
    "tell_what_is_shown",
]

_REQUIRED = os.environ.get("AUDIOKIT_REQUIRE_BROWSER") == "1"  # read here: tests run without settings of the owner
_IS_FLEET = os.environ.get("AUDIOKIT_TEST_FLEET") == "1"  # the same
_APP = Path(__file__).resolve().parents[1] / "app.py"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_S = 60.0
_STILL_MS = 150
_PATIENCE_MS = 20_000  # not everything that a page tells its server is answered
# Notes when the page last asked its server for something and was last told anything by it; then looks whether all is
# still. It is asked many times, and over again on another page: what it notes there, it notes once.
_SETTLED = """([since, still_ms, patience_ms]) => {
    const now = performance.now();
    if (window.__askedAt === undefined) {
        [window.__askedAt, window.__toldAt] = [0, 0];
        const [send, heard] = [WebSocket.prototype.send, new WeakSet()];
        WebSocket.prototype.send = function (...given) {
            if (this.url.includes("/_stcore/stream")) {
                if (!heard.has(this)) this.addEventListener("message", () => { window.__toldAt = performance.now(); });
                heard.add(this);
                window.__askedAt = performance.now();
            }
            return send.apply(this, given);
        };
    }
    const app = document.querySelector("[data-testid=stApp]");
    const { testScriptState, testConnectionState } = app?.dataset ?? {};
    const isAsking = window.__askedAt > window.__toldAt && now - window.__askedAt < patience_ms;
    const isBlank = !document.querySelector("[data-testid=stElementContainer]");
    if (testScriptState !== "notRunning" || testConnectionState !== "CONNECTED" || isAsking || isBlank)
        window.__still = null;
    else if (window.__still?.since !== since) window.__still = { since, from: now };
    return Boolean(window.__still) && now - window.__still.from >= still_ms;
}"""
_MOST_SHOWN = 3_000
_running: list[Browser] = []
_waits = count()
expect.set_options(timeout=30_000)  # a busy machine is no defect; what is awaited here is never a time


def chromium_path() -> str | None:
    """Return the Chromium of this machine, or ``None``."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def launch_arguments(*, microphone: Path | None = None) -> list[str]:
    """Return what Chromium is started with; ``microphone`` is a 48 kHz mono WAV that it hears, over and over."""
    arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=document-user-activation-required",  # as browsers with a window have it
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
    ]
    return arguments if microphone is None else [*arguments, f"--use-file-for-fake-audio-capture={microphone}"]


@contextmanager
def chromium(*, microphone: Path | None = None, arguments: Sequence[str] = ()) -> Iterator[Browser]:
    """Run a Chromium, with further arguments if need be, or skip the test."""
    path = chromium_path()
    if path is None:
        missing = "there is no Chromium on this machine"
        pytest.fail(missing) if _REQUIRED else pytest.skip(missing)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=[*launch_arguments(microphone=microphone), *arguments], headless=True
        )
        _running.append(running)
        try:
            yield running
        except BaseException as error:
            tell_what_is_shown(error)
            raise
        finally:
            _running.remove(running)
            running.close()


def tell_what_is_shown(error: BaseException) -> None:
    """Add to a failure what can be read on every page that is open: where it happens once, it cannot be looked at."""
    for page in [page for browser in _running for context in browser.contexts for page in context.pages]:
        with suppress(PlaywrightError):
            shown = [frame.locator("body").inner_text(timeout=2_000) for frame in page.frames]
            error.add_note(f"{page.url} showed:\n" + "\n--- in a frame:\n".join(shown)[:_MOST_SHOWN])


@pytest.fixture(scope="module")  # not longer: its event loop would be in the way of other modules' asyncio
def browser() -> Iterator[Browser]:
    """Give a Chromium to a module's tests."""
    with chromium() as running:
        yield running


@contextmanager
def served(
    app: Path, *, environment: Mapping[str, str] | None = None, log: Path | None = None, port: int | None = None
) -> Iterator[str]:
    """Run a Streamlit app in a process of its own and yield its address once it answers at ``/api/health``.

    It has no worker, which costs seconds to start, unless ``environment`` says otherwise. With
    ``AUDIOKIT_TEST_FLEET=1`` around the test run, the whole app is a whole fleet (:mod:`fleet`), workers and all.
    """
    if _IS_FLEET and app == _APP:
        yield from _served_by_many(environment or {}, log, port)
        return
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app), f"--server.port={port}", *_STREAMLIT_OPTIONS]
    inherited = {name: value for name, value in os.environ.items() if name != "AUDIOKIT_REQUIRE_BROWSER"}
    around = {**inherited, "AUDIOKIT_WORKER": "none", **(environment or {})}
    with (log or Path(os.devnull)).open("wb") as output:
        server = subprocess.Popen(command, env=around, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own app
        try:
            _wait_until_answered(f"http://127.0.0.1:{port}/api/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(60)


def _served_by_many(environment: Mapping[str, str], log: Path | None, port: int | None) -> Iterator[str]:
    from fleet import fleet  # noqa: PLC0415 - it needs PostgreSQL's driver, and is asked for seldom

    with fleet(Path(environment["AUDIOKIT_DATA_DIR"]), environment=environment, port=port) as running:
        yield running.address
    if log is not None:
        log.write_text("".join(running.log("replica", number) for number in range(2)), "utf-8")


_STREAMLIT_OPTIONS = (
    "--server.address=127.0.0.1",
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
)


def settled(page: Page) -> None:
    """Wait until the page's script has run to its end, also what the last press set off, and its connection stands.

    After ``goto`` something has to be there. From the second call on a page on, what the page asks its server for is
    seen, and waited for however busy the machine is.
    """
    page.wait_for_function(_SETTLED, arg=[next(_waits), _STILL_MS, _PATIENCE_MS])


def choose(page: Page, box: str, option: str) -> None:
    """Choose in a select box by typing: while a busy browser lays out its list, a press on it may go astray."""
    field = page.get_by_role("combobox", name=re.compile(box))
    field.click()
    field.fill(option)
    expect(page.get_by_role("option").first).to_contain_text(option)
    field.press("Enter")
    expect(field).to_have_value(re.compile(option))
    settled(page)


def free_port() -> int:
    """Return a port of this machine that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_answered(address: str, server: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + _START_S
    while server.poll() is None and time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.1)  # another process starts; there is nothing to wait on but time
    raise AssertionError(f"{address} did not answer")
