from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiokit.errors import Damaged, NotConfigured, NotFound, StoreError
from audiokit.store.blobs import Blobs, digest_of

ABSENT = "0" * 64
_any_blobs = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> Blobs:
    return Blobs(root)


def file_of(root: Path, digest: str) -> Path:
    return root / digest[:2] / digest[2:4] / digest


@given(data=st.binary(max_size=5000))
@_any_blobs
def test_what_is_put_is_got(blobs: Blobs, data: bytes) -> None:
    digest = blobs.put(data)

    assert digest == digest_of(data) == hashlib.sha256(data).hexdigest()
    assert blobs.get(digest) == data
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


def test_the_same_bytes_are_one_file(blobs: Blobs, root: Path) -> None:
    with ThreadPoolExecutor(8) as crowd:
        digests = set(crowd.map(blobs.put, [b"sound"] * 40))

    files = [path for path in root.rglob("*") if path.is_file()]
    assert files == [file_of(root, digest) for digest in digests]


def test_nobody_reads_a_blob_before_it_is_whole(blobs: Blobs) -> None:
    data = os.urandom(3_000_000)
    digest = digest_of(data)
    with ThreadPoolExecutor(1) as other:
        putting = other.submit(lambda: [blobs.put(data) for _ in range(5)])
        while not putting.done():
            if blobs.exists(digest):
                assert blobs.get(digest) == data
        putting.result()


def test_what_is_absent_is_not_found(blobs: Blobs) -> None:
    for ask in (blobs.get, blobs.size, lambda digest: blobs.read_range(digest, 0, 1)):
        with pytest.raises(NotFound):
            ask(ABSENT)
    assert not blobs.exists(ABSENT)


def test_a_deleted_blob_is_gone_and_may_be_deleted_again(blobs: Blobs) -> None:
    digest = blobs.put(b"sound")

    blobs.delete(digest)
    blobs.delete(digest)

    assert not blobs.exists(digest)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../" * 21 + "x",
        "/etc/passwd",
        "A" * 64,
        "0" * 63,
        "0" * 64 + "\n",
        "\N{ARABIC-INDIC DIGIT ZERO}" * 64,
        "0" * 62 + "/x",
    ],
)
def test_a_name_that_is_no_digest_never_becomes_a_path(blobs: Blobs, name: str) -> None:
    for ask in (blobs.get, blobs.size):
        with pytest.raises(NotFound):
            ask(name)
    assert not blobs.exists(name)
    blobs.delete(name)


@pytest.mark.parametrize("damage", [b"", b"soun", b"Sound", b"sound and more"])
def test_changed_bytes_are_damaged_and_putting_them_again_mends(blobs: Blobs, root: Path, damage: bytes) -> None:
    digest = blobs.put(b"sound")
    file_of(root, digest).write_bytes(damage)

    with pytest.raises(Damaged, match="Restore it"):
        blobs.get(digest)

    blobs.put(b"sound")
    assert blobs.get(digest) == b"sound"


def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")

    with pytest.raises(NotConfigured, match="AUDIOKIT_DATA_DIR"):
        Blobs(tmp_path / "taken")


def test_a_disk_that_refuses_is_a_store_error(blobs: Blobs, root: Path) -> None:
    digest = digest_of(b"sound")
    (root / digest[:2]).write_text("a file where a folder should be", encoding="utf-8")

    with pytest.raises(StoreError, match="Check that its disk"):
        blobs.put(b"sound")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
def test_the_folder_is_its_owners_alone(root: Path) -> None:
    Blobs(root)

    assert root.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name != "posix", reason="only POSIX opens folders")
def test_a_put_has_reached_the_disk_before_it_has_its_name(
    blobs: Blobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut cannot be staged here, so this looks at what was made durable, and when."""
    fsync, named = os.fsync, file_of(root, digest_of(b"sound"))
    synced: list[tuple[int, bool]] = []

    def watched(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, named.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    blobs.put(b"sound")

    folders = [named.parent, named.parent.parent, root]
    assert synced == [(named.stat().st_ino, False), *((folder.stat().st_ino, True) for folder in folders)]


_PUTS_FOREVER = """
import os, sys
from pathlib import Path
from audiokit.store.blobs import Blobs
blobs = Blobs(Path(sys.argv[1]))
while True:
    print(blobs.put(os.urandom(400_000)), flush=True)
"""


def test_after_kill_9_every_put_that_returned_is_there_and_no_name_stands_for_half_a_file(root: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _PUTS_FOREVER, root], stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own program
        assert child.stdout is not None
        told = [child.stdout.readline().strip() for _ in range(20)]
        child.kill()
        told += child.stdout.read().split("\n")[:-1]
    assert child.returncode == -signal.SIGKILL

    blobs = Blobs(root)
    named = {path.name for path in root.glob("??/??/*")}
    assert named >= set(told)
    for digest in named:
        blobs.get(digest)
