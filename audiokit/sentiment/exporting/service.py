"""Recordings and whole batches as files. They are put together when asked for, and kept nowhere: readings change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from audiokit.errors import NotFound
from audiokit.sentiment.batches import Batches
from audiokit.sentiment.exporting.as_csv import as_csv
from audiokit.sentiment.exporting.as_json import batch_as_json, recording_as_json
from audiokit.sentiment.exporting.captions import as_srt, as_vtt
from audiokit.sentiment.exporting.choosing import chosen
from audiokit.sentiment.exporting.formats import ExportFormat
from audiokit.sentiment.exporting.report import as_report
from audiokit.sentiment.kept import Batch, KeptRecording
from audiokit.sentiment.preparing import Preparing
from audiokit.sentiment.recordings import Recordings
from audiokit.words.plain_text import file_stem

__all__ = ["Exporting"]

_NO_FORMAT = "There is no such format. Load the page again, and choose one of those it offers."
_NO_SOUND = "This recording has no sound that could be cut. Have it analysed first."
_WORDS = MappingProxyType(
    {
        ExportFormat.HTML: as_report,
        ExportFormat.JSON: recording_as_json,
        ExportFormat.CSV: lambda recording: "".join(as_csv([recording])),
        ExportFormat.SRT: as_srt,
        ExportFormat.VTT: as_vtt,
    }
)
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # that ZIP can tell
_UNIX, _FOR_ALL_TO_READ = 3, 0o644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """Every call names the person, writes to an empty file that can be sought in, and returns its name and type."""

    batches: Batches
    recordings: Recordings
    preparing: Preparing

    def write(
        self, person_id: str, recording_id: str, to: str, file: BinaryIO, moments: Collection[str] = ()
    ) -> tuple[str, str]:
        """Write one recording; of a reel, the moments of these keys, or with none all in which somebody speaks.

        Raises:
            NotFound: there is no such recording that is this person's, or no such format.
            InputError: there is no moment to hear.
        """
        wanted = _format_among(to, {*_WORDS, ExportFormat.REEL})
        recording = self.recordings.open(person_id, recording_id)
        if wanted is ExportFormat.REEL:
            self._write_reel(recording, moments, file)
        else:
            file.write(_WORDS[wanted](recording).encode())
        return f"{_stem(recording)}{wanted.ending}", wanted.media_type

    def write_batch(self, person_id: str, batch_id: str, to: str, file: BinaryIO) -> tuple[str, str]:
        """Write a whole batch: as JSON, as one table, or as an archive of both and each recording's words.

        Raises:
            NotFound: there is no such batch that is this person's, or no such format.
        """
        wanted = _format_among(to, {ExportFormat.JSON, ExportFormat.CSV, ExportFormat.ZIP})
        batch = self.batches.open(person_id, batch_id)
        stem = file_stem(batch.title, otherwise="analysis")
        if wanted is ExportFormat.ZIP:
            self._write_archive(batch, stem, file)
        else:
            _write_pieces(self._pieces(batch, wanted), file)
        return f"{stem}{wanted.ending}", wanted.media_type

    def _write_reel(self, recording: KeptRecording, moments: Collection[str], file: BinaryIO) -> None:
        from audiokit.sentiment.exporting.reel import cuts_of, write_reel  # noqa: PLC0415 - brings encoders

        if recording.clip_digest is None:
            raise NotFound(_NO_SOUND)
        found = chosen(recording.whole.moments if recording.whole else (), moments)
        cuts = cuts_of(found, recording.duration_s or 0.0)
        write_reel(recording, cuts, lambda start_s, end_s: self.preparing.blocks(recording, start_s, end_s), file)

    def _write_archive(self, batch: Batch, stem: str, file: BinaryIO) -> None:
        named = _Names()
        with ZipFile(file, "w") as archive:
            for to in (ExportFormat.JSON, ExportFormat.CSV):
                with archive.open(_member(named(stem, to.ending), batch.created_at), "w") as into:
                    _write_pieces(self._pieces(batch, to), into)
            for recording in self._opened(batch):
                for to in (ExportFormat.HTML, ExportFormat.SRT, ExportFormat.VTT):
                    if recording.segments:
                        member = _member(named(_stem(recording), to.ending), recording.created_at)
                        archive.writestr(member, _WORDS[to](recording))

    def _pieces(self, batch: Batch, to: ExportFormat) -> Iterator[str]:
        opened = self._opened(batch)
        return batch_as_json(batch, opened) if to is ExportFormat.JSON else as_csv(opened)

    def _opened(self, batch: Batch) -> Iterator[KeptRecording]:
        """Yield the recordings of a batch, one held at a time; one that is removed meanwhile is left out."""
        for heading in batch.recordings:
            try:
                yield self.recordings.open(batch.person_id, heading.id)
            except NotFound:
                continue


class _Names:
    """Names of files in an archive, each given once: recordings may be called alike."""

    def __init__(self) -> None:
        self._given = set[str]()

    def __call__(self, stem: str, ending: str) -> str:
        name, number = f"{stem}{ending}", 1
        while name.casefold() in self._given:
            number += 1
            name = f"{stem} ({number}){ending}"
        self._given.add(name.casefold())
        return name


def _format_among(to: str, offered: Collection[ExportFormat]) -> ExportFormat:
    if to not in set(ExportFormat) or ExportFormat(to) not in offered:
        raise NotFound(_NO_FORMAT)
    return ExportFormat(to)


def _stem(recording: KeptRecording) -> str:
    """Return the recording's name as a file's, without an ending such as ``.wav``."""
    name, dot, ending = recording.name.rpartition(".")
    is_ending = dot and name and len(ending) <= 4 and ending.isalnum()
    return file_stem(name if is_ending else recording.name, otherwise="recording")


def _write_pieces(pieces: Iterable[str], file: IO[bytes]) -> None:
    for piece in pieces:
        file.write(piece.encode())


def _member(name: str, at: datetime) -> ZipInfo:
    """Return what stands before a file in the archive; its date, which ZIP has without a zone, is in UTC."""
    at = max(at.astimezone(UTC), _EARLIEST)
    member = ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    member.compress_type, member.create_system, member.external_attr = ZIP_DEFLATED, _UNIX, _FOR_ALL_TO_READ
    return member
