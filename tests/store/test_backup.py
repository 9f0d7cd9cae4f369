"""A backup of everything, and back: into the same kind of stores, and into PostgreSQL and a bucket."""

from __future__ import annotations

import json
import os
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from postgres import fresh_database_url
from s3 import fresh_bucket, settings_of
from sqlalchemy import select
from store_rows import add_rows

from audiokit.errors import Damaged, InputError
from audiokit.people.persons import Persons
from audiokit.settings import Settings
from audiokit.store.backup import back_up
from audiokit.store.blobs import Blobs, digest_of
from audiokit.store.check import compare
from audiokit.store.clips import Clips
from audiokit.store.database import Database, open_database
from audiokit.store.dump import TABLES
from audiokit.store.opening import open_blobs
from audiokit.store.restore import restore

SOUNDS = (b"", b"short", os.urandom(5_000_000))


@contextmanager
def house(folder: Path) -> Iterator[tuple[Database, Blobs]]:
    database = open_database(None, folder)
    yield database, Blobs(folder / "blobs")
    database.close()


@contextmanager
def shared_house(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[tuple[Database, Blobs]]:
    for name, value in settings_of(fresh_bucket()).items():
        monkeypatch.setenv(name, value)
    database = open_database(fresh_database_url(), folder)
    yield database, open_blobs(Settings.read())
    database.close()


def furnished(database: Database, blobs: Blobs) -> None:
    """Put rows into every table, and sound into the blobs."""
    Persons(database).local()
    with database.write() as connection:
        for number in range(1, 4):
            add_rows(connection, number)
    clips = Clips(database, blobs)
    for sound in SOUNDS:
        clips.keep("local", sound, "audio/wav", "recording")


def rows_of(database: Database) -> dict[str, list[Any]]:
    with database.read() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in TABLES
        }


def test_all_that_is_kept_moves_up_to_postgresql_and_a_bucket_and_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with house(tmp_path / "one") as (database, blobs):
        furnished(database, blobs)
        before = rows_of(database)
        up = back_up(database, blobs, tmp_path / "up.tar")
    with shared_house(monkeypatch, tmp_path / "many") as (database, blobs):
        Persons(database).local()  # as the app does when it is opened first
        restore(database, blobs, tmp_path / "up.tar")
        moved = rows_of(database)
        assert [blobs.get(digest_of(sound)) for sound in SOUNDS] == list(SOUNDS)
        back_up(database, blobs, tmp_path / "down.tar")
    with house(tmp_path / "again") as (database, blobs):
        restore(database, blobs, tmp_path / "down.tar")
        again = rows_of(database)
        assert {stored.digest for stored in blobs.all()} == set(map(digest_of, SOUNDS))

    assert all(before.values())
    assert before == moved == again
    assert up.n_recordings == len(SOUNDS)
    assert len(up.gone) > 0  # the made-up digests of made-up rows
    assert (tmp_path / "up.tar").stat().st_mode & 0o777 == 0o600


def test_a_backup_taken_while_people_record_and_delete_is_of_one_moment(tmp_path: Path) -> None:
    with house(tmp_path / "one") as (database, blobs):
        Persons(database).local()
        clips, ending = Clips(database, blobs), threading.Event()
        kept = [clips.keep("local", os.urandom(20_000), "audio/wav", "recording") for _ in range(30)]

        def lives_on() -> None:
            while not ending.is_set():
                clips.keep("local", os.urandom(20_000), "audio/wav", "recording")
                if len(kept) > 10:
                    clips.forget("local", kept.pop())

        living = threading.Thread(target=lives_on)
        living.start()
        manifest = back_up(database, blobs, tmp_path / "b.tar")
        ending.set()
        living.join()
    with house(tmp_path / "two") as (database, blobs):
        restore(database, blobs, tmp_path / "b.tar")
        compared = compare(database, blobs)
        n_clips = len(rows_of(database)["clip"])

    assert n_clips == manifest.n_rows["clip"] >= 30
    assert set(compared.lost) == set(manifest.gone)  # what was deleted since, and nothing else
    assert n_clips == manifest.n_recordings + len(manifest.gone)


def test_a_backup_that_is_cut_or_changed_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    whole = tmp_path / "whole.tar"
    with house(tmp_path / "one") as (database, blobs):
        furnished(database, blobs)
        back_up(database, blobs, whole)
    data = whole.read_bytes()
    spoilt = {
        "cut": data[: len(data) // 2],
        "no backup": b"nothing of the kind" * 100,
        "empty": b"",
        "sound": data.replace(SOUNDS[2][:500], b"x" * 500),
        "rows": _changed_row(whole),
        "older": data.replace(b'"format": 1', b'"format": 0'),
        "another step": data.replace(b'"revision": "0', b'"revision": "9'),
    }

    with house(tmp_path / "two") as (database, blobs):
        for name, bytes_ in spoilt.items():
            assert bytes_ != data, name
            (tmp_path / "spoilt.tar").write_bytes(bytes_)
            with pytest.raises((InputError, Damaged)):
                restore(database, blobs, tmp_path / "spoilt.tar")
            assert not any(rows_of(database).values()), name
        restore(database, blobs, whole)


def _changed_row(whole: Path) -> bytes:
    """Return the same tar with another table's rows in the place of one."""
    path = whole.with_name("rows.tar")
    with tarfile.open(whole) as tar, tarfile.open(path, "w") as changed:
        for member in tar:
            other = "tables/turn.jsonl.gz" if member.name == "tables/prompt.jsonl.gz" else member.name
            rows = tar.extractfile(other)
            assert rows is not None
            member.size = tar.getmember(other).size
            changed.addfile(member, rows)
    return path.read_bytes()


def test_nothing_is_restored_over_what_is_there(tmp_path: Path) -> None:
    with house(tmp_path / "one") as (database, blobs):
        furnished(database, blobs)
        back_up(database, blobs, tmp_path / "b.tar", with_sound=False)
        before = rows_of(database)

        with pytest.raises(InputError, match="empty installation only"):
            restore(database, blobs, tmp_path / "b.tar")
        with pytest.raises(InputError, match="already"):
            back_up(database, blobs, tmp_path / "b.tar")

        assert rows_of(database) == before
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert [name for name in tar.getnames() if name.startswith("recordings/")] == []


def test_damaged_sound_is_told_and_left_out(tmp_path: Path) -> None:
    with house(tmp_path / "one") as (database, blobs):
        Persons(database).local()
        clips = Clips(database, blobs)
        digests = [clips.keep("local", bytes([n]) * 3_000_000, "audio/wav", "recording") for n in range(3)]
        blobs.path(digests[1]).write_bytes(b"other")
        manifest = back_up(database, blobs, tmp_path / "b.tar")
    with house(tmp_path / "two") as (database, blobs):
        restore(database, blobs, tmp_path / "b.tar")
        assert {stored.digest for stored in blobs.all()} == {digests[0], digests[2]}

    assert manifest.damaged == [digests[1]]
    with tarfile.open(tmp_path / "b.tar") as tar:
        listed = tar.extractfile("manifest.json")
        assert listed is not None
        assert json.load(listed)["damaged"] == [digests[1]]
