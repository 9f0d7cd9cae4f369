"""How persons are found and added is in tests/contracts/test_store.py, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event, select

from audiokit.people.persons import LOCAL, Persons
from audiokit.store.database import open_database
from audiokit.store.tables import person


def test_the_local_person_is_dated_by_the_clock_that_was_given(tmp_path: Path) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    database = open_database(None, tmp_path)

    assert Persons(database, now=lambda: noon).local() == LOCAL

    with database.read() as connection:
        assert connection.execute(select(person.c.created_at, person.c.role)).all() == [(noon, "admin")]
    database.close()


def test_asking_for_the_local_person_again_writes_nothing(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    Persons(database).local()
    statements: list[str] = []
    event.listen(database._engines.writers, "before_cursor_execute", lambda *given: statements.append(given[2]))

    Persons(database).local()
    database.close()

    assert statements == []
