from __future__ import annotations

import re
from pathlib import Path

import pytest
from app_pressing import NAMES
from browser import served
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser
APP = Path(__file__).with_name("app_pressing.py")


def test_of_presses_in_quick_succession_none_is_lost_or_cut_and_none_is_carried_out_beside_another(
    browser: Browser,
) -> None:
    with served(APP) as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.get_by_text("nothing yet")).to_be_visible()
        for name in NAMES:
            page.get_by_role("button", name=name).click()
        told = page.get_by_test_id("stText")
        expect(told).to_have_text(re.compile(r"(\w+ ended.*){3}"))
        lines = (told.text_content() or "").split(", ")
        each = [(began.split(), ended.split()) for began, ended in zip(lines[::2], lines[1::2], strict=True)]
        assert sorted(each) == [([name, "began"], [name, "ended"]) for name in sorted(NAMES)]
        page.close()
