"""The words under the sound, in a real browser: marked as they are said, and a way to get about in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browser import served, settled
from player_source import WORDS
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from audiokit.ui.player import script

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("app_player.py")
SAID = WORDS.split(" ")
WORD_S = 25 / len(SAID)  # the app's clip lasts 25 s, and its words take equally long


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:  # noqa: ARG001 - without a browser, no server is started
    with served(APP) as running:
        yield running


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Give one window for all pages, so that Streamlit is loaded once."""
    context = browser.new_context(viewport={"width": 1000, "height": 760})
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    page = window.new_page()
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    yield page
    page.close()
    assert raised == []


def opened(page: Page, address: str, query: str) -> Locator:
    page.goto(f"{address}/?{query}")
    settled(page)
    return page.get_by_role("group", name="Reply", exact=True)


def word(player: Locator, index: int) -> Locator:
    return player.locator(".words span").nth(index)


def now(player: Locator) -> Locator:
    return player.locator(".words .now")


def until(player: Locator, index: int) -> None:
    """Wait until this word, or one soon after it, is marked; looks with every frame."""
    player.page.wait_for_function(
        "([words, index]) => [...words.children].slice(index, index + 9).some((word) => word.className === 'now')",
        arg=[player.locator(".words").element_handle(), index],
    )


def index_now(player: Locator) -> int:
    found: int = player.locator(".words").evaluate(
        "words => [...words.children].findIndex((word) => word.className === 'now')"
    )
    return found


def position_s(player: Locator) -> int:
    return int(player.get_by_role("slider").get_attribute("aria-valuenow") or -1)


def test_the_word_at_the_position_is_marked_and_those_before_it(page: Page, address: str) -> None:
    player = opened(page, address, "show=clip")
    slider = player.get_by_role("slider")
    expect(player.locator(".words")).to_have_text(WORDS)
    expect(now(player)).to_have_count(0)  # nothing has been said

    slider.press("PageUp")
    at_ten = int(10 / WORD_S)
    expect(now(player)).to_have_text(SAID[at_ten])
    expect(player.locator(".words .over")).to_have_text(SAID[:at_ten])

    slider.press("ArrowLeft")
    expect(now(player)).to_have_text(SAID[int(5 / WORD_S)])
    expect(player.locator(".words .over")).to_have_count(int(5 / WORD_S))

    slider.press("End")
    expect(player.locator(".words [class]:not([class=''])")).to_have_count(0)  # it is over, and reads as a text again


def test_a_click_on_a_word_plays_from_there_at_any_speed(page: Page, address: str) -> None:
    player = opened(page, address, "show=clip")
    player.get_by_role("combobox", name="Speed").select_option("2")

    word(player, 20).click()

    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    assert position_s(player) in {int(20 * WORD_S), int(20 * WORD_S) + 1}
    until(player, 24)
    here = index_now(player)
    heard_s = player.locator("audio").evaluate("audio => audio.currentTime")
    assert here * WORD_S - 0.1 <= heard_s <= (here + 1) * WORD_S + 1  # it has gone on since
    assert page.evaluate("[navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]") == [
        "Reply",
        "playing",
    ]


def test_words_are_one_tab_stop_and_the_arrows_go_from_one_to_the_next(page: Page, address: str) -> None:
    player = opened(page, address, "show=clip")
    download = player.get_by_role("link", name="Download")
    download.focus()
    page.keyboard.press("Tab")
    expect(word(player, 0)).to_be_focused()
    for key, index in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", len(SAID) - 1), ("Home", 0)):
        page.keyboard.press(key)
        expect(word(player, index)).to_be_focused()
    page.keyboard.press("ArrowDown")
    tops = player.locator(".words").evaluate(
        "words => [words.firstElementChild, words.getRootNode().activeElement].map((word) => word.offsetTop)"
    )
    assert tops[0] < tops[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()

    page.keyboard.press("Shift+Tab")
    expect(download).to_be_focused()
    page.keyboard.press("Tab")
    expect(player.locator(".words span:focus")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(player.locator(":focus")).to_have_count(0)


def test_to_a_screen_reader_the_words_are_one_text(page: Page, address: str) -> None:
    player = opened(page, address, "show=clip")
    words = player.get_by_role("group", name="Words")
    expect(words).to_have_accessible_description("Arrow keys move from word to word. Enter plays from there.")
    assert words.aria_snapshot() == f'- group "Words": {WORDS}'


# What is on the screen, frame by frame.
WATCHED = """
    root => {
        window.frames = [];
        const words = root.querySelector(".words");
        const look = () => {
            frames.push({
                playing: root.hasAttribute("data-playing"),
                text: words.textContent.trim(),
                height: words.offsetHeight,
                marked: words.querySelectorAll(".now").length,
                timed: words.hasAttribute("role"),
                clip: root.querySelector("audio").hasAttribute("src"),
            });
            requestAnimationFrame(look);
        };
        look();
    }
"""


def test_times_that_come_while_the_reply_is_spoken_change_nothing_but_the_marks(page: Page, address: str) -> None:
    player = opened(page, address, "show=live&timed&seconds=6&pace=4&wait=0.3")
    page.get_by_role("button", name="Ask").click()
    expect(player.get_by_role("status")).to_have_text("Speaking")
    player.evaluate(WATCHED)

    expect(now(player)).to_have_count(1)
    until(player, 16)
    word(player, 2).click()  # in what is still played by the stream
    until(player, 5)

    frames: list[dict[str, Any]] = page.evaluate("frames")
    assert player.get_attribute("data-starved") is None
    assert all(frame["playing"] and not frame["clip"] for frame in frames)
    texts = [frame["text"] for frame in frames]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    whole = [frame for frame in frames if frame["text"] == WORDS]
    assert {frame["timed"] for frame in whole} == {True, False}  # both were seen, and looked alike:
    assert len({frame["height"] for frame in whole}) == 1
    assert all(frame["marked"] == 1 for frame in whole if frame["timed"])


def test_a_long_text_follows_what_is_said_until_the_person_scrolls_away(page: Page, address: str) -> None:
    player = opened(page, address, "show=long")
    words = player.locator(".words")
    expect(word(player, 0)).to_be_visible()
    player.get_by_role("slider").press("End")
    for _ in range(3):
        player.get_by_role("slider").press("PageDown")
    expect(now(player)).to_have_count(1)
    assert words.evaluate("box => box.scrollTop") == 0  # nobody is listening

    player.get_by_role("button", name="Play").click()
    page.wait_for_function("box => box.scrollTop > 0", arg=words.element_handle())

    words.hover()
    page.mouse.wheel(0, -5000)
    page.wait_for_function("box => box.scrollTop === 0", arg=words.element_handle())
    until(player, index_now(player) + 2)
    assert words.evaluate("box => box.scrollTop") == 0

    word(player, 3).click()  # from here on it follows again
    until(player, 5)
    assert words.evaluate("box => box.scrollTop") == 0


def test_what_is_far_from_sight_is_not_drawn_until_it_comes_near(page: Page, address: str) -> None:
    opened(page, address, "show=many&n=14")
    last = page.get_by_role("group", name="Reply 13", exact=True)
    expect(last.get_by_role("button", name="Play")).to_be_enabled()
    expect(last.locator(".words")).to_contain_text("word0 word1")
    assert last.locator(".words span").count() == 0
    assert last.locator(".rest path").get_attribute("d") is None

    last.scroll_into_view_if_needed()

    expect(last.locator(".words span")).to_have_count(150)
    assert last.locator(".rest path").get_attribute("d")


ASKED = """
    async ([program, times, seconds]) => {
        const { Cues } = await import(program);
        const cues = new Cues(times);
        return seconds.map((at) => cues.at(at));
    }
"""


def test_the_word_at_a_second_is_found_however_one_gets_there(page: Page, address: str) -> None:
    times = [[0.5, 0.8], [0.9, 1.2], [1.2, 1.2], [1.2, 1.5], [3.0, 3.4], [2.9, 3.6], [3.7, 4.0]]
    expected = [
        (0.0, [0, -1]),
        (0.5, [0, 0]),
        (0.85, [0, 0]),  # too short a pause to be shown
        (0.9, [1, 1]),
        (1.3, [3, 3]),
        (2.0, [4, -1]),  # a pause
        (3.1, [5, 5]),  # begins before the word that it follows, as providers have it now and then
        (3.8, [6, 6]),
        (4.0, [7, -1]),
    ]
    forwards = [second for second, _ in expected]
    about = [3.8, 0.0, 4.0, 0.9, 3.1, 2.0, 0.85, 1.3, 0.5]
    page.goto(address)

    program = address + script("cues.js")
    found = page.evaluate(ASKED, [program, times, [*forwards, *about]])

    known = dict(expected)
    assert found == [known[second] for second in [*forwards, *about]]


WRITTEN = """
    async ([program, words]) => {
        const { Words } = await import(program);
        const root = document.createElement("div");
        new Words(root, () => {}, new AbortController().signal).show(words);
        return root.textContent;
    }
"""


def test_words_stand_as_their_script_has_them_and_keep_their_line_ends(page: Page, address: str) -> None:
    page.goto(address)
    said = ["Two", "words.\n\n", "Then", "你好\uff0c", "世界。", "Bye."]

    text = page.evaluate(WRITTEN, [address + script("words.js"), [[word, i, i + 1] for i, word in enumerate(said)]])

    assert text == "Two words.\n\nThen 你好\uff0c世界。 Bye."
