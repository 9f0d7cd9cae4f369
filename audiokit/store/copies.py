"""Copies of blobs on this machine, for what can only read files: verified, bounded, and gone when not used for long."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from audiokit.errors import Damaged, StoreError
from audiokit.store.folders import own_folder
from audiokit.store.ids import new_id

__all__ = ["KEPT_S", "Copies"]

KEPT_S: Final = 3600.0
"""How long a copy stays after it was last used: a recording that is deleted on another machine is gone here by then."""

_IN_USE_S: Final = 600.0  # between being asked for and being open: a recording may wait until one before it is read
_UNFINISHED: Final = "new-"
_DAMAGED: Final = "This recording is damaged in the bucket. Restore it from a copy."
_NO_ROOM: Final = "The folder for copies of recordings cannot be used. Check that its disk has room and may be written."


class Copies:
    """A folder of copies, shared by the processes of one machine.

    ``max_bytes`` bounds all that were not asked for within the last ten minutes; ``clock`` is in seconds since 1970.
    """

    def __init__(self, folder: Path, *, max_bytes: int, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._max_bytes, self._clock = folder, max_bytes, clock

    def path(self, digest: str, pieces: Callable[[], Iterable[bytes]]) -> Path:
        """Return a file with the bytes of that digest; ``pieces`` gives them if there is none. Open it in ten minutes.

        Two who want the same at once both fetch it, and have the same.

        Raises:
            Damaged: what was fetched is not what the digest says.
            StoreError: the disk has no room; and whatever ``pieces`` raises.
        """
        path = own_folder(self._folder) / digest
        if not self._is_used_again(path):
            self._fetch(path, digest, pieces)
            self.sweep()
        return path

    def forget(self, digest: str) -> None:
        """Remove a copy; it is no error if there is none."""
        _remove(self._folder / digest)

    def sweep(self) -> None:
        """Remove what is not used any more, and beyond the bound what was used least recently."""
        n_bytes = 0
        for unused_s, size, path in sorted(self._found()):
            n_bytes += size
            is_over = n_bytes > self._max_bytes and unused_s > _IN_USE_S
            if is_over or unused_s > KEPT_S:
                _remove(path)

    def _fetch(self, path: Path, digest: str, pieces: Callable[[], Iterable[bytes]]) -> None:
        unfinished, sha256 = self._folder / f"{_UNFINISHED}{new_id()}", hashlib.sha256()
        try:
            with unfinished.open("xb") as file:
                for piece in pieces():
                    sha256.update(piece)
                    file.write(piece)
            if sha256.hexdigest() != digest:
                raise Damaged(_DAMAGED, digest=digest)
            self._used(unfinished)
            unfinished.replace(path)
        except OSError as error:
            raise StoreError(_NO_ROOM) from error
        finally:
            _remove(unfinished)

    def _is_used_again(self, path: Path) -> bool:
        try:
            self._used(path)
        except FileNotFoundError:
            return False
        return True

    def _used(self, path: Path) -> None:
        os.utime(path, (self._clock(), self._clock()))

    def _found(self) -> list[tuple[float, int, Path]]:
        """Return for how long each copy has not been used, its bytes, and its path."""
        found = list[tuple[float, int, Path]]()
        with suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                with suppress(FileNotFoundError):
                    about = path.stat()
                    found.append((self._clock() - about.st_mtime, about.st_size, path))
        return found


def _remove(path: Path) -> None:
    with suppress(OSError):  # gone already; or open, where open files cannot be removed
        path.unlink()
