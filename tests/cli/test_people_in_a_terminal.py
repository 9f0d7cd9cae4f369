"""``audiokit people``: the operator's way in, also where nobody can sign in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from audiokit.cli.main import main
from audiokit.people.persons import Persons
from audiokit.people.register import Register
from audiokit.people.roles import Role
from audiokit.people.signing_in import Identity
from audiokit.people.tokens import Scope, Tokens
from audiokit.store.database import open_database


def say(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["people", *words])
    return done.exit_code, done.output


def test_an_operator_gives_roles_and_teams_keeps_people_out_and_ends_tokens(tmp_path: Path) -> None:
    database = open_database(None, tmp_path / "data")
    persons = Persons(database)
    persons.local()
    who = Identity(
        issuer="https://id.example.org",
        subject="bob",
        name="Bob",
        email="bob@example.org",
        role=Role.MEMBER,
        team=None,
        tells_team=False,
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    bob = Register(database, persons).sign_in(who)
    token, made = Tokens(database).issue(bob.id, "Nightly", {Scope.READ})
    database.close()

    assert say("role", "bob@example.org", "admin") == (0, "Bob: admin\n")
    assert say("team", bob.id, "Radio") == (0, "Bob: Radio\n")
    code, listed = say("list")
    assert code == 0
    assert f"{bob.id}\tadmin*\tBob\tbob@example.org\tRadio\t2026-11-21" in listed
    assert "local\tadmin\tYou" in listed
    code, refused = say("block", bob.id)
    assert code == 1
    assert "last admin" in refused
    assert say("role", bob.id, "provider")[0] == 0
    assert say("role", bob.id, "viewer")[0] == 1
    assert "Nobody here has that" in say("unblock", "eve@example.org")[1]
    assert say("sign-out", bob.id)[0] == 0

    code, listed = say("tokens", bob.id)
    assert f"{token.id}\t{bob.id}\tNightly\tread\t-\tnever" in listed
    assert made not in listed
    assert say("tokens", "--revoke", token.id)[0] == 0
    assert "revoked" in say("tokens")[1]
    assert say("tokens", "--revoke", "nothing")[0] == 1
