"""``audiokit check``, ``backup`` and ``restore`` as an operator types them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, insert, select

from audiokit.cli.main import main
from audiokit.people.persons import Persons
from audiokit.store.blobs import Blobs, digest_of
from audiokit.store.clips import Clips
from audiokit.store.database import Database, open_database
from audiokit.store.tables import budget_hold, made, programme, tally_day
from audiokit.usage.days import zone_named
from audiokit.usage.ledger import Entry, Ledger

LONG_AGO = datetime.now(UTC) - timedelta(days=3)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("AUDIOKIT_ENGINE", "offline")
    monkeypatch.setenv("AUDIOKIT_TIME_ZONE", "UTC")
    return tmp_path / "data"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    opened = open_database(None, folder)
    Persons(opened).local()
    yield opened
    opened.close()


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs(folder / "blobs")


def said(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def wrong(result: Result) -> list[str]:
    return [line.split()[0] for line in result.output.splitlines() if not line.startswith(" ")]


def spend(database: Database) -> None:
    known: Any = {"person_id": "local", "page": "p", "endpoint": "offline", "kind": "converse", "model_asked": "m"}
    ledger = Ledger(database, zone_named("UTC"))
    for n in range(3):
        ledger.write(Entry(id=str(n), at=LONG_AGO, total_ms=1, outcome="answered", cost_nanousd=1000 + n, **known))


def test_all_is_well_where_nothing_is_wrong(database: Database, blobs: Blobs) -> None:
    Clips(database, blobs).keep("local", b"sound", "audio/wav", "recording")
    assert said("check").exit_code == 0  # which makes the tallies
    spend(database)

    result = said("check", "--deep")

    assert result.exit_code == 0, result.output
    assert set(wrong(result)) == {"ok"}


def test_what_is_wrong_is_told_and_what_can_be_mended_is(database: Database, blobs: Blobs) -> None:
    clips, young = Clips(database, blobs), blobs.put(b"just being kept")
    lost, spoilt, kept = (clips.keep("local", data, "audio/wav", "recording") for data in (b"lost", b"spoilt", b"kept"))
    unnamed = blobs.put(b"nobody's")
    assert said("check").exit_code == 0
    spend(database)
    blobs.path(lost).unlink()
    blobs.path(spoilt).write_bytes(b"other")
    os.utime(blobs.path(unnamed), (LONG_AGO.timestamp(),) * 2)
    with database.write() as connection:
        connection.execute(delete(tally_day))
        hold = {"id": "h", "budget_id": "b", "starts_on": date(2026, 1, 1), "amount_nanousd": 5}
        connection.execute(insert(budget_hold).values(**hold, expires_at=LONG_AGO))
        row = {"id": "p", "person_id": "local", "title": "", "state": "making", "shape": {}}
        connection.execute(
            insert(programme).values(**row, job_id="forgotten", created_at=LONG_AGO, updated_at=LONG_AGO)
        )
        counts = {"duration_s": 1.0, "n_words": 1, "voice": "v", "model": "m", "created_at": LONG_AGO}
        values = {"key": "k", "digest": digest_of(b"never made"), "media_type": "audio/wav", **counts}
        connection.execute(insert(made).values(**values))

    found = said("check", "--deep")
    mended = said("check", "--deep", "--mend")
    after = said("check", "--deep")

    assert (found.exit_code, mended.exit_code, after.exit_code) == (1, 1, 1)
    assert wrong(found) == ["WRONG"] * 6
    assert all(digest in found.output for digest in (lost, spoilt, unnamed, digest_of(b"never made")))
    assert "programme p of local" in found.output
    assert wrong(mended) == ["WRONG", "mended", "WRONG", "mended", "mended", "mended"]
    assert wrong(after) == ["WRONG", "ok", "WRONG", "ok", "ok", "ok"]  # what only a backup can bring back
    assert {stored.digest for stored in blobs.all()} == {spoilt, kept, young}
    with database.read() as connection:
        assert connection.execute(select(programme.c.state)).scalars().all() == ["failed"]
        assert connection.execute(select(budget_hold)).all() == []


def test_a_backup_is_taken_and_brought_back_from_the_terminal(
    monkeypatch: pytest.MonkeyPatch, database: Database, blobs: Blobs, tmp_path: Path
) -> None:
    digest = Clips(database, blobs).keep("local", b"sound" * 1000, "audio/wav", "recording")
    file = tmp_path / "backup.tar"

    taken = said("backup", str(file))
    refused = said("restore", str(file))
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path / "new"))
    back = said("restore", str(file))

    assert taken.exit_code == 0
    assert "1 recordings (0.0 MB)" in taken.output
    assert refused.exit_code == 1
    assert "empty installation only" in refused.output
    assert back.exit_code == 0, back.output
    assert Blobs(tmp_path / "new" / "blobs").get(digest) == b"sound" * 1000
    assert said("check", "--deep").exit_code == 0
