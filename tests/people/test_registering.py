"""Signing in writes people down; admins change what they are; the last admin stays one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from postgres import fresh_database_url

from audiokit.errors import InputError, NotAllowed, NotFound
from audiokit.people.persons import LOCAL, Persons
from audiokit.people.register import Register
from audiokit.people.roles import Action, Role, allows
from audiokit.people.signing_in import Identity
from audiokit.store.database import Database, open_database
from audiokit.usage.budget import Every, ScopeKind
from audiokit.usage.budgets import Budgets
from audiokit.usage.ledger import Entry, Ledger

ZONE = ZoneInfo("UTC")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = Identity(
    issuer="https://id.example.org",
    subject="ann",
    name="Ann",
    email="ann@example.org",
    role=Role.ADMIN,
    team=None,
    tells_team=False,
    at=NOON,
)
BOB = replace(ANN, subject="bob", name="Bob", email=None, role=Role.MEMBER)


@dataclass
class Here:
    database: Database
    persons: Persons
    register: Register
    now: datetime = NOON
    clock: float = 0.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Here]:
    database = open_database(fresh_database_url() if request.param == "postgresql" else None, tmp_path)
    persons = Persons(database, clock=lambda: found.clock)
    register = Register(database, persons, recount=Budgets(database, ZONE).count_teams_anew, now=lambda: found.now)
    found = Here(database, persons, register)
    yield found
    database.close()


def test_twenty_tabs_that_sign_in_for_the_first_time_make_one_person(here: Here) -> None:
    with ThreadPoolExecutor(20) as tabs:
        found = set(tabs.map(here.register.sign_in, [ANN] * 20))

    assert len(found) == 1
    assert here.persons.all() == tuple(found)


def test_a_later_sign_in_says_who_somebody_is_now_and_an_older_cookie_says_nothing(here: Here) -> None:
    first = here.register.sign_in(replace(BOB, role=Role.ADMIN))
    later = replace(BOB, name="Robert", email="bob@example.org", role=Role.VIEWER, at=NOON + timedelta(hours=1))
    now = here.register.sign_in(later)

    assert (now.id, now.name, now.email, now.role) == (first.id, "Robert", "bob@example.org", Role.VIEWER)
    assert here.register.sign_in(replace(BOB, role=Role.ADMIN)) == now  # it was signed before


def test_a_role_that_an_admin_gave_stays_until_it_is_let_go_of(here: Here) -> None:
    bob = here.register.sign_in(BOB)
    here.register.set_role(bob.id, Role.VIEWER)
    assert here.register.sign_in(replace(BOB, at=NOON + timedelta(hours=1))).role is Role.VIEWER

    here.register.release_role(bob.id)
    assert here.register.sign_in(replace(BOB, at=NOON + timedelta(hours=2))).role is Role.MEMBER


def test_of_two_admins_who_demote_and_block_each_other_at_once_one_stays(here: Here) -> None:
    for _ in range(5):
        ann, bob = here.register.sign_in(ANN), here.register.sign_in(BOB)
        for one in (ann, bob):
            here.register.set_role(one.id, Role.ADMIN)
            here.register.unblock(one.id)
        refused: list[str] = []

        def change(which: int, ids: tuple[str, str] = (ann.id, bob.id), told: list[str] = refused) -> None:
            try:
                here.register.block(ids[0]) if which else here.register.set_role(ids[1], Role.VIEWER)
            except NotAllowed as error:
                told.append(str(error))

        with ThreadPoolExecutor(2) as both:
            list(both.map(change, [0, 1]))

        assert len(refused) == 1
        assert "last admin" in refused[0]
        assert sum(allows(one, Action.MANAGE_PEOPLE) for one in here.persons.all()) == 1


def test_the_one_person_of_a_machine_stays_its_admin_and_counts_for_nobody_who_signs_in(here: Here) -> None:
    here.persons.local()
    ann = here.register.sign_in(ANN)

    with pytest.raises(NotAllowed, match="cannot be changed"):
        here.register.set_role(LOCAL.id, Role.VIEWER)
    with pytest.raises(NotAllowed, match="cannot be changed"):
        here.register.block(LOCAL.id)
    with pytest.raises(NotAllowed, match="last admin"):
        here.register.block(ann.id)


def test_who_is_blocked_may_do_nothing_at_once_here_and_within_five_seconds_elsewhere(here: Here) -> None:
    bob = here.register.sign_in(BOB)
    elsewhere = Persons(here.database, clock=lambda: here.clock)
    elsewhere.permit(bob.id, Action.CALL_MODELS)

    here.register.block(bob.id)

    with pytest.raises(NotAllowed, match="has been blocked"):
        here.persons.permit(bob.id, Action.SEE_OWN)
    here.clock = 5.0
    with pytest.raises(NotAllowed, match="has been blocked"):
        elsewhere.permit(bob.id, Action.SEE_OWN)


def test_signing_out_everywhere_ends_every_visit_until_now_whatever_clock_the_provider_has(here: Here) -> None:
    ahead = replace(BOB, at=NOON + timedelta(minutes=3))
    bob = here.register.sign_in(ahead)
    epoch = here.persons.epoch(bob.id)
    here.register.sign_out_everywhere(bob.id)

    with pytest.raises(NotAllowed, match="Sign in again"):
        here.persons.admit(bob.id, ahead.at)
    assert here.persons.epoch(bob.id) != epoch
    here.register.sign_in(again := replace(BOB, at=NOON + timedelta(minutes=4)))
    assert here.persons.admit(bob.id, again.at).id == bob.id


def test_what_was_spent_moves_with_nobody_to_another_team_but_budgets_are_counted_anew(here: Here) -> None:
    bob, budgets = here.register.sign_in(BOB), Budgets(here.database, ZONE)
    here.register.set_team(bob.id, "  Radio ")
    budgets.put(ScopeKind.TEAM, "Radio", Every.MONTH, 10**10)
    budgets.put(ScopeKind.TEAM, "Print", Every.MONTH, 10**10)
    called = Entry(
        id="1",
        at=datetime.now(UTC),
        person_id=bob.id,
        page="record_and_converse",
        endpoint="openai",
        kind="converse",
        model_asked="gpt-audio-1.5",
        cost_nanousd=10**9,
        total_ms=1,
        outcome="answered",
    )
    Ledger(here.database, ZONE).write(called)
    here.register.set_team(bob.id, "Print")

    asked_anew = Budgets(here.database, ZONE)
    spent = {one.budget.scope_id: one.spent_nanousd for one in asked_anew.standings(asked_anew.all())}
    before = {one.budget.scope_id: one.spent_nanousd for one in budgets.standings(budgets.all())}
    asked_anew.count_anew()
    counted = {one.budget.scope_id: one.spent_nanousd for one in asked_anew.standings(asked_anew.all())}
    assert spent == before == counted
    with pytest.raises(InputError, match="Shorten it"):
        here.register.set_team(bob.id, "x" * 81)


def test_nobody_is_nobody(here: Here) -> None:
    with pytest.raises(NotFound):
        here.register.set_role("nobody", Role.ADMIN)
    with pytest.raises(NotFound):
        here.persons.permit("nobody", Action.SEE_OWN)
    assert here.persons.epoch("nobody") == 0


def test_where_people_sign_in_the_one_of_the_machine_is_let_in_nowhere(here: Here) -> None:
    here.persons.local()
    with pytest.raises(NotAllowed, match="Sign in as yourself"):
        Persons(here.database, has_local=False).epoch(LOCAL.id)
