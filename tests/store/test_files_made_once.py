"""Files that are made once: by one of those who ask at once, within bounds, and gone with what they belong to."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from audiokit.store.files import Files
from audiokit.store.flights import open_flights


def files(folder: Path, *, max_bytes: int = 1_000) -> Files:
    return Files(folder / "files", max_bytes=max_bytes, flights=open_flights(None, folder))


class Maker:
    """Writes the same bytes each time, and counts how often. It begins once all that are to ask have asked."""

    def __init__(self, data: bytes) -> None:
        self.data, self.n_made = data, 0
        self._counting = threading.Lock()

    def __call__(self, file: BinaryIO) -> None:
        with self._counting:
            self.n_made += 1
        file.write(self.data)


def read(file: BinaryIO) -> bytes:
    with file:
        return file.read()


def test_of_all_who_ask_at_once_one_makes_it(tmp_path: Path) -> None:
    kept, make = files(tmp_path), Maker(b"sound")
    ready = threading.Barrier(4)

    def ask() -> bytes:
        ready.wait()
        return read(kept.open("p", "mp3", make))

    with ThreadPoolExecutor(4) as threads:
        assert [one.result() for one in [threads.submit(ask) for _ in range(4)]] == [b"sound"] * 4
    assert make.n_made == 1
    assert read(files(tmp_path).open("p", "mp3", Maker(b"other"))) == b"sound", "another process finds it"


def test_what_was_used_least_recently_goes_first_and_who_reads_it_reads_on(tmp_path: Path) -> None:
    kept = files(tmp_path, max_bytes=1_000)
    for number, name in enumerate("abc"):
        kept.open("p", name, Maker(name.encode() * 300)).close()
        for path in (tmp_path / "files").iterdir():  # as if a day lay between
            about = path.stat()
            os.utime(path, (about.st_atime, about.st_mtime - 86_400 * (3 - number)))
    kept.open("p", "a", Maker(b"")).close()
    reading = kept.open("p", "b", Maker(b""))
    os.utime(reading.fileno(), (0, 0))
    kept.open("p", "d", Maker(b"d" * 300)).close()

    assert read(reading) == b"b" * 300
    again = Maker(b"made again")
    assert read(kept.open("p", "a", again)) == b"a" * 300
    assert read(kept.open("p", "b", again)) == b"made again"


def test_what_is_too_large_to_be_kept_is_there_all_the_same(tmp_path: Path) -> None:
    kept, make = files(tmp_path, max_bytes=10), Maker(b"x" * 11)
    assert [read(kept.open("p", "wav", make)) for _ in range(2)] == [b"x" * 11] * 2
    assert make.n_made == 2
    assert list((tmp_path / "files").iterdir()) == []


def test_what_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    kept = files(tmp_path)
    with pytest.raises(OSError, match="No space"):
        kept.open("p", "mp3", fail)
    assert list((tmp_path / "files").iterdir()) == []
    assert read(kept.open("p", "mp3", Maker(b"whole"))) == b"whole"


def test_all_of_an_owner_go_at_once_and_nothing_of_another(tmp_path: Path) -> None:
    kept = files(tmp_path)
    kept.forget("p")
    for owner in ("p", "q"):
        for name in ("mp3", "wav"):
            kept.open(owner, name, Maker(owner.encode())).close()
    kept.forget("p")
    assert len(list((tmp_path / "files").iterdir())) == 2
    assert read(kept.open("q", "mp3", Maker(b"again"))) == b"q"


def test_what_nobody_uses_goes_after_its_time_with_what_a_crash_left(tmp_path: Path) -> None:
    kept = Files(tmp_path / "files", max_bytes=1_000, flights=open_flights(None, tmp_path), keeps_s=3600)
    for name in "ab":
        kept.open("p", name, Maker(b"sound")).close()
    old, _ = sorted((tmp_path / "files").iterdir())
    (tmp_path / "files" / "new-crashed").write_bytes(b"half")
    for path, hours in ((old, 2), (tmp_path / "files" / "new-crashed", 48)):
        about = path.stat()
        os.utime(path, (about.st_atime, about.st_mtime - hours * 3600))
    files(tmp_path).sweep()  # which keeps for good, but not what is half
    assert len(list((tmp_path / "files").iterdir())) == 2

    kept.sweep()

    assert len(list((tmp_path / "files").iterdir())) == 1
    Files(tmp_path / "nowhere", max_bytes=1, flights=open_flights(None, tmp_path)).sweep()
