"""What a person has chosen once is there the next time, and only for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import fresh_database_url

from audiokit.people.persons import LOCAL, Persons
from audiokit.people.preferences import Preferences
from audiokit.store.database import open_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def preferences(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Preferences]:
    database = open_database(None if request.param == "sqlite" else fresh_database_url(), tmp_path)
    Persons(database).local()
    yield Preferences(database)
    database.close()


def test_what_was_kept_last_is_what_is_found(preferences: Preferences) -> None:
    assert preferences.get(LOCAL.id, "room") is None
    preferences.set(LOCAL.id, "room", {"noise_dbfs": -61.5, "bands": [1, 2]})
    preferences.set(LOCAL.id, "room", {"noise_dbfs": -40})
    assert preferences.get(LOCAL.id, "room") == {"noise_dbfs": -40}
    assert preferences.get(LOCAL.id, "language") is None
    assert preferences.get("someone", "room") is None


def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(preferences: Preferences) -> None:
    preferences.set(LOCAL.id, "room", 1)
    preferences.forget(LOCAL.id, "room")
    preferences.forget(LOCAL.id, "room")
    assert preferences.get(LOCAL.id, "room") is None
