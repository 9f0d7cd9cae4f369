"""The front door and the Account page through app.py, without a browser: who comes in, and what they find."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from audiokit.people.persons import Person
from audiokit.people.roles import Role
from audiokit.people.signing_in import identity_of
from audiokit.studio import Studio, shared_studio

APP = str(Path(__file__).resolve().parents[2] / "app.py")
SETTINGS = {
    "AUDIOKIT_MODE": "oidc",
    "AUDIOKIT_OIDC_METADATA_URL": "http://127.0.0.1:9/.well-known/openid-configuration",
    "AUDIOKIT_OIDC_CLIENT_ID": "audiokit",
    "AUDIOKIT_OIDC_CLIENT_SECRET": "made-up",
    "AUDIOKIT_PUBLIC_URL": "http://127.0.0.1:8501",
    "AUDIOKIT_COOKIE_SECRET": "made-up-for-tests-and-long-enough",
}


def claims(name: str, **more: object) -> dict[str, Any]:
    known = {"iss": "https://id.example.org", "sub": name, "name": name, "iat": time.time() - 60}
    return {**known, "is_logged_in": True, **more}


ANN, BOB = claims("Ann", roles=["admin"]), claims("Bob")


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """The process's studio, where people sign in, opened anew in this test's data folder."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    yield studio
    studio.close()
    sys.modules.pop("_audiokit_process", None)


def page(user: dict[str, Any], part: str | None = None) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.user = user
    at.run()
    at.switch_page("pages/account.py").run()
    return at if part is None else at.segmented_control(key="part").set_value(part).run()


def shown(at: AppTest) -> str:
    words = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.error]
    return "\n".join(str(one.value) for one in words).replace("\\", "")


def person(studio: Studio, user: dict[str, Any]) -> Person:
    return studio.people.register.sign_in(identity_of(user, studio.claim_rules))


def test_nobody_who_has_not_signed_in_is_shown_or_asks_for_anything(studio: Studio) -> None:
    at = AppTest.from_file(APP, default_timeout=60)
    at.user = {"is_logged_in": False}
    at.run()

    assert not at.exception
    assert [button.label for button in at.button] == ["Sign in"]
    assert len(at.get("page_link")) == len(at.title) == 0
    assert studio.persons.all() == ()


@pytest.mark.usefixtures("studio")
def test_a_viewer_is_told_at_the_door_what_they_may_and_a_member_needs_no_telling() -> None:
    doors = []
    for user in (claims("Vera", roles=["viewer"]), BOB):
        at = AppTest.from_file(APP, default_timeout=60)
        at.user = user
        doors.append("You may look, listen and export here." in shown(at.run()))
    assert doors == [True, False]


@pytest.mark.usefixtures("studio")
def test_a_member_is_told_who_they_are_and_looks_after_nobody() -> None:
    at = page(BOB)

    assert "Bob" in shown(at)
    assert "You may do everything with what is yours." in shown(at)
    options = at.segmented_control(key="part").options
    assert "People" not in options
    assert "Retention" not in options


def test_an_admin_gives_roles_and_teams_and_the_last_one_stays_admin(studio: Studio) -> None:
    bob = person(studio, BOB)
    at = page(ANN, "People")
    at.selectbox(key=f"account.role.{bob.id}.member").set_value(Role.VIEWER).run()
    at.text_input(key=f"account.team.{bob.id}.None").set_value("Radio").run()

    now = studio.persons.get(bob.id)
    assert (now.role, now.team, now.is_role_fixed) == (Role.VIEWER, "Radio", True)
    ann = person(studio, ANN)
    at.selectbox(key=f"account.role.{ann.id}.admin").set_value(Role.MEMBER).run()
    assert "Ann is the last admin here" in shown(at)
    assert studio.persons.get(ann.id).role is Role.ADMIN


def test_who_is_blocked_or_signed_out_everywhere_sees_a_sentence_at_the_next_press(studio: Studio) -> None:
    at = page(BOB)
    bob = person(studio, BOB)
    studio.people.register.block(bob.id)
    assert "Your access here has been blocked." in shown(at.run())
    door = AppTest.from_file(APP, default_timeout=60)
    door.user = BOB
    assert "Your access here has been blocked." in shown(door.run())
    assert [button.label for button in door.button] == ["Sign in again"]

    studio.people.register.unblock(bob.id)
    assert "You may do everything" in shown(page(BOB))
    at = page(BOB)
    at.button(key="account.everywhere").click().run()
    assert "You have been signed out" in shown(at)
    later = {**BOB, "iat": time.time() + 60}
    assert "You may do everything" in shown(page(later))


@pytest.mark.usefixtures("studio")
def test_what_one_visit_remembers_is_gone_when_somebody_else_is_there() -> None:
    at = page(BOB)
    at.session_state["draft"] = "Bob's words"
    at.user = claims("Carl")
    at.run()
    assert "Carl" in shown(at)
    assert "draft" not in at.session_state


def test_a_token_is_shown_once_and_revoked(studio: Studio) -> None:
    at = page(BOB, "Tokens")
    at.text_input(key="account.token.name").set_value("Nightly")
    (submit,) = [button for button in at.button if button.label == "Make a token"]
    submit.click().run()

    (made,) = [str(code.value) for code in at.code]
    assert studio.people.tokens.open(made).name == "Nightly"
    at.run()
    assert len(at.code) == 0
    (revoke,) = [button for button in at.button if button.label == "Revoke"]
    revoke.click().run()
    assert "You have no tokens." in shown(at)


def test_where_nobody_signs_in_it_says_so() -> None:
    sys.modules.pop("_audiokit_process", None)
    studio = shared_studio()
    try:
        at = page({})
        assert "Nobody signs in on this machine" in shown(at)
        assert "Sign out" not in [button.label for button in at.button]
    finally:
        studio.close()
        sys.modules.pop("_audiokit_process", None)
