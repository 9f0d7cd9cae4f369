"""A real Chromium for tests, and a Streamlit app for it to look at; a test skips with a sentence where there is none.

With ``AUDIOKIT_REQUIRE_BROWSER=1`` a missing browser is a failure.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

__all__ = ["browser", "chromium", "chromium_path", "free_port", "launch_arguments", "served", "settled"]

_REQUIRED = os.environ.get("AUDIOKIT_REQUIRE_BROWSER") == "1"  # read here: tests run without settings of the owner
_IS_FLEET = os.environ.get("AUDIOKIT_TEST_FLEET") == "1"  # the same
_APP = Path(__file__).resolve().parents[1] / "app.py"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_S = 60.0
_STILL_MS = 150
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
        try:
            yield running
        finally:
            running.close()


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
    """Wait until the page's script has run and its connection stands.

    What a press sets off is told to the page by the server, so it has to stay so for a moment. A busy machine may need
    longer: before what is used next looks the same as what was there, wait for something that only the new page has.
    """
    page.wait_for_function(
        """([since, still_ms]) => {
            const app = document.querySelector("[data-testid=stApp]");
            const { testScriptState, testConnectionState } = app?.dataset ?? {};
            const now = performance.now();
            if (testScriptState !== "notRunning" || testConnectionState !== "CONNECTED") window.__still = null;
            else if (window.__still?.since !== since) window.__still = { since, from: now };
            return Boolean(window.__still) && now - window.__still.from >= still_ms;
        }""",
        arg=[next(_waits), _STILL_MS],
    )


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
