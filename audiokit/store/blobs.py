"""Immutable bytes under the name of their own SHA-256, in a folder or in a bucket. Whose they are is not known here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import obstore
from obstore.exceptions import GenericError
from obstore.store import ObjectStore

from audiokit.errors import Damaged, NotFound
from audiokit.store.blob_folder import Folder, place_of

__all__ = ["Blobs", "Shelf", "Stored", "digest_of"]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PLACE: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})")
_DAMAGED: Final = "This recording is damaged {where}. Restore it from a copy."


def digest_of(data: bytes) -> str:
    """Return the name of these bytes: their SHA-256 in 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A blob as it lies there; its bytes were not looked at."""

    digest: str
    size_bytes: int
    modified_at: datetime


class Shelf(Protocol):
    """Where blobs lie: a folder, or a bucket. Places are relative paths, ``ab/cd/<digest>``."""

    @property
    def store(self) -> ObjectStore:
        """What they are read through."""

    @property
    def where(self) -> str:
        """Where that is, for a sentence: "on the disk"."""

    @property
    def piece_bytes(self) -> int:
        """How much is read at a time where memory shall stay flat."""

    def in_our_words(self) -> AbstractContextManager[None]:
        """Raise NotFound and StoreError for the store's own errors."""

    def put(self, place: str, data: bytes) -> None:
        """Keep bytes durably, under a name that never stands for half of them."""

    def put_file(self, path: Path) -> str:
        """Keep a copy of a file in the same way, and return its digest."""

    def path(self, place: str) -> Path:
        """Return a file on this machine that has the bytes of a place; it may be there for ten minutes only."""

    def delete(self, place: str) -> None:
        """Remove what is there."""

    def check(self) -> None:
        """Raise StoreError unless blobs can be kept there."""

    def sweep(self) -> None:
        """Let go of what is at hand on this machine, and has not been used for long."""


class Blobs:
    """A folder of blobs, or another shelf. Safe to share between threads and processes.

    A name that is no digest is NotFound, and so never becomes a path.
    """

    def __init__(self, shelf: Path | Shelf) -> None:
        self._shelf: Shelf = Folder(shelf) if isinstance(shelf, Path) else shelf

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its digest. Once this returns, neither a crash nor a power cut loses it.

        A blob that was there is written again: that costs little, and mends one that has been damaged.
        """
        digest = digest_of(data)
        self._shelf.put(_place(digest), data)
        return digest

    def put_file(self, path: Path) -> str:
        """Keep a copy of a file as :meth:`put` keeps bytes, in memory that stays flat; return its digest."""
        return self._shelf.put_file(path)

    def path(self, digest: str) -> Path:
        """Return a file on this machine that has the bytes of that name, to be read at once and never written.

        In a folder it is the blob itself, not verified. From a bucket it is a verified copy, which may be gone ten
        minutes after it was asked for; who has it open by then keeps it.

        Raises:
            NotFound: there is no such blob.
            Damaged: the bytes are not those that were put.
        """
        self.size(digest)
        return self._shelf.path(_place(digest))

    def get(self, digest: str) -> bytes:
        """Return the bytes of that name, verified.

        Raises:
            NotFound: there is no such blob.
            Damaged: the bytes are not those that were put.
        """
        with self._shelf.in_our_words():
            data = obstore.get(self._shelf.store, _place(digest)).bytes().to_bytes()
        if digest_of(data) != digest:
            raise Damaged(_DAMAGED.format(where=self._shelf.where), digest=digest)
        return data

    def pieces(self, digest: str) -> Iterator[bytes]:
        """Yield the bytes of that name a piece at a time; what was yielded is verified once the last one was.

        Raises:
            NotFound: there is no such blob.
            Damaged: the bytes are not those that were put.
        """
        hashed, size = hashlib.sha256(), self.size(digest)
        for start in range(0, size, self._shelf.piece_bytes):
            with self._shelf.in_our_words():
                end = min(size, start + self._shelf.piece_bytes)
                piece = obstore.get_range(self._shelf.store, _place(digest), start=start, end=end).to_bytes()
            hashed.update(piece)
            yield piece
        if hashed.hexdigest() != digest:
            raise Damaged(_DAMAGED.format(where=self._shelf.where), digest=digest)

    def read_range(self, digest: str, start: int, end: int) -> bytes:
        """Return ``get(digest)[start:end]`` for ``0 <= start <= end``, without reading or verifying the rest."""
        if not 0 <= start <= end:
            raise ValueError(f"{start}:{end} is not a range of bytes")
        with self._shelf.in_our_words():
            try:
                if start < end:  # one request, which is cut at the end
                    ranged = obstore.get(self._shelf.store, _place(digest), options={"range": (start, end)})
                    return ranged.bytes().to_bytes()
            except GenericError:
                if start < self.size(digest):
                    raise
        self.size(digest)
        return b""

    def size(self, digest: str) -> int:
        """Return the number of bytes.

        Raises:
            NotFound: there is no such blob.
        """
        with self._shelf.in_our_words():
            return obstore.head(self._shelf.store, _place(digest))["size"]

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
            with self._shelf.in_our_words():
                self._shelf.delete(_place(digest))
        except NotFound:
            return

    def all(self) -> Iterator[Stored]:
        """Yield every blob, in no order; what is put or deleted meanwhile may be among them or not."""
        with self._shelf.in_our_words():
            for batch in obstore.list(self._shelf.store):
                for about in batch:
                    if (named := _PLACE.fullmatch(about["path"])) is not None:
                        yield Stored(digest=named[1], size_bytes=about["size"], modified_at=about["last_modified"])

    def check(self) -> None:
        """Return if blobs can be kept and had now.

        Raises:
            StoreError: they cannot; the sentence says why.
        """
        self._shelf.check()

    def sweep(self) -> None:
        """Let go of copies on this machine that have not been used for long; a folder has none."""
        self._shelf.sweep()


def _place(digest: str) -> str:
    """Return the path of a blob, ``ab/cd/<digest>``; only a digest becomes a path, so none can leave the folder."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound("There is no such recording.")
    return place_of(digest)
