"""Programmes as files, each made once: the same recording with the same words and tags is not encoded again."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

from audiokit.errors import NotFound
from audiokit.store.files import Files
from audiokit.summaries.disk import on_disk
from audiokit.summaries.sendable import Sendable, of_bytes
from audiokit.summaries.transcript_json import as_json
from audiokit.summaries.view import ProgrammeView

__all__ = ["Exports", "Shelf"]

_VERSION = "1"  # of how files are made: another one, and all are made anew
_NO_FORMAT = "There is no such format. Load the page again, and choose one of those it offers."


class Shelf(Protocol):
    """A person's programmes that have a recording of their script as it stands."""

    def made(self, person_id: str) -> Sequence[ProgrammeView]:
        """Return them, the latest first."""

    def one(self, person_id: str, programme_id: str) -> ProgrammeView:
        """Return one of them.

        Raises:
            NotFound: there is none of this id that is this person's, or it has no recording.
        """

    def write_master(self, person_id: str, view: ProgrammeView, to: BinaryIO) -> None:
        """Write its recording as it is kept; errors as in :meth:`one`."""


@dataclass(frozen=True, slots=True)
class Exports:
    """Every call names the person. Sound lies in ``files`` while there is room; words are put together each time."""

    shelf: Shelf
    files: Files

    def file(self, person_id: str, programme_id: str, to: str) -> Sendable:
        """Return a programme in a format, by its name; nothing is encoded before it is opened.

        Opening it raises what the shelf does, and StoreError.

        Raises:
            NotFound: there is no such programme or format, or it has no recording of its script as it stands.
        """
        return self.of_view(person_id, self.shelf.one(person_id, programme_id), to)

    def of_view(self, person_id: str, view: ProgrammeView, to: str) -> Sendable:
        """Return one that was taken from the shelf; the rest as in :meth:`file`."""
        from audiokit.summaries.exporting import ExportFormat, export  # noqa: PLC0415 - only who exports needs encoders

        if to not in set(ExportFormat):
            raise NotFound(_NO_FORMAT)
        exported = export(view, wanted := ExportFormat(to), lambda: b"")
        if not wanted.is_sound and wanted is not ExportFormat.ZIP:
            words = io.BytesIO()
            exported.write(words)
            return of_bytes(exported.name, exported.media_type, words.getvalue())
        tag, opened = _tag(view, to), partial(self._opened, person_id, view, to)
        return Sendable(name=exported.name, media_type=exported.media_type, tag=tag, open=opened)

    def forget(self, programme_id: str) -> None:
        """Remove what was made of a programme that is gone."""
        self.files.forget(programme_id)

    def _opened(self, person_id: str, view: ProgrammeView, to: str) -> BinaryIO:
        with on_disk():
            return self.files.open(view.id, _tag(view, to), partial(self._write, person_id, view, to))

    def _write(self, person_id: str, view: ProgrammeView, to: str, file: BinaryIO) -> None:
        """Encode it; of an archive, what is not there yet."""
        from audiokit.summaries.exporting import ExportFormat, export  # noqa: PLC0415 - as above

        with tempfile.TemporaryDirectory() as folder:
            master = Path(folder) / "master"

            def read_master() -> Path:
                with master.open("wb") as taken:
                    self.shelf.write_master(person_id, view, taken)
                return master

            sound_as = partial(self._opened, person_id, view)
            export(view, ExportFormat(to), read_master, sound_as=sound_as).write(file)


def _tag(view: ProgrammeView, to: str) -> str:
    parts = (_VERSION, to, view.master, as_json(view))
    return sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()[:32]
