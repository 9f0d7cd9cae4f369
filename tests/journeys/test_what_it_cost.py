"""Usage & Cost in a real browser: narrowed by a press, budgets edited in place, and nobody sees another's numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from browser import served, settled
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
APP = Path(__file__).with_name("app_of_two.py")


def opened(browser: Browser, address: str, *, width: int = 1280, height: int = 1600) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(address)
    expect(page.get_by_role("heading", name="Usage & Cost")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="Speed and errors")).to_be_visible(timeout=60_000)
    settled(page)
    return page


def test_numbers_are_narrowed_budgets_are_edited_and_a_member_sees_only_own_ones(
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
