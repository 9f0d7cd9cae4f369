"""Spoken Summaries in a real browser: from a PDF to an MP3 with chapters, and a script edited on the way."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen
import pytest
from browser import served, settled
from playwright.sync_api import Browser, Page, expect
from real import real_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

APP = Path(__file__).resolve().parents[2] / "app.py"
PAPER = "documents/gabrielchua__open-notebooklm/examples__1310.4546v1.pdf"
WITHIN_MS = 90_000
MOST_S = 60.0
"""What three minutes may take from the press of the button to the recording, on two cores."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the offline engine, with its worker and a data folder of its own."""
    around = {"AUDIOKIT_DATA_DIR": str(tmp_path_factory.mktemp("desk")), "AUDIOKIT_WORKER": "app"}
    with served(APP, environment=around) as address:
        yield address


@pytest.fixture
def page(browser: Browser, desk: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(f"{desk}/spoken_summaries")
    settled(page)
    yield page
    context.close()


def begin_anew(page: Page, desk: str) -> None:
    page.goto(f"{desk}/spoken_summaries?programme=new")
    settled(page)


def test_a_paper_becomes_three_minutes_that_are_listened_to_and_taken_away(page: Page, desk: str) -> None:
    paper = real_file(PAPER)
    begin_anew(page, desk)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([paper])
    expect(page.get_by_text(re.compile(r"words · PDF"))).to_be_visible(timeout=WITHIN_MS)
    page.get_by_label("Minutes").fill("3")
    page.get_by_label("Minutes").press("Enter")
    generate = page.get_by_role("button", name=re.compile(r"^Generate · free · 3 min"))
    expect(generate).to_be_visible(timeout=WITHIN_MS)

    began = time.monotonic()
    generate.click()
    expect(page.get_by_text("You can close this page")).to_be_visible(timeout=WITHIN_MS)
    link = page.get_by_role("link", name="Download MP3")
    expect(link).to_be_visible(timeout=WITHIN_MS)
    assert time.monotonic() - began < MOST_S

    page.locator(".line .at").nth(2).click()
    expect(page.locator(".line.now")).to_be_visible()
    expect(page.locator(".line.now .said")).to_be_visible()
    page.locator(".mark").first.click()
    expect(page.locator("blockquote:visible")).to_have_count(1)

    data = page.request.get(desk + str(link.get_attribute("href"))).body()
    file: Any = mutagen.File(io.BytesIO(data))
    assert 170 < file.info.length < 195
    assert any(name.startswith("CHAP") for name in file.tags)
    page.reload()
    settled(page)
    expect(page.get_by_role("link", name="Download MP3")).to_be_visible(timeout=WITHIN_MS)


def test_a_script_is_edited_with_keys_alone_and_found_so_after_a_reload(page: Page, desk: str) -> None:
    begin_anew(page, desk)
    page.get_by_text("From lines of your own").click()
    field = page.get_by_role("textbox", name=re.compile("or write them here"))
    expect(field).to_be_visible(timeout=WITHIN_MS)
    field.fill("One. And two.\nThree.")
    field.press("Control+Enter")
    settled(page)
    page.get_by_role("button", name="Make a script of these lines").click()
    lines = page.locator(".row textarea")
    expect(lines).to_have_count(2, timeout=WITHIN_MS)

    lines.first.press("Home")
    for key in ["ArrowRight"] * len("One.") + ["Enter"]:
        lines.first.press(key)
    expect(lines).to_have_count(3)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".status")).to_contain_text("Saved", timeout=WITHIN_MS)
    page.keyboard.type("Now ")
    expect(page.locator(".status")).to_contain_text("Not saved yet")
    expect(page.locator(".status")).to_contain_text("Saved", timeout=WITHIN_MS)
    settled(page)

    page.reload()
    settled(page)
    expect(lines).to_have_count(3, timeout=WITHIN_MS)
    for line, words in zip(lines.all(), ["One.", "Three.", "Now And two."], strict=True):
        expect(line).to_have_value(words)


def test_of_two_windows_on_one_script_the_later_one_is_asked_which_is_meant(
    page: Page, browser: Browser, desk: str
) -> None:
    begin_anew(page, desk)
    page.get_by_text("From lines of your own").click()
    field = page.get_by_role("textbox", name=re.compile("or write them here"))
    expect(field).to_be_visible(timeout=WITHIN_MS)
    field.fill("One.\nTwo.")
    field.press("Control+Enter")
    settled(page)
    page.get_by_role("button", name="Make a script of these lines").click()
    expect(page.locator(".row textarea")).to_have_count(2, timeout=WITHIN_MS)
    other = browser.new_context().new_page()
    other.goto(page.url)
    expect(other.locator(".row textarea")).to_have_count(2, timeout=WITHIN_MS)

    for window, words in ((page, "Theirs."), (other, "Mine.")):
        window.locator(".row textarea").first.fill(words)
    for window in (page, other):
        window.locator(".row textarea").first.blur()
    expect(page.locator(".status")).to_contain_text("Saved", timeout=WITHIN_MS)
    asked = other.get_by_text("This script was changed in another window. Yours is still here.")
    expect(asked).to_be_visible(timeout=WITHIN_MS)
    expect(other.locator(".row textarea").first).to_have_value("Mine.")

    other.get_by_role("button", name="Keep mine").click()
    expect(other.locator(".status")).to_contain_text("Saved", timeout=WITHIN_MS)
    settled(other)
    page.locator(".row textarea").nth(1).fill("Two, in the older window.")
    page.locator(".row textarea").nth(1).blur()
    page.get_by_role("button", name="Take the other one").click(timeout=WITHIN_MS)
    expect(page.locator(".row textarea").first).to_have_value("Mine.")
    other.context.close()


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, desk: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    for address in ("", "?programme=new"):
        page.goto(f"{desk}/spoken_summaries{address}")
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=WITHIN_MS)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        notice = page.locator(".st-key-engine").bounding_box()
        assert notice is not None
        assert notice["x"] < 30, "it has a line of its own"
    context.close()
