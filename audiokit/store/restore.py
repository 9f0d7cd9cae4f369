"""A backup brought back where there is nothing yet: into the same database or another, a folder or a bucket."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, func, select

from audiokit.errors import Damaged, InputError
from audiokit.store.backup import ABOUT, FORMAT, MANIFEST, Manifest
from audiokit.store.blobs import Blobs
from audiokit.store.database import Database, hold
from audiokit.store.dump import TABLES, read_rows
from audiokit.store.migrations import HEAD
from audiokit.store.tables import person, preference, tally_zone

__all__ = ["restore"]

_RECORDING: Final = re.compile(r"recordings/([0-9a-f]{64})")
_PIECE_BYTES: Final = 2**20
_BY_ITSELF: Final = (preference, tally_zone, person)
"""What is there once an installation was started: the one local person, and whose days are counted."""

_MANIFEST: Final[TypeAdapter[Manifest]] = TypeAdapter(Manifest)
_NO_BACKUP: Final = "This is no backup of audiokit, or only the beginning of one. Take another backup."


def restore(
    database: Database, blobs: Blobs, file: Path, *, told: Callable[[int, int], object] = lambda _done, _of: None
) -> Manifest:
    """Bring everything back, and return what was in the backup. ``told`` hears of recordings, done and in all.

    Recordings come first, the rows last and in one transaction: what breaks off on the way leaves no row, and may be
    begun again.

    Raises:
        InputError: the file is no whole backup, or of another version.
        Damaged: its rows or recordings are not what was written.
        StoreError: this installation has something already, or its stores cannot be written.
    """
    with _opened(file) as tar:
        manifest = _manifest_of(tar)
        with database.read() as connection:
            _refuse_if_used(connection)
        n_put = 0
        for digest, data in _recordings(tar):
            _put(blobs, digest, data)
            n_put += 1
            told(n_put, manifest.n_recordings)
        if n_put < manifest.n_recordings:
            raise Damaged("Recordings are missing in this backup. Take another backup.")
        with database.write() as connection:
            hold(connection, "restore")
            _refuse_if_used(connection)
            _bring_back(connection, tar, manifest)
    return manifest


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except FileNotFoundError as error:
        raise InputError(f"There is no file {file}.") from error
    except (tarfile.TarError, EOFError, PermissionError, IsADirectoryError) as error:
        raise InputError(_NO_BACKUP) from error


def _manifest_of(tar: tarfile.TarFile) -> Manifest:
    """Return the list at the end, which only a whole backup has.

    Raises:
        InputError: there is none, or another version wrote it.
    """
    about, listed = (_json(tar, name) for name in (ABOUT, MANIFEST))
    if about.get("format") != FORMAT:
        raise InputError(_NO_BACKUP)
    if about.get("revision") != HEAD:
        raise InputError(
            f"This backup is of another version of audiokit (its step is {about.get('revision')}, ours is {HEAD}). "
            "Restore it with that version, then update."
        )
    try:
        return _MANIFEST.validate_python(listed)
    except ValidationError as error:
        raise InputError(_NO_BACKUP) from error


def _json(tar: tarfile.TarFile, name: str) -> dict[str, Any]:
    try:
        said = json.loads(_member(tar, name).read())
    except (KeyError, ValueError) as error:
        raise InputError(_NO_BACKUP) from error
    if not isinstance(said, dict):
        raise InputError(_NO_BACKUP)
    return said


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    opened = tar.extractfile(name)
    if opened is None:
        raise KeyError(name)
    return opened


def _refuse_if_used(connection: Connection) -> None:
    for table in TABLES:
        n_rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if n_rows > (1 if table in {person, tally_zone} else 0) and table is not preference:
            raise InputError(
                f"There is something here already: {n_rows} rows of {table.name}. A backup is restored into an empty "
                "installation only: set another AUDIOKIT_DATA_DIR, or another AUDIOKIT_DATABASE_URL."
            )


def _recordings(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        if member.isreg() and (named := _RECORDING.fullmatch(member.name)) is not None:
            yield named[1], cast("IO[bytes]", tar.extractfile(member))


def _put(blobs: Blobs, digest: str, data: IO[bytes]) -> None:
    """Keep a recording through a file, so that memory stays flat, however long it is."""
    with tempfile.NamedTemporaryFile() as file:
        sha256 = hashlib.sha256()
        while piece := data.read(_PIECE_BYTES):
            sha256.update(piece)
            file.write(piece)
        file.flush()
        if sha256.hexdigest() != digest:
            raise Damaged("A recording in this backup is damaged. Take another backup.", digest=digest)
        blobs.put_file(Path(file.name))


def _bring_back(connection: Connection, tar: tarfile.TarFile, manifest: Manifest) -> None:
    for started in _BY_ITSELF:
        connection.execute(delete(started))
    for table in TABLES:
        try:
            rows = _member(tar, f"tables/{table.name}.jsonl.gz")
        except KeyError as error:
            raise InputError(_NO_BACKUP) from error
        with rows:
            if hashlib.file_digest(rows, "sha256").hexdigest() != manifest.tables.get(table.name):  # type: ignore[arg-type]  # it reads as a file does
                raise Damaged(f"The rows of {table.name} in this backup are damaged. Take another backup.")
            rows.seek(0)
            read_rows(connection, table, rows)
