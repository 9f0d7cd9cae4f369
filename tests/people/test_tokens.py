"""Tokens of programs: shown once, kept as a digest, good for what they say and until they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import event, select

from audiokit.errors import InputError, NotAllowed, NotFound
from audiokit.people.persons import LOCAL, Persons
from audiokit.people.tokens import Scope, Tokens
from audiokit.store.database import Database, open_database
from audiokit.store.tables import token

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Desk:
    database: Database
    tokens: Tokens
    now: datetime = NOON


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = open_database(None, tmp_path)
    Persons(database).local()
    found = Desk(database, Tokens(database, now=lambda: found.now))
    yield found
    database.close()


def test_a_token_is_kept_as_its_digest_only(desk: Desk, tmp_path: Path) -> None:
    kept, made = desk.tokens.issue(LOCAL.id, " Nightly  report ", [Scope.READ])

    assert made.startswith("ak_")
    assert len(made) == 46
    assert desk.tokens.open(made).id == kept.id
    assert desk.tokens.of(LOCAL.id)[0].name == "Nightly report"
    with desk.database.read() as connection:
        (row,) = connection.execute(select(token)).all()
    assert row.digest == sha256(made.encode()).hexdigest()
    assert not any(made[3:].encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_one_that_is_made_up_over_or_revoked_says_the_same(desk: Desk) -> None:
    _, over = desk.tokens.issue(LOCAL.id, "a", [Scope.READ], NOON + timedelta(days=1))
    gone, revoked = desk.tokens.issue(LOCAL.id, "b", [Scope.READ])
    desk.tokens.revoke(LOCAL.id, gone.id)
    with pytest.raises(NotFound):
        desk.tokens.revoke("somebody", gone.id)
    desk.now += timedelta(days=1)

    told = set()
    for text in (over, revoked, "ak_" + "A" * 43, "", "ak_", "x" * 100_000, "ak_" + "ä" * 43):
        with pytest.raises(NotAllowed) as refused:
            desk.tokens.open(text)
        told.add(str(refused.value))
    assert len(told) == 1


def test_that_it_was_used_is_written_once_a_minute_at_most(desk: Desk) -> None:
    _, made = desk.tokens.issue(LOCAL.id, "a", [Scope.READ])
    statements: list[str] = []
    event.listen(desk.database._engines.writers, "before_cursor_execute", lambda *given: statements.append(given[2]))

    for _ in range(5):
        desk.tokens.open(made)
    assert len([one for one in statements if one.startswith("UPDATE")]) == 1
    desk.now += timedelta(minutes=1)
    desk.tokens.open(made)
    assert desk.tokens.of(LOCAL.id)[0].last_used_at == desk.now


@pytest.mark.parametrize(("name", "scopes", "days"), [("", [Scope.READ], 1), ("a", [], 1), ("a", [Scope.READ], 0)])
def test_one_without_a_name_a_scope_or_a_future_is_refused(
    desk: Desk, name: str, scopes: list[Scope], days: int
) -> None:
    with pytest.raises(InputError):
        desk.tokens.issue(LOCAL.id, name, scopes, NOON + timedelta(days=days))
