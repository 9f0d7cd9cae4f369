"""Blobs in a folder: what only a disk can do wrong. What holds everywhere is in tests/contracts/test_shelves.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audiokit.errors import NotConfigured, StoreError
from audiokit.store.blobs import Blobs, digest_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> Blobs:
    return Blobs(root)


def file_of(root: Path, digest: str) -> Path:
    return root / digest[:2] / digest[2:4] / digest


def test_the_same_bytes_are_one_file(blobs: Blobs, root: Path) -> None:
    with ThreadPoolExecutor(8) as crowd:
        digests = set(crowd.map(blobs.put, [b"sound"] * 40))

    files = [path for path in root.rglob("*") if path.is_file()]
    assert files == [file_of(root, digest) for digest in digests]


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
