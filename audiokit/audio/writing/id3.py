"""Tags as ID3v2.4, which stands before MP3 and AAC (id3.org: id3v2.4.0-structure, -frames, id3v2-chapters-1.0).

Written here since lameenc writes no tags, and FFmpeg no cover before bare AAC.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from audiokit.audio.writing.tags import Chapter, Cover, Tags

__all__ = ["id3"]

_FRAMES = {"title": b"TIT2", "artist": b"TPE1", "album": b"TALB", "genre": b"TCON", "date": b"TDRC"}
_UTF8 = b"\x03"
_FRONT_COVER = b"\x03"
_NOWHERE = 0xFFFF_FFFF  # a chapter's place in bytes is not told, only its time
_TOP_IN_ORDER, _IN_ORDER = 3, 1
_MAX_ENTRIES = 255  # the count of a table of contents is one byte


def id3(tags: Tags) -> bytes:
    """Return the tag; nothing at all if there is nothing to say."""
    frames = b"".join(_frames(tags))
    return b"ID3\x04\0\0" + _in_sevens(len(frames)) + frames if frames else b""


def _frames(tags: Tags) -> Iterator[bytes]:
    for name, text in tags.texts.items():
        if name in _FRAMES:
            yield _text(_FRAMES[name], text)
    if tags.language:
        yield _text(b"TLAN", tags.language)
    if tags.comment:
        yield _frame(b"COMM", _UTF8 + (tags.language or "XXX").encode() + b"\0" + tags.comment.encode())
    if tags.cover:
        yield _picture(tags.cover)
    if tags.chapters:
        yield from _contents(len(tags.chapters))
        yield from (_chapter(number, chapter) for number, chapter in enumerate(tags.chapters))


def _picture(cover: Cover) -> bytes:
    return _frame(b"APIC", _UTF8 + cover.media_type.encode() + b"\0" + _FRONT_COVER + b"\0" + cover.data)


def _contents(n_chapters: int) -> Iterator[bytes]:
    """Yield the table of contents; a long one is a table of tables."""
    names = [b"chp%d" % number for number in range(n_chapters)]
    if n_chapters <= _MAX_ENTRIES:
        yield _table(b"toc", _TOP_IN_ORDER, names)
        return
    parts = [names[start : start + _MAX_ENTRIES] for start in range(0, n_chapters, _MAX_ENTRIES)]
    yield _table(b"toc", _TOP_IN_ORDER, [b"toc%d" % number for number in range(len(parts))])
    yield from (_table(b"toc%d" % number, _IN_ORDER, part) for number, part in enumerate(parts))


def _table(name: bytes, flags: int, entries: list[bytes]) -> bytes:
    return _frame(b"CTOC", name + b"\0" + bytes([flags, len(entries)]) + b"".join(entry + b"\0" for entry in entries))


def _chapter(number: int, chapter: Chapter) -> bytes:
    times_ms = round(1000 * chapter.start_s), round(1000 * chapter.end_s)
    place = struct.pack(">4I", *times_ms, _NOWHERE, _NOWHERE)
    return _frame(b"CHAP", b"chp%d\0" % number + place + (_text(b"TIT2", chapter.title) if chapter.title else b""))


def _text(name: bytes, text: str) -> bytes:
    return _frame(name, _UTF8 + text.encode())


def _frame(name: bytes, body: bytes) -> bytes:
    return name + _in_sevens(len(body)) + b"\0\0" + body


def _in_sevens(size: int) -> bytes:
    """Return a size as four bytes of seven bits (id3v2.4.0-structure, 6.2)."""
    if size >= 2**28:
        raise ValueError(f"{size} bytes are more than an ID3 tag can hold; take a smaller cover")
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
