"""``audiokit usage``: what was spent, the ledger in a file, sums and prices made anew."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet  # type: ignore[import-untyped]  # publishes no types

from audiokit.cli.main import main
from audiokit.store.database import open_database
from audiokit.usage.entries import Entry
from audiokit.usage.ledger import Ledger

NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_TIME_ZONE", "UTC")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder, with three calls: one known, one whose price was missing, one of another person's."""
    database = open_database(None, tmp_path / "data")
    ledger = Ledger(database)
    calls: dict[str, dict[str, Any]] = {
        "a": {"cost_nanousd": 2_500_000_000, "input_ms": 60_000, "output_ms": 30_000},
        "b": {"text_in_tokens": 1000, "audio_in_tokens": 0, "text_out_tokens": 10, "audio_out_tokens": 0},
        "c": {"cost_nanousd": 1_000_000_000, "person_id": "bob", "page": "live"},
    }
    for name, given in calls.items():
        ledger.write(an_entry(name, **given))
    database.close()
    return tmp_path


def an_entry(name: str, **given: Any) -> Entry:
    known: dict[str, Any] = {
        "at": datetime(2026, 11, 20, 12, tzinfo=UTC),
        "person_id": "ada",
        "page": "record_and_converse",
        "endpoint": "openai",
        "kind": "converse",
        "model_asked": "gpt-audio-1.5",
        "total_ms": 1200,
        "outcome": "answered",
    }
    return Entry(id=name, **{**known, **given})


def typed(*words: object, answer: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["usage", *map(str, words)], input=answer)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.usefixtures("folder")
def test_what_was_spent_is_shown_with_what_is_not_known() -> None:
    lines = typed("show", *NOVEMBER).stdout.splitlines()

    assert [line.split() for line in lines[-3:]] == [
        ["record_and_converse", "2", "1.0", "0.5", "$2.50", "and", "1", "unknown"],
        ["live", "1", "0.0", "0.0", "$1.00"],
        ["together", "3", "1.0", "0.5", "$3.50", "and", "1", "unknown"],
    ]


@pytest.mark.usefixtures("folder")
def test_programs_get_an_object_a_line_of_the_scope_that_they_ask_for() -> None:
    (line,) = typed("show", *NOVEMBER, "--person", "bob", "--by", "day", "--json").stdout.splitlines()

    told = json.loads(line)

    assert (told["day"], told["n_calls"], told["cost_nanousd"]) == ("2026-11-20", 1, 10**9)


def test_the_ledger_is_exported_with_unknown_as_nothing(folder: Path) -> None:
    assert "3 calls" in typed("export", folder / "calls.csv", *NOVEMBER).stdout
    assert "2 calls" in typed("export", folder / "calls.parquet", *NOVEMBER, "--person", "ada").stdout

    rows = list(csv.DictReader((folder / "calls.csv").read_text("utf-8").splitlines()))
    table = parquet.read_table(folder / "calls.parquet").to_pylist()
    assert {row["id"]: row["cost_nanousd"] for row in rows} == {"a": "2500000000", "b": "", "c": "1000000000"}
    assert {row["id"]: row["cost_nanousd"] for row in table} == {"a": 2_500_000_000, "b": None}


def test_a_file_of_another_kind_is_refused_with_what_to_do(folder: Path) -> None:
    result = typed("export", folder / "calls.xlsx")

    assert result.exit_code != 0
    assert ".csv or .parquet" in result.stderr


@pytest.mark.usefixtures("folder")
def test_days_in_the_wrong_order_are_refused() -> None:
    result = typed("show", "--from", "2026-11-30", "--to", "2026-11-01")

    assert result.exit_code != 0
    assert "--from" in result.stderr


@pytest.mark.usefixtures("folder")
def test_a_missing_price_is_shown_and_written_only_when_agreed() -> None:
    declined = typed("reprice", *NOVEMBER, answer="n\n")
    assert "1 of them without a cost until now: $0.002600 more" in declined.stdout
    assert "unknown" in typed("show", *NOVEMBER).stdout

    assert "1 corrections are written" in typed("reprice", *NOVEMBER, "--yes").stdout

    assert "unknown" not in typed("show", *NOVEMBER).stdout
    assert "has the price that is known today" in typed("reprice", *NOVEMBER).stdout


@pytest.mark.usefixtures("folder")
def test_sums_that_were_lost_are_made_anew(folder: Path) -> None:
    before = typed("show", *NOVEMBER).stdout
    database = open_database(None, folder / "data")
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM tally_month")
    database.close()
    assert typed("show", *NOVEMBER).stdout != before

    assert "2026-11 is done." in typed("rebuild").stdout

    assert typed("show", *NOVEMBER).stdout == before


def test_a_time_zone_that_does_not_exist_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_TIME_ZONE", "Europe/Atlantis")

    result = typed("show")

    assert result.exit_code != 0
    assert "AUDIOKIT_TIME_ZONE" in result.stderr
