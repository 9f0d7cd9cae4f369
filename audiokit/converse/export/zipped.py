"""A conversation as one archive: both voices as they were kept, all of it as one recording, and its words.

One clip is held in memory at a time. The archive's bytes are the same for the same conversation, so long as the
libraries that compress text and encode sound are.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from audiokit.audio.changing.spool import Spool
from audiokit.audio.clip import Clip
from audiokit.audio.intake import no_room
from audiokit.audio.reading.sniff import sniff
from audiokit.audio.wav import from_pcm16
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.stitch import Mark, Part, joined
from audiokit.audio.writing.tags import Tags
from audiokit.audio.writing.write import write
from audiokit.converse.export.chapters import chapters_of
from audiokit.converse.export.levelled import SAMPLE_RATE_HZ
from audiokit.converse.export.readme import readme
from audiokit.converse.export.transcript import (
    Entry,
    Said,
    Stretch,
    Transcript,
    as_markdown,
    as_text,
    spoken,
)
from audiokit.converse.export.transcript_json import as_json
from audiokit.errors import InputError, NotFound, StoreError
from audiokit.words.captions import as_srt, as_vtt
from audiokit.words.cues import cues
from audiokit.words.plain_text import file_stem, one_line

__all__ = ["Exported", "ExportedTurn", "file_name", "write_export"]

_RECORDING = SoundFormat.M4A  # with chapters, and played everywhere
_PAUSE_S = 0.5
_BLOCK_BYTES = 2 * 2 * SAMPLE_RATE_HZ  # two seconds
_LONGEST_NAME_BYTES = 24
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)  # that ZIP can tell
_UNIX, _FOR_ALL_TO_READ = 3, 0o644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTurn:
    """A turn, and what reads its kept sound, as it was recorded or received; None where it was only written."""

    said: Said
    read: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A conversation to be exported, its turns in order."""

    title: str
    turns: tuple[ExportedTurn, ...]
    person_name: str = "You"
    model_name: str = "Assistant"


def file_name(exported: Exported) -> str:
    """Return what to call the archive: the conversation's title, on every system."""
    return f"{file_stem(exported.title, otherwise='conversation')}.zip"


def write_export(exported: Exported, to: BinaryIO, *, samples_of: Callable[[bytes], bytes]) -> Transcript:
    """Write the archive, and return what is in it.

    ``samples_of`` turns a clip of any format into PCM16 of one channel at 24 kHz, levelled, and as long as it was:
    :func:`audiokit.converse.export.levelled.levelled`. A clip that cannot be read, or decoded, is left out of the
    recording, and the README says so. ``to`` need not be seekable.

    Raises:
        StoreError: there is no room on the disk to put the sound aside.
        AudiokitError: what ``samples_of`` raises and is no InputError.
    """
    title = one_line(exported.title) or "Conversation"
    with _on_disk(), ZipFile(to, "w") as archive, closing(Spool(SAMPLE_RATE_HZ)) as sound:
        voices, marks = _Voices(exported, archive, samples_of), list[Mark]()
        for block in joined(voices.parts(), pause_s=_PAUSE_S, sample_rate_hz=SAMPLE_RATE_HZ, on_mark=marks.append):
            sound.add(block)
        transcript = Transcript(
            title=title,
            person_name=exported.person_name,
            model_name=exported.model_name,
            entries=tuple(voices.placed(marks)),
            recording=f"recording.{_RECORDING.extension}" if marks else None,
            recording_s=sound.duration_s,
        )
        _add_recording(archive, sound, transcript)
        _add_texts(archive, transcript)
    return transcript


class _Voices:
    """Puts every clip into the archive as it was kept, and hands out its sound."""

    def __init__(self, exported: Exported, archive: ZipFile, samples_of: Callable[[bytes], bytes]) -> None:
        self._exported, self._archive, self._samples_of = exported, archive, samples_of
        self._entries = list[Entry]()

    def parts(self) -> Iterator[Part]:
        """Yield what can be heard, turn by turn."""
        for number, turn in enumerate(self._exported.turns, 1):
            entry, samples = self._taken(number, turn)
            self._entries.append(entry)
            if samples:
                yield Part(_blocks(samples))

    def placed(self, marks: list[Mark]) -> Iterator[Entry]:
        """Yield all turns, those that are heard with their places, which come in the same order."""
        places = iter(marks)
        for entry in self._entries:
            is_heard = entry.is_spoken and entry.left_out is None
            mark = next(places) if is_heard else None
            yield replace(entry, place=Stretch(mark.start_s, mark.end_s)) if mark else entry

    def _taken(self, number: int, turn: ExportedTurn) -> tuple[Entry, bytes]:
        """Return a turn without its place, and its samples; none where it is left out."""
        if turn.read is None:
            return Entry(said=turn.said), b""
        try:
            data = turn.read()
        except (NotFound, StoreError) as error:
            return Entry(said=turn.said, is_spoken=True, left_out=str(error)), b""
        clip = self._named(number, turn.said, data)
        self._archive.writestr(_member(clip, turn.said.said_at, ZIP_STORED), data)
        entry = Entry(said=turn.said, is_spoken=True, clip=clip)
        try:
            samples = self._samples_of(data)
        except InputError as error:
            return replace(entry, left_out=str(error)), b""
        return (entry, samples) if samples else (replace(entry, left_out="There is no sound in it."), b"")

    def _named(self, number: int, said: Said, data: bytes) -> str:
        who = self._exported.person_name if said.by_person else self._exported.model_name
        stem = file_stem(who.lower(), otherwise="voice", max_bytes=_LONGEST_NAME_BYTES)
        container, n_digits = sniff(data), max(2, len(str(len(self._exported.turns))))
        return f"voices/{number:0{n_digits}}-{stem}.{container.extension if container else 'bin'}"


def _blocks(samples: bytes) -> Iterator[Clip]:
    for at in range(0, len(samples), _BLOCK_BYTES):
        yield from_pcm16(samples[at : at + _BLOCK_BYTES], SAMPLE_RATE_HZ)


def _add_recording(archive: ZipFile, sound: Spool, transcript: Transcript) -> None:
    if transcript.recording is None:
        return
    tags = Tags(title=transcript.title, chapters=chapters_of(transcript))
    with tempfile.TemporaryFile() as file:
        member = _member(transcript.recording, _ended_at(transcript), ZIP_STORED)
        member.file_size = write(sound.blocks(), file, _RECORDING, tags=tags).size_bytes
        file.seek(0)
        with archive.open(member, "w") as into:
            shutil.copyfileobj(file, into)


def _add_texts(archive: ZipFile, transcript: Transcript) -> None:
    captions = cues(spoken(transcript))
    texts = {
        "transcript.txt": as_text(transcript),
        "transcript.md": as_markdown(transcript),
        "transcript.json": as_json(transcript),
        **({"transcript.srt": as_srt(captions), "transcript.vtt": as_vtt(captions)} if captions else {}),
    }
    texts["README.txt"] = readme(transcript, tuple(texts))
    for name, text in texts.items():
        archive.writestr(_member(name, _ended_at(transcript), ZIP_DEFLATED), text)


def _ended_at(transcript: Transcript) -> datetime:
    return max((entry.said.said_at for entry in transcript.entries), default=_EARLIEST)


def _member(name: str, at: datetime, compression: int) -> ZipInfo:
    """Return what stands before a file in the archive; its date, which ZIP has without a zone, is in UTC."""
    at = min(max(at.astimezone(UTC), _EARLIEST), _LATEST)
    member = ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    member.compress_type, member.create_system, member.external_attr = compression, _UNIX, _FOR_ALL_TO_READ
    return member


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise no_room(error) from error
