"""A programme taken away: its recording in every usual format with chapters, tags and cover, its words, or all."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.tags import Cover
from audiokit.summaries.captions import as_karaoke, captions
from audiokit.summaries.disk import on_disk
from audiokit.summaries.encoding import write_encoded
from audiokit.summaries.labels import cover_of, labels
from audiokit.summaries.transcript_json import as_json
from audiokit.summaries.transcripts import as_markdown, as_text
from audiokit.summaries.view import ProgrammeView
from audiokit.words.captions import as_srt, as_vtt
from audiokit.words.plain_text import file_stem

__all__ = ["ExportFormat", "Exported", "ReadMaster", "SoundAs", "export"]

ReadMaster = Callable[[], bytes | Path]
"""Returns the recording as it is kept, or where it lies; called once the file is asked for."""

_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)  # that ZIP can tell
_UNIX, _FOR_ALL_TO_READ = 3, 0o644 << 16


class ExportFormat(StrEnum):
    """What a programme can be had as."""

    MP3 = "mp3"
    M4B = "m4b"
    OPUS = "opus"
    WAV = "wav"
    TXT = "txt"
    MD = "md"
    SRT = "srt"
    VTT = "vtt"
    KARAOKE = "karaoke"
    JSON = "json"
    ZIP = "zip"

    @property
    def is_sound(self) -> bool:
        """Whether it is the recording, and not words about it."""
        return self in _SOUND

    @property
    def media_type(self) -> str:
        """The type to serve it under."""
        return _SOUND[self].media_type if self in _SOUND else _MEDIA_TYPES[self]

    @property
    def ending(self) -> str:
        """What its file's name ends with, after the dot."""
        return "karaoke.vtt" if self is ExportFormat.KARAOKE else self.value


SoundAs = Callable[[ExportFormat], BinaryIO]
"""Returns the recording in a format, open to be read from its beginning; whoever asks closes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file to be had. ``write`` writes it to an empty file that can be sought in; StoreError if the disk is full."""

    name: str
    media_type: str
    write: Callable[[BinaryIO], None]


def export(
    view: ProgrammeView,
    to: ExportFormat,
    read_master: ReadMaster,
    *,
    picture: Cover | None = None,
    sound_as: SoundAs | None = None,
) -> Exported:
    """Return the programme as ``to``, with ``picture`` or its own on the front; nothing is encoded until it is written.

    ``sound_as`` is asked for what of an archive may have been encoded already. What ``write`` raises: StoreError if the
    disk is full, and whatever ``read_master`` and ``sound_as`` do.
    """
    job = _Job(view, read_master, picture, sound_as)
    return Exported(name=f"{job.stem}.{to.ending}", media_type=to.media_type, write=partial(_write, job, to))


@dataclass(frozen=True, slots=True)
class _Job:
    """What is exported."""

    view: ProgrammeView
    read_master: ReadMaster
    picture: Cover | None
    sound_as: SoundAs | None

    @property
    def stem(self) -> str:
        return file_stem(self.view.name, otherwise="programme")


_SOUND: Mapping[ExportFormat, SoundFormat] = MappingProxyType(
    {
        ExportFormat.MP3: SoundFormat.MP3,
        ExportFormat.M4B: SoundFormat.M4B,
        ExportFormat.OPUS: SoundFormat.OPUS,
        ExportFormat.WAV: SoundFormat.WAV,
    }
)
_WORDS: Mapping[ExportFormat, Callable[[ProgrammeView], str]] = MappingProxyType(
    {
        ExportFormat.TXT: as_text,
        ExportFormat.MD: as_markdown,
        ExportFormat.SRT: lambda view: as_srt(captions(view)),
        ExportFormat.VTT: lambda view: as_vtt(captions(view)),
        ExportFormat.KARAOKE: as_karaoke,
        ExportFormat.JSON: as_json,
    }
)
_MEDIA_TYPES = MappingProxyType(
    {
        ExportFormat.TXT: "text/plain; charset=utf-8",
        ExportFormat.MD: "text/markdown; charset=utf-8",
        ExportFormat.SRT: "application/x-subrip; charset=utf-8",
        ExportFormat.VTT: "text/vtt; charset=utf-8",
        ExportFormat.KARAOKE: "text/vtt; charset=utf-8",
        ExportFormat.JSON: "application/json",
        ExportFormat.ZIP: "application/zip",
    }
)


def _write(job: _Job, to: ExportFormat, file: BinaryIO) -> None:
    with on_disk():
        if to is ExportFormat.ZIP:
            _write_all(job, file)
        elif to.is_sound:
            write_encoded(job.read_master(), _SOUND[to], labels(job.view, job.picture), file)
        else:
            file.write(_words(job.view, to))


def _words(view: ProgrammeView, to: ExportFormat) -> bytes:
    return _WORDS[to](view).encode(errors="replace")


def _write_all(job: _Job, file: BinaryIO) -> None:
    """Write every format and the cover into one archive; the recording is read once."""
    at, encoded = job.view.created_at, job.sound_as or _encoding(job)
    with ZipFile(file, "w") as archive:
        for to in _SOUND:
            with encoded(to) as sound:
                member = _member(f"{job.stem}.{to.ending}", at, ZIP_STORED)
                member.file_size = sound.seek(0, io.SEEK_END)
                sound.seek(0)
                with archive.open(member, "w") as into:
                    shutil.copyfileobj(sound, into)
        for to in _WORDS:
            archive.writestr(_member(f"{job.stem}.{to.ending}", at, ZIP_DEFLATED), _words(job.view, to))
        archive.writestr(_member("cover.jpg", at, ZIP_STORED), (job.picture or cover_of(job.view)).data)


def _encoding(job: _Job) -> SoundAs:
    """Return what encodes the recording, which is read once, in each format that is asked for."""
    master, tags = job.read_master(), labels(job.view, job.picture)

    def encoded(to: ExportFormat) -> BinaryIO:
        sound = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - the caller's to close
        write_encoded(master, _SOUND[to], tags, sound)
        return sound

    return encoded


def _member(name: str, at: datetime, compression: int) -> ZipInfo:
    """Return what stands before a file in the archive; its date, which ZIP has without a zone, is in UTC."""
    at = min(max(at.astimezone(UTC), _EARLIEST), _LATEST)
    member = ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    member.compress_type, member.create_system, member.external_attr = compression, _UNIX, _FOR_ALL_TO_READ
    return member
