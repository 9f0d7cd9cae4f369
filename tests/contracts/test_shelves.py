"""One suite over everywhere that blobs are kept: what is promised of a folder holds in a real bucket over HTTP."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from s3 import fresh_bucket, settings_of

from audiokit.errors import Damaged, NotFound
from audiokit.settings import Settings
from audiokit.store import blob_bucket
from audiokit.store.blobs import Blobs, digest_of
from audiokit.store.opening import open_blobs

ABSENT = "0" * 64
_any_blobs = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Kept:
    blobs: Blobs
    store: Any

    def spoil(self, digest: str, damage: bytes) -> None:
        """Put other bytes where a blob lies, behind its back."""
        obstore.put(self.store, f"{digest[:2]}/{digest[2:4]}/{digest}", damage)


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kept:
    if request.param == "bucket":
        for name, value in settings_of(fresh_bucket()).items():
            monkeypatch.setenv(name, value)
    blobs = open_blobs(Settings.read())
    return Kept(blobs, blobs._shelf.store)


@pytest.fixture
def blobs(kept: Kept) -> Blobs:
    return kept.blobs


@given(data=st.binary(max_size=5000))
@_any_blobs
def test_what_is_put_is_got(blobs: Blobs, data: bytes) -> None:
    digest = blobs.put(data)

    assert digest == digest_of(data) == hashlib.sha256(data).hexdigest()
    assert blobs.get(digest) == data == b"".join(blobs.pieces(digest))
    assert blobs.size(digest) == len(data)
    assert blobs.exists(digest)


@given(data=st.binary(max_size=200), bounds=st.tuples(st.integers(0, 250), st.integers(0, 250)))
@_any_blobs
def test_a_range_is_the_slice(blobs: Blobs, data: bytes, bounds: tuple[int, int]) -> None:
    start, end = sorted(bounds)

    assert blobs.read_range(blobs.put(data), start, end) == data[start:end]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 2)])
def test_a_range_that_runs_backwards_is_a_bug_of_the_caller(blobs: Blobs, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a range"):
        blobs.read_range(blobs.put(b"sound"), start, end)


def test_nobody_reads_a_blob_before_it_is_whole(blobs: Blobs) -> None:
    data = os.urandom(3_000_000)
    digest = digest_of(data)
    with ThreadPoolExecutor(1) as other:
        putting = other.submit(lambda: [blobs.put(data) for _ in range(5)])
        while not putting.done():
            if blobs.exists(digest):
                assert blobs.get(digest) == data
        putting.result()


def test_a_file_is_kept_as_its_bytes_would_be_however_many_parts_it_has(blobs: Blobs, tmp_path: Path) -> None:
    data = os.urandom(2 * blob_bucket._PIECE_BYTES + 5)
    (tmp_path / "long").write_bytes(data)

    digest = blobs.put_file(tmp_path / "long")

    assert digest == digest_of(data)
    assert blobs.path(digest).read_bytes() == b"".join(blobs.pieces(digest)) == data
    assert [(one.digest, one.size_bytes) for one in blobs.all()] == [(digest, len(data))]


def test_what_is_absent_is_not_found(blobs: Blobs) -> None:
    def piecemeal(digest: str) -> list[bytes]:
        return list(blobs.pieces(digest))

    for ask in (blobs.get, blobs.size, blobs.path, piecemeal, lambda digest: blobs.read_range(digest, 0, 1)):
        with pytest.raises(NotFound):
            ask(ABSENT)
    assert not blobs.exists(ABSENT)


def test_a_deleted_blob_is_gone_with_every_copy_and_may_be_deleted_again(blobs: Blobs) -> None:
    digest = blobs.put(b"sound")
    path = blobs.path(digest)

    blobs.delete(digest)
    blobs.delete(digest)

    assert not blobs.exists(digest)
    assert not path.exists()
    assert list(blobs.all()) == []


@pytest.mark.parametrize("name", ["", "../" * 21 + "x", "/etc/passwd", "A" * 64, "0" * 64 + "\n", "0" * 62 + "/x"])
def test_a_name_that_is_no_digest_never_becomes_a_path(blobs: Blobs, name: str) -> None:
    for ask in (blobs.get, blobs.size, blobs.path):
        with pytest.raises(NotFound):
            ask(name)
    assert not blobs.exists(name)
    blobs.delete(name)


@pytest.mark.parametrize("damage", [b"", b"Sound", b"sound and more"])
def test_changed_bytes_are_damaged_and_putting_them_again_mends(kept: Kept, damage: bytes) -> None:
    digest = kept.blobs.put(b"sound")
    kept.spoil(digest, damage)

    for ask in (kept.blobs.get, lambda name: [*kept.blobs.pieces(name)]):
        with pytest.raises(Damaged, match="Restore it"):
            ask(digest)

    kept.blobs.put(b"sound")
    assert kept.blobs.get(digest) == b"sound"
