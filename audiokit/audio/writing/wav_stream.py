"""PCM16 becomes a WAV file while it comes, of any length, with tags."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from typing import BinaryIO

from audiokit.audio.wav import wav_header
from audiokit.audio.writing.formats import Recipe
from audiokit.audio.writing.id3 import id3
from audiokit.audio.writing.tags import Tags

__all__ = ["write_wav"]

_UNKNOWN = 0xFFFF_FFFF
_LARGE_SIZES = struct.Struct("<QQQI")  # EBU Tech 3306, 3.5: of the file, of the sound, in frames; and no table
_FMT_SIZE = 24
_INFO = {
    "title": b"INAM",
    "artist": b"IART",
    "album": b"IPRD",
    "genre": b"IGNR",
    "date": b"ICRD",
    "comment": b"ICMT",
}


def write_wav(pcm16: Iterable[bytes | memoryview], file: BinaryIO, recipe: Recipe) -> None:
    """Write WAV of 16 bits; beyond 4 GiB it becomes RF64 (EBU Tech 3306), for which room is kept at the beginning.

    Where ``file`` cannot be sought in, there is no such room, and both sizes stay 0xFFFFFFFF.
    """
    starts_at = file.tell() if file.seekable() else None
    before_sound = _opening(recipe, room_for_large_sizes=starts_at is not None)
    file.write(before_sound)
    n_bytes = 0
    for pcm in pcm16:
        file.write(pcm)
        n_bytes += len(pcm)
    if starts_at is None:
        return
    file.seek(starts_at)
    file.write(_with_sizes(before_sound, n_bytes, 2 * recipe.n_channels))
    file.seek(0, io.SEEK_END)


def _opening(recipe: Recipe, *, room_for_large_sizes: bool) -> bytes:
    """Return all that stands before the sound, with sizes not known yet."""
    header = wav_header(None, sample_rate_hz=recipe.sample_rate_hz, n_channels=recipe.n_channels)
    room = _chunk(b"JUNK", bytes(_LARGE_SIZES.size)) if room_for_large_sizes else b""
    return header[:12] + room + header[12 : 12 + _FMT_SIZE] + _tag_chunks(recipe.tags) + header[12 + _FMT_SIZE :]


def _with_sizes(before_sound: bytes, n_bytes: int, frame_size: int) -> bytes:
    riff_size = len(before_sound) - 8 + n_bytes
    if riff_size < _UNKNOWN:
        return b"RIFF" + struct.pack("<I", riff_size) + before_sound[8:-4] + struct.pack("<I", n_bytes)
    sizes = _chunk(b"ds64", _LARGE_SIZES.pack(riff_size, n_bytes, n_bytes // frame_size, 0))
    return b"RF64" + before_sound[4:12] + sizes + before_sound[12 + len(sizes) :]


def _tag_chunks(tags: Tags) -> bytes:
    """Return the plain texts as a list of INFO (RIFF MCI, chapter 2), and an ID3 tag for what that cannot hold."""
    texts = tags.texts | ({"language": tags.language} if tags.language else {})
    info = b"".join(_chunk(_INFO.get(name, b"ILNG"), text.encode() + b"\0") for name, text in texts.items())
    listed = _chunk(b"LIST", b"INFO" + info) if info else b""
    return listed + (_chunk(b"id3 ", id3(tags)) if tags.chapters or tags.cover else b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
