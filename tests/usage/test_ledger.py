"""The shape of an entry; how entries are written and read is in tests/contracts/test_store.py, on both databases."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from audiokit.store.database import open_database
from audiokit.store.tables import entry
from audiokit.usage.ledger import Entry, Ledger, Outcome

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def the_least() -> Entry:
    return Entry(
        id="one",
        at=NOON,
        person_id="ada",
        page="usage",
        endpoint="offline",
        kind="speak",
        model_asked="m",
        total_ms=0,
        outcome="refused",
    )


def test_an_entry_has_a_field_for_every_column_and_says_which_may_be_unknown() -> None:
    hints = get_type_hints(Entry)

    assert [field.name for field in fields(Entry)] == [column.name for column in entry.columns]
    assert {name for name, hint in hints.items() if type(None) in get_args(hint)} == {
        column.name for column in entry.columns if column.nullable
    }


def test_what_was_not_said_is_none_and_never_zero(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    ledger = Ledger(database)

    ledger.write(the_least())
    (found,) = ledger.recent("ada", 1)
    database.close()

    unknown = [field.name for field in fields(Entry) if getattr(found, field.name) is None]
    assert unknown == [column.name for column in entry.columns if column.nullable]
    assert found.total_ms == 0


def test_an_entry_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        the_least().cost_nanousd = 1  # type: ignore[misc]  # that is the point


def test_the_ledger_only_appends_and_reads() -> None:
    public = {name for name in vars(Ledger) if not name.startswith("_")}

    reading = {"of_turn", "of_conversation", "recent", "history", "spent_nanousd"}
    assert public == {"write", "settle", "correct"} | reading


def test_the_outcomes_are_those_that_the_table_takes() -> None:
    (check,) = (str(rule.sqltext) for rule in entry.constraints if hasattr(rule, "sqltext"))

    assert check == f"outcome IN {get_args(Outcome)}"
