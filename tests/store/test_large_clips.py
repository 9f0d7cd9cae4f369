"""Clips that are too large for memory: kept from a file, and read from one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from audiokit.errors import Damaged, NotFound
from audiokit.people.persons import Persons
from audiokit.store.blobs import Blobs, digest_of
from audiokit.store.clips import Clips
from audiokit.store.database import open_database

ME, DATA = "local", bytes(range(256)) * 10_000


@pytest.fixture
def clips(tmp_path: Path) -> Iterator[Clips]:
    database = open_database(None, tmp_path)
    Persons(database).local()
    yield Clips(database, Blobs(tmp_path / "blobs"))
    database.close()


def a_file(tmp_path: Path) -> Path:
    path = tmp_path / "prepared.flac"
    path.write_bytes(DATA)
    return path


def test_a_file_is_kept_as_its_bytes_would_be(clips: Clips, tmp_path: Path) -> None:
    path = a_file(tmp_path)
    digest = clips.keep_file(ME, path, "audio/flac", "recording")
    path.unlink()
    assert digest == digest_of(DATA) == clips.keep(ME, DATA, "audio/flac", "recording")
    assert clips.read(ME, digest) == clips.path(ME, digest).read_bytes() == DATA
    assert list((tmp_path / "blobs" / "new").iterdir()) == []


def test_a_file_that_is_not_mine_or_gone_is_said_to_be_so(clips: Clips, tmp_path: Path) -> None:
    digest = clips.keep_file(ME, a_file(tmp_path), "audio/flac", "recording")
    with pytest.raises(NotFound):
        clips.path("somebody else", digest)
    clips.path(ME, digest).unlink()
    with pytest.raises(Damaged, match="gone from where it was kept"):
        clips.path(ME, digest)
