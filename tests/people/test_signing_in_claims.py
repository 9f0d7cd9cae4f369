"""What a provider says becomes who somebody is here, and nothing that it does not say."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.errors import NotAllowed
from audiokit.people.persons import Person
from audiokit.people.roles import ALLOWED, Action, Role, allows, require
from audiokit.people.signing_in import ClaimRules, identity_of

SAID = {"iss": "https://id.example.org", "sub": "42", "iat": 1_795_000_000}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("rules", "claims", "role"),
    [
        ({}, {}, Role.MEMBER),
        ({"default_role": Role.VIEWER}, {}, Role.VIEWER),
        ({}, {"roles": "admin"}, Role.ADMIN),
        ({}, {"roles": ["viewer", "something", "member"]}, Role.MEMBER),
        ({}, {"roles": ["Admin", "ADMIN", "administrator"]}, Role.MEMBER),
        ({"role_claim": "realm_access.roles"}, {"realm_access": {"roles": ["admin"]}}, Role.ADMIN),
        ({"role_claim": "https://x.org/roles"}, {"https://x.org/roles": ["viewer"]}, Role.VIEWER),
        ({"roles": {"staff": Role.ADMIN}}, {"roles": ["staff"]}, Role.ADMIN),
        ({"roles": {"staff": Role.ADMIN}}, {"roles": ["admin"]}, Role.MEMBER),  # another house's admin
        ({"admins": frozenset({"a@b.org"})}, {"email": "A@B.org"}, Role.ADMIN),
        ({"admins": frozenset({"a@b.org"})}, {"email": "a@b.org", "email_verified": True}, Role.ADMIN),
        ({"admins": frozenset({"a@b.org"})}, {"email": "a@b.org", "email_verified": False}, Role.MEMBER),
        ({"admins": frozenset({"a@b.org"})}, {"email": "a@b.org", "email_verified": "false"}, Role.MEMBER),
    ],
)
def test_the_role_is_what_the_rules_make_of_the_claims(rules: Any, claims: Any, role: Role) -> None:
    assert identity_of({**SAID, **claims}, ClaimRules(**rules)).role is role


def test_a_name_is_taken_from_what_there_is_and_a_team_only_where_that_was_asked_for() -> None:
    plain = identity_of({**SAID, "team": "Radio"}, ClaimRules())
    assert (plain.name, plain.team, plain.tells_team) == ("42", None, False)
    told = identity_of({**SAID, "name": " Ann \n B ", "team": ["Radio"]}, ClaimRules(team_claim="team"))
    assert (told.name, told.team, told.tells_team) == ("Ann B", "Radio", True)


@given(st.dictionaries(st.sampled_from(["iss", "sub", "iat", "name", "email", "roles", "team"]), JSON))
def test_whatever_is_said_makes_somebody_or_a_sentence(claims: dict[str, Any]) -> None:
    with suppress(NotAllowed):
        found = identity_of(claims, ClaimRules(team_claim="team", role_claim="roles"))
        assert found.issuer == claims["iss"]
        assert found.name


def test_each_role_may_what_those_before_it_may_and_a_blocked_admin_nothing() -> None:
    assert ALLOWED[Role.VIEWER] < ALLOWED[Role.MEMBER] < ALLOWED[Role.ADMIN] == set(Action)
    assert not any(allows(Person("a", "Ann", Role.ADMIN, is_blocked=True), action) for action in Action)
    with pytest.raises(NotAllowed, match="you are a viewer here"):
        require(Person("v", "Vera", Role.VIEWER), Action.CALL_MODELS)
