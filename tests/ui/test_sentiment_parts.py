"""The parts of Sentiment Analysis in a real browser: what a person sees, hears, presses and corrects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import served, settled
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("app_sentiment.py")


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:  # noqa: ARG001 - without a browser, no server is started
    with served(APP) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    yield page
    page.close()
    assert raised == []


def opened(page: Page, address: str, query: str = "") -> Page:
    page.goto(f"{address}/?{query}")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled(timeout=60_000)
    expect(page.locator(".passage").first).to_be_visible(timeout=60_000)
    settled(page)
    return page


def passage(page: Page, words: str) -> Locator:
    return page.locator(".passage", has_text=words)


def position(page: Page) -> Locator:
    return page.get_by_role("slider", name="Position in: A call.wav")


def test_the_waveform_tells_tones_by_colour_by_sign_and_in_words(page: Page, address: str) -> None:
    opened(page, address)
    legend = page.get_by_role("list", name="What the colours mean").get_by_role("listitem")
    expect(legend).to_have_text(
        ["Bright excited and pleasant", "Warm calm and pleasant", "Heated excited and unpleasant"]
    )
    expect(page.locator(".wave .rest path.tone-heated")).to_have_count(1)
    expect(page.locator(".wave .lane g.tone-warm path")).to_have_count(2)  # its colour, and its pattern on it

    slider = position(page)
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "5 seconds of 25 seconds, warm")


def test_a_press_on_a_passage_plays_from_there_and_what_is_said_is_marked(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name="Play from 0:15").click()

    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    now = page.locator(".passage.now")
    expect(now).to_contain_text("tomorrow before noon")
    expect(now.locator(".said")).to_have_count(1)


def test_words_that_the_recogniser_was_unsure_of_are_underlined_with_how_sure_it_was(page: Page, address: str) -> None:
    opened(page, address)
    word = page.locator(".passage .unsure")
    expect(word).to_have_text(["wonderful,"])
    expect(word).to_have_attribute("title", "The recogniser was unsure of this word: 31 %")
    expect(word).to_have_css("text-decoration-line", "underline")
    expect(page.get_by_text("Dotted words: the recogniser was unsure of them")).to_be_visible()
    word.click()
    expect(page.locator(".passage.now")).to_contain_text("wonderful")


def test_arcs_are_gone_through_by_keyboard_and_play_from_there(page: Page, address: str) -> None:
    opened(page, address)
    arc = page.get_by_role("slider", name="Arc of Agent")
    arc.focus()
    arc.press("ArrowRight")
    expect(arc).to_have_attribute(
        "aria-valuetext", "15 seconds, words positive (+0.4), voice calm (\u22120.3), " + SAID
    )
    arc.press("Enter")

    expect(page.locator(".passage.now")).to_contain_text("tomorrow before noon")


SAID = "measured \u22120.6 of its own deviations, It will be with you tomorrow before noon."


def test_a_chip_opens_the_proof_and_a_correction_is_told_and_counts(page: Page, address: str) -> None:
    opened(page, address)
    passage(page, "wonderful").get_by_role("button", name="Voice: calm").click()
    proof = page.get_by_role("dialog", name="Caller, 0:10")
    expect(proof.locator("mark")).to_have_text("Great. That would")
    expect(proof).to_contain_text("A second opinion changed the first: from irritated (medium) to calm (medium).")
    expect(proof).to_contain_text("The recogniser was unsure of \u201cwonderful,\u201d (31 %).")
    expect(proof.get_by_role("row", name="Pitch")).to_contain_text("clearly higher than usual (+2.0 semitones)")

    page.keyboard.press("Escape")
    expect(proof).to_be_hidden()
    passage(page, "Nobody could").get_by_role("button", name="Voice: irritated").click()
    first = page.get_by_role("dialog", name="Caller, 0:00")
    first.get_by_label("Voice").select_option("tense")
    first.get_by_label("Note").fill("She laughs.")
    first.get_by_role("button", name="Keep the correction").click()

    expect(first.get_by_role("button", name="Take it back")).to_be_visible()
    expect(
        page.get_by_text('told: correct {"id":"s0","tone":"tense","sentiment":null,"note":"She laughs."}')
    ).to_be_attached()
    page.keyboard.press("Escape")
    expect(passage(page, "Nobody could").get_by_role("button", name="Voice: tense, corrected")).to_be_focused()


def test_words_are_rewritten_and_voices_named_where_they_stand(page: Page, address: str) -> None:
    opened(page, address)
    line = passage(page, "Let me look")
    line.hover()
    line.get_by_role("button", name="Edit the words").click()
    field = page.get_by_role("textbox", name="Words of this passage")
    field.fill("I am sorry. Let me look it up.")
    field.press("Control+Enter")
    expect(page.get_by_text('told: rewrite {"id":"s1","text":"I am sorry. Let me look it up."}')).to_be_visible()

    page.get_by_role("button", name="Agent").first.click()
    page.get_by_role("textbox", name="Name of this voice").fill("Bo")
    page.get_by_role("textbox", name="Name of this voice").press("Enter")
    expect(page.get_by_text('told: name {"number":1,"name":"Bo"}')).to_be_visible()


def test_a_press_on_a_row_opens_the_recording_and_a_heading_sorts(page: Page, address: str) -> None:
    page.goto(f"{address}/?show=batch")
    rows = page.get_by_role("rowgroup").nth(1).get_by_role("row")
    expect(rows).to_contain_text(["A call.wav", "Broken.wav"], timeout=60_000)
    expect(rows.first.get_by_role("img")).to_have_accessible_name(re.compile("Warm 40 %.*Bright 20 %"))
    expect(rows.last).to_contain_text("It ends early.")

    page.get_by_role("button", name="Contrasts").click()
    expect(rows).to_contain_text(["Broken.wav", "A call.wav"])
    rows.last.get_by_role("cell", name="The words turn pleasant.").click()
    expect(page.get_by_text("opened: r1")).to_be_visible()


def test_two_thousand_passages_are_one_tab_stop_and_can_be_narrowed(page: Page, address: str) -> None:
    opened(page, address, "n=2000")
    expect(page.locator(".passage")).to_have_count(2000)
    first = page.get_by_role("button", name="Play from 0:00").first
    first.focus()
    first.press("End")
    expect(page.locator(".passage").last.locator(".at")).to_be_focused()
    assert page.locator(".passage [tabindex='0']").count() == page.locator(".passage").last.locator("button").count()

    page.get_by_label("Which passages are shown").select_option("Only Agent")
    expect(page.get_by_text("800 of 2000 passages")).to_be_visible()
