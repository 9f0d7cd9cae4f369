"""Signing in with a real OpenID Connect provider: who may do what, whose is what, and leaving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import free_port, served, settled
from oidc import environment, provider, signed_in
from playwright.sync_api import Browser, Page, expect

APP = Path(__file__).resolve().parents[2] / "app.py"
USERS = (
    {"sub": "ann", "name": "Ann", "email": "ann@example.org", "email_verified": True},
    {"sub": "bob", "name": "Bob", "email": "bob@example.org"},
    {"sub": "vera", "name": "Vera", "email": "vera@example.org", "groups": ["guests"]},
)
RULES = {
    "AUDIOKIT_ADMINS": "Ann@example.org",
    "AUDIOKIT_OIDC_ROLE_CLAIM": "groups",
    "AUDIOKIT_OIDC_ROLES": '{"guests": "viewer"}',
}
pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, where people sign in with a provider on this machine."""
    port = free_port()
    with provider(USERS) as address:
        around = environment(address, port, **RULES, AUDIOKIT_DATA_DIR=str(tmp_path_factory.mktemp("desk")))
        with served(APP, environment=around, port=port) as desk:
            yield desk


def type_a_turn(page: Page, desk: str, words: str) -> None:
    page.goto(desk)
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(words)
    field.press("Enter")


def account(page: Page, desk: str, part: str = "You") -> None:
    page.goto(f"{desk}/account")
    settled(page)
    page.get_by_role("radio", name=part, exact=True).click()


def test_three_people_sign_in_are_what_they_are_and_see_only_what_is_theirs(desk: str, browser: Browser) -> None:
    stranger = browser.new_context().new_page()
    stranger.goto(f"{desk}/usage_and_cost")
    expect(stranger.get_by_role("button", name="Sign in")).to_be_visible()
    expect(stranger.get_by_role("link", name="Usage & Cost")).to_have_count(0)

    bob, vera = signed_in(browser, desk, "bob"), signed_in(browser, desk, "vera")
    type_a_turn(bob, desk, "The password is swordfish")
    bob.wait_for_url("**conversation=**")
    expect(bob.get_by_test_id("stMain")).to_contain_text("swordfish")
    theirs = bob.url

    # A member has no look at people, an admin has; each role is said.
    account(bob, desk)
    expect(bob.get_by_text("You may do everything with what is yours.")).to_be_visible()
    expect(bob.get_by_role("radio", name="People")).to_have_count(0)
    ann = signed_in(browser, desk, "ann")
    account(ann, desk, "People")
    expect(ann.get_by_text("bob@example.org")).to_be_visible()
    expect(ann.get_by_text("vera@example.org")).to_be_visible()

    # A viewer is refused by the service, in a sentence.
    type_a_turn(vera, desk, "May I?")
    expect(vera.get_by_text(re.compile("you are a viewer here"))).to_be_visible()

    # Somebody else's conversation is not there, not even for an admin, by its own address.
    for other in (ann, vera):
        other.goto(theirs)
        expect(other.get_by_test_id("stAlert").first).to_be_visible()
        expect(other.get_by_text("swordfish")).to_have_count(0)

    # An admin keeps Bob out: his open page says so at his next press.
    account(bob, desk)
    account(ann, desk, "People")
    row = ann.locator("[class*=st-key-person-]").filter(has_text="bob@example.org")
    expect(row.get_by_test_id("stPopover")).to_have_count(1)  # what the part before it showed is gone
    row.get_by_test_id("stPopover").get_by_role("button").click()
    ann.get_by_role("button", name="Block", exact=True).click()
    expect(row.get_by_text("Blocked")).to_be_visible()
    bob.get_by_role("radio", name="Tokens", exact=True).click()
    expect(bob.get_by_text("Your access here has been blocked")).to_be_visible()
    expect(bob.get_by_role("link", name="Usage & Cost")).to_have_count(0)

    # Whoever signs out is out.
    account(vera, desk)
    vera.get_by_role("button", name="Sign out", exact=True).click()
    vera.get_by_role("button", name="End session").click()  # the provider's own question
    expect(vera.get_by_role("button", name="Sign in")).to_be_visible()
    vera.goto(desk)
    expect(vera.get_by_role("button", name="Sign in")).to_be_visible()
