"""One file with all that an installation keeps, taken while it runs: a tar of rows, recordings and a list of both.

The rows are of one moment, the recordings are read after it. A recording is there before its row is, and never changes,
so that nothing of that moment can be missing but what somebody deleted since; that is told. Jobs under way are not in
it: what they have made is, and goes on from there. Nor are secrets, which no database has.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Connection, select, union

from audiokit.errors import Damaged, InputError, NotFound, StoreError
from audiokit.store.blobs import Blobs
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.dump import TABLES, write_rows
from audiokit.store.migrations import HEAD
from audiokit.store.tables import clip, made

__all__ = ["ABOUT", "FORMAT", "MANIFEST", "Manifest", "back_up", "kept_digests"]

FORMAT: Final = 1
ABOUT, MANIFEST = "about.json", "manifest.json"
_PIECE_BYTES: Final = 2**20
_DIGESTS: Final = union(select(clip.c.digest), select(made.c.digest)).order_by("digest")


@dataclass(slots=True, kw_only=True)
class Manifest:
    """What is in a backup: the SHA-256 of each table's file, and the digests of recordings.

    ``gone`` were deleted while it was taken, or before; ``damaged`` are not what was kept.
    """

    revision: str = HEAD
    taken_at: str = field(default_factory=lambda: utc_now().isoformat())
    has_sound: bool = True
    n_rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    n_recordings: int = 0
    n_bytes: int = 0
    gone: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def back_up(
    database: Database,
    blobs: Blobs,
    file: Path,
    *,
    with_sound: bool = True,
    now: Callable[[], datetime] = utc_now,
) -> Manifest:
    """Write a backup into ``file``, which is there whole or not at all, and return what is in it.

    Raises:
        InputError: there is such a file already, or none can be made there.
        StoreError: the database or the recordings cannot be read.
    """
    manifest = Manifest(taken_at=now().isoformat(), has_sound=with_sound)
    with _growing(file) as to, tarfile.open(fileobj=to, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, ABOUT, json.dumps({"audiokit": "backup", "format": FORMAT, "revision": HEAD}).encode())
        with database.read() as connection:
            _add_tables(tar, connection, manifest)
            digests = kept_digests(connection) if with_sound else []
        for digest in digests:
            _add_recording(tar, blobs, digest, manifest)
        _add(tar, MANIFEST, json.dumps(asdict(manifest)).encode())
    return manifest


def kept_digests(connection: Connection) -> list[str]:
    """Return the digests of all recordings that rows name, in order: 64 bytes each."""
    return list(connection.execute(_DIGESTS).scalars())


def _add_tables(tar: tarfile.TarFile, connection: Connection, manifest: Manifest) -> None:
    for table in TABLES:
        with tempfile.TemporaryFile() as rows:
            manifest.n_rows[table.name] = write_rows(connection, table, rows)
            rows.seek(0)
            manifest.tables[table.name] = hashlib.file_digest(rows, "sha256").hexdigest()
            _add_file(tar, f"tables/{table.name}.jsonl.gz", rows)


def _add_recording(tar: tarfile.TarFile, blobs: Blobs, digest: str, manifest: Manifest) -> None:
    before = tar.offset
    try:
        size_bytes, pieces = blobs.size(digest), _Pieces(blobs.pieces(digest))
        _add_file(tar, f"recordings/{digest}", pieces, size_bytes)
        pieces.end()
    except NotFound:  # deleted meanwhile
        _take_back(tar, before)
        manifest.gone.append(digest)
    except Damaged:
        _take_back(tar, before)
        manifest.damaged.append(digest)
    else:
        manifest.n_recordings += 1
        manifest.n_bytes += size_bytes


def _take_back(tar: tarfile.TarFile, offset: int) -> None:
    """Cut off what was written last."""
    file: Any = tar.fileobj
    file.seek(offset)
    file.truncate()
    tar.offset = offset


class _Pieces(io.RawIOBase):
    """Pieces that come by and by, as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size and (piece := next(self._pieces, None)) is not None:
            self._left += piece
        said, self._left = self._left[:size], self._left[size:]
        return said

    def end(self) -> None:
        """Ask once more, now that all is read: what was read is verified then."""
        next(self._pieces, None)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    _add_file(tar, name, io.BytesIO(data))


def _add_file(tar: tarfile.TarFile, name: str, file: IO[bytes] | _Pieces, size_bytes: int | None = None) -> None:
    about = tarfile.TarInfo(name)
    about.size = file.seek(0, os.SEEK_END) if size_bytes is None else size_bytes
    about.mtime, about.mode = int(time.time()), 0o600
    if size_bytes is None:
        file.seek(0)
    tar.addfile(about, file)
    tar.members.clear()  # type: ignore[attr-defined]  # else memory grows with every recording


@contextmanager
def _growing(file: Path) -> Iterator[IO[bytes]]:
    """Give a file for its owner alone that has its name once it is whole, on the disk."""
    if file.exists():
        raise InputError(f"There is a file {file} already. Choose another name, or take it away.")
    part = file.with_name(f"{file.name}.part")
    try:
        to = open(part, "xb", opener=_privately)  # noqa: SIM115 - closed below
    except OSError as error:
        raise InputError(
            f"{part} cannot be made: {error.strerror}. If an earlier backup left it, delete it."
        ) from error
    try:
        with to:
            yield to
            to.flush()
            os.fsync(to.fileno())
        part.rename(file)
    except OSError as error:
        raise StoreError(f"The backup {file} cannot be written: {error.strerror}. Check its disk.") from error
    finally:
        part.unlink(missing_ok=True)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
