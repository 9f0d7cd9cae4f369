"""Usage & Cost in a real browser: narrowed by a press, budgets edited in place, and nobody sees another's numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from browser import served, settled
from playwright.sync_api import Browser, Page, expect

from audiokit.store.columns import utc_now
from audiokit.store.database import open_database
from audiokit.usage.budgets import Budgets, Every, ScopeKind
from audiokit.usage.ledger import Entry, Ledger

UTC = ZoneInfo("UTC")
pytestmark = pytest.mark.browser
APP = Path(__file__).with_name("app_of_two.py")


def opened(browser: Browser, address: str, *, width: int = 1280, height: int = 1600) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(address)
    expect(page.get_by_role("heading", name="Usage & Cost")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="Speed and errors")).to_be_visible(timeout=60_000)
    settled(page)
    return page


def crossed(data_dir: Path) -> None:
    """Have a call take a budget past its last threshold, as another process does; everybody's is far from it."""
    database = open_database(None, data_dir)
    budgets = Budgets(database, UTC)
    budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, 1_000 * 10**9)
    budgets.put(ScopeKind.MODEL, "gpt-audio-mini", Every.MONTH, 100 * 10**9)
    dear = Entry(
        id="dear",
        at=utc_now(),
        person_id="local",
        page="record_and_converse",
        endpoint="openai",
        kind="converse",
        model_asked="gpt-audio-mini",
        cost_nanousd=96 * 10**9,
        total_ms=4_000,
        outcome="answered",
    )
    Ledger(database, UTC).write(dear)
    database.close()


def a_notice_is_put_away(mine: Page, address: str) -> None:
    mine.goto(f"{address}/usage_and_cost?period=7d")
    notice = mine.get_by_text("95 % of the budget of the model gpt-audio-mini for this month is spent")
    expect(notice).to_be_visible()
    settled(mine)
    mine.get_by_role("button", name="Put away").click()
    expect(notice).to_have_count(0)
    mine.reload()
    expect(mine.get_by_role("button", name="Compare both")).to_be_visible()
    settled(mine)
    expect(notice).to_have_count(0)


def both_models_are_compared_and_one_is_switched_to(mine: Page) -> None:
    mine.get_by_role("button", name="Compare both").click()
    dialog = mine.get_by_role("dialog")
    expect(dialog.get_by_text("“How much is two and two?”")).to_be_visible()
    dialog.get_by_role("button", name="Ask both").click()
    switch = dialog.get_by_role("button", name="Use gpt-audio-1.5 from now on")
    expect(switch).to_be_visible(timeout=120_000)
    expect(dialog.get_by_text("whole answer").last).to_be_visible()
    expect(dialog.locator("audio").last).to_be_visible()
    switch.click()
    expect(mine.get_by_text("gpt-audio-1.5 is asked in place of gpt-audio-mini from now on.")).to_be_visible()
    expect(mine.get_by_role("button", name="Switch back")).to_be_visible()


def test_numbers_are_narrowed_budgets_edited_models_compared_and_a_member_sees_only_own_ones(
    browser: Browser, tmp_path: Path
) -> None:
    with served(APP, environment={"AUDIOKIT_DATA_DIR": str(tmp_path), "AUDIOKIT_TIME_ZONE": "UTC"}) as address:
        mine = opened(browser, f"{address}/usage_and_cost?view=all&period=7d")
        expect(mine.get_by_test_id("stMetricValue").first).to_have_text("$75.39")

        budget = mine.get_by_role("form", name="New budget")
        budget.get_by_label("Most, in dollars").fill("100")
        budget.get_by_role("button", name="Add budget").press("Enter")
        limit = mine.get_by_label("Most for Everybody here, in dollars")
        expect(limit).to_have_value("100.00")
        limit.fill("8x")
        limit.press("Tab")
        expect(mine.get_by_text("A budget is an amount in dollars")).to_be_visible()
        expect(limit).to_have_value("100.00")
        limit.fill("20")
        limit.press("Tab")
        expect(mine.get_by_text("used up").first).to_be_visible()

        mine.get_by_role("table", name="People").get_by_role("button", name="Bob").press("Enter")
        expect(mine.get_by_test_id("stMetricValue").first).to_have_text("$54.39")
        expect(mine.get_by_text("The same as a table")).to_have_count(1)
        mine.get_by_text("The same as a table").click()
        mine.get_by_role("table", name="Days").get_by_role("row").nth(1).get_by_role("button").click()
        expect(mine.get_by_role("table", name="Calls of").get_by_role("row")).to_have_count(2)

        crossed(tmp_path)
        a_notice_is_put_away(mine, address)
        both_models_are_compared_and_one_is_switched_to(mine)
        mine.close()

        (tmp_path / "bob-is-here").touch()
        narrow = opened(browser, f"{address}/usage_and_cost?period=7d", width=390, height=900)
        expect(narrow.get_by_test_id("stMetricValue").first).to_have_text("$54.39")
        expect(narrow.get_by_role("radio", name="Everybody")).to_have_count(0)
        expect(narrow.get_by_text("$21.00")).to_have_count(0)
        expect(narrow.get_by_role("form", name="New budget")).to_have_count(0)
        assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
        file = narrow.get_by_role("link", name="Models as CSV").get_attribute("href") or ""
        body = narrow.request.get(f"{address}{file}").text().removeprefix("\ufeff")
        assert [row["cost_usd"] for row in csv.DictReader(io.StringIO(body))] == ["54.390000000"]
        narrow.goto(f"{address}/usage_and_cost?view=all")
        expect(narrow.get_by_text("These are not your numbers")).to_be_visible()
        narrow.goto(address)
        expect(narrow.get_by_role("link", name="this month")).to_be_visible()
        narrow.close()
