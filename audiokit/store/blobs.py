"""Immutable bytes under the name of their own SHA-256, in a folder. Whose they are is not known here."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from audiokit.errors import Damaged, NotFound, StoreError
from audiokit.store.folders import own_folder
from audiokit.store.ids import new_id

__all__ = ["Blobs", "digest_of"]

_UNNAMED: Final = "new"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PIECE_BYTES: Final = 2**20
_DAMAGED: Final = "This recording is damaged on the disk. Restore it from a copy."


def digest_of(data: bytes) -> str:
    """Return the name of these bytes: their SHA-256 in 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


class Blobs:
    """A folder of blobs. Safe to share between threads and processes; a name that is no digest is NotFound."""

    def __init__(self, root: Path) -> None:
        self._root = own_folder(root)
        self._store = LocalStore(self._root)
        _sync(self._root.parent)

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its digest. Once this returns, neither a crash nor a power cut loses it.

        The file is durable before it has its name, so that no name ever stands for half a file. A blob that was
        there is written again: that costs little, and mends one that a failing disk has damaged. obstore 0.12 never
        calls fsync, so this does: 0.5 instead of 0.2 ms for 50 kB, 4 instead of 2 ms for 1 MB, 28 instead of 18 ms
        for 10 MB (medians, two cores, virtual disk). A crash on the way leaves a file in ``new/`` and nothing else.
        """
        digest, unnamed = digest_of(data), f"{_UNNAMED}/{new_id()}"
        place = _place(digest)
        with _in_our_words():
            obstore.put(self._store, unnamed, data, use_multipart=False)
            _sync(self._root / unnamed)
            obstore.rename(self._store, unnamed, place)
            self._sync_folders(place)
        return digest

    def put_file(self, path: Path) -> str:
        """Keep a copy of a file as :meth:`put` keeps bytes, in memory that stays flat; return its digest."""
        unnamed = f"{_UNNAMED}/{new_id()}"
        with _in_our_words():
            (self._root / _UNNAMED).mkdir(exist_ok=True)
            digest = _copied(path, self._root / unnamed)
            place = _place(digest)
            obstore.rename(self._store, unnamed, place)
            self._sync_folders(place)
        return digest

    def path(self, digest: str) -> Path:
        """Return where the bytes of that name are on this machine, to be read and never written; not verified.

        Raises:
            NotFound: there is no such blob.
        """
        self.size(digest)
        return self._root / _place(digest)

    def get(self, digest: str) -> bytes:
        """Return the bytes of that name, verified.

        Raises:
            NotFound: there is no such blob.
            Damaged: the bytes are not those that were put.
        """
        with _in_our_words():
            data = obstore.get(self._store, _place(digest)).bytes().to_bytes()
        if digest_of(data) != digest:
            raise Damaged(_DAMAGED, digest=digest)
        return data

    def pieces(self, digest: str) -> Iterator[bytes]:
        """Yield the bytes of that name a piece at a time; what was yielded is verified once the last one was.

        Raises:
            NotFound: there is no such blob.
            Damaged: the bytes are not those that were put.
        """
        hashed, size = hashlib.sha256(), self.size(digest)
        for start in range(0, size, _PIECE_BYTES):
            with _in_our_words():
                end = min(size, start + _PIECE_BYTES)
                piece = obstore.get_range(self._store, _place(digest), start=start, end=end).to_bytes()
            hashed.update(piece)
            yield piece
        if hashed.hexdigest() != digest:
            raise Damaged(_DAMAGED, digest=digest)

    def read_range(self, digest: str, start: int, end: int) -> bytes:
        """Return ``get(digest)[start:end]`` for ``0 <= start <= end``, without reading or verifying the rest."""
        if not 0 <= start <= end:
            raise ValueError(f"{start}:{end} is not a range of bytes")
        end = min(end, self.size(digest))
        if start >= end:
            return b""
        with _in_our_words():
            return obstore.get_range(self._store, _place(digest), start=start, end=end).to_bytes()

    def size(self, digest: str) -> int:
        """Return the number of bytes.

        Raises:
            NotFound: there is no such blob.
        """
        with _in_our_words():
            return obstore.head(self._store, _place(digest))["size"]

    def exists(self, digest: str) -> bool:
        """Return whether there is a blob of that name."""
        try:
            self.size(digest)
        except NotFound:
            return False
        return True

    def delete(self, digest: str) -> None:
        """Remove the blob; it is no error if it was gone already."""
        try:
            with _in_our_words():
                obstore.delete(self._store, _place(digest))
        except NotFound:
            return

    def _sync_folders(self, place: str) -> None:
        """Make each folder that leads to a file durable, since any of them may be new."""
        for folder in (self._root / place).parents[:3]:
            _sync(folder)


def _copied(path: Path, to: Path) -> str:
    """Copy a file durably and return the SHA-256 of what was copied."""
    sha256 = hashlib.sha256()
    with path.open("rb") as source, to.open("xb") as copy:
        while piece := source.read(_PIECE_BYTES):
            sha256.update(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    return sha256.hexdigest()


def _place(digest: str) -> str:
    """Return the path of a blob, ``ab/cd/<digest>``; only a digest becomes a path, so none can leave the folder."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound("There is no such recording.")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _sync(path: Path) -> None:
    if path.is_dir() and os.name != "posix":
        return  # only POSIX opens folders, and only there do they need it
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound("There is no such recording.") from error
    except (BaseError, OSError) as error:
        raise StoreError(
            "The folder of recordings cannot be used. Check that its disk has room and may be written."
        ) from error
