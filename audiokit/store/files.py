"""Files that are made once and may vanish: bounded, the least recently used go first, one maker at a time.

They are too large for ``audiokit.store.waves`` and for memory. What they are made of is kept elsewhere.
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from audiokit.store.flights import Flights
from audiokit.store.folders import own_folder
from audiokit.store.ids import new_id

__all__ = ["Files"]

_UNFINISHED: Final = "new-"
_ABANDONED_S: Final = 86_400.0  # what a crash has left unfinished


class Files:
    """A folder of files, shared by the threads and processes that ``flights`` are for.

    ``max_bytes`` bounds all of them together; one that is larger by itself is made each time, and kept nowhere.
    ``keeps_s`` is how long one stays that nobody uses, as far as somebody calls :meth:`sweep`.
    """

    def __init__(self, folder: Path, *, max_bytes: int, flights: Flights, keeps_s: float = math.inf) -> None:
        self._folder, self._max_bytes, self._flights, self._keeps_s = folder, max_bytes, flights, keeps_s

    def open(self, owner: str, key: str, make: Callable[[BinaryIO], object]) -> BinaryIO:
        """Return a file, open to be read from its beginning; ``make`` writes it if it is not there. Close it.

        ``owner`` is what it belongs to, and goes with (:meth:`forget`); ``key`` names its content for good. Who has it
        open keeps it, whatever is let go of meanwhile.

        Raises:
            OSError: the disk is full; and whatever ``make`` raises.
        """
        path = own_folder(self._folder) / f"{_hashed(owner)}-{_hashed(key)}"
        if (found := _found(path)) is not None:
            return found
        with self._flights.only_one(path.name):
            return _found(path) or self._made(path, make)

    def forget(self, owner: str) -> None:
        """Remove all files of an owner; it is no error if there are none."""
        for path in self._folder.glob(f"{_hashed(owner)}-*"):
            _remove(path)

    def sweep(self) -> None:
        """Remove what has not been used for long: what it is of may have been deleted on another machine."""
        for path in self._folder.glob("*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > min(self._keeps_s, _ABANDONED_S if _is_new(path) else math.inf):
                    _remove(path)

    def _made(self, path: Path, make: Callable[[BinaryIO], object]) -> BinaryIO:
        unfinished = self._folder / f"{_UNFINISHED}{new_id()}"
        try:
            with unfinished.open("xb+") as file:
                make(file)
                file.flush()
                os.fsync(file.fileno())  # else a power cut may leave the name with nothing under it
                if file.seek(0, os.SEEK_END) > self._max_bytes:
                    return _copied(file)
            unfinished.replace(path)
        finally:
            _remove(unfinished)
        self._make_room(path)
        return path.open("rb")

    def _make_room(self, newest: Path) -> None:
        """Remove what was used least recently, until all that is left is within bounds."""
        kept, n_bytes = list[tuple[float, int, Path]](), newest.stat().st_size
        for path in self._folder.iterdir():
            with suppress(OSError):
                about = path.stat()
                if _is_new(path):
                    if time.time() - about.st_mtime > _ABANDONED_S:
                        _remove(path)
                elif path != newest:
                    kept.append((about.st_mtime, about.st_size, path))
        for _, size, path in sorted(kept, reverse=True):
            n_bytes += size
            if n_bytes > self._max_bytes:
                _remove(path)


def _is_new(path: Path) -> bool:
    return path.name.startswith(_UNFINISHED)


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:32]


def _found(path: Path) -> BinaryIO | None:
    """Open a file and note that it was used; None where there is none."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with suppress(OSError):
        os.utime(path)
    return file


def _copied(file: BinaryIO) -> BinaryIO:
    """Return the same bytes in a file without a name, which is gone once it is closed."""
    copy: Any = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's to close
    file.seek(0)
    while piece := file.read(2**20):
        copy.write(piece)
    copy.seek(0)
    return cast("BinaryIO", copy)


def _remove(path: Path) -> None:
    with suppress(OSError):  # gone already; or open, where open files cannot be removed
        path.unlink()
