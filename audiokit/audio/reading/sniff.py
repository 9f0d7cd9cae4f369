"""What bytes are, judged by their content. Names and declared types are never asked."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from enum import StrEnum
from typing import BinaryIO

__all__ = ["Container", "resembles", "sniff", "sniff_file"]

_FIRST_BYTES = 64 * 1024
_LONGEST_FRAME = 2_881  # bytes of MPEG-2.5 layer III at 160 kbit/s and 8 kHz, padded


class Container(StrEnum):
    """A wrapping around sound that we know by its first bytes."""

    WAV = "wav"
    W64 = "w64"
    MP3 = "mp3"
    FLAC = "flac"
    OGG = "ogg"
    WEBM = "webm"
    MATROSKA = "matroska"
    MP4 = "mp4"
    AIFF = "aiff"
    AMR = "amr"
    ASF = "asf"
    ADTS = "adts"
    AU = "au"
    CAF = "caf"
    NIST = "nist"
    MPEG_TS = "mpegts"
    AVI = "avi"
    FLV = "flv"

    @property
    def media_type(self) -> str:
        """The type to send it under (RFC 6838); for containers of both, the one of sound."""
        return _MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The usual ending of its file name, without a dot."""
        return _EXTENSIONS.get(self, self.value)


_MEDIA_TYPES = {
    Container.WAV: "audio/wav",
    Container.W64: "audio/x-w64",
    Container.MP3: "audio/mpeg",
    Container.FLAC: "audio/flac",
    Container.OGG: "audio/ogg",
    Container.WEBM: "audio/webm",
    Container.MATROSKA: "audio/matroska",
    Container.MP4: "audio/mp4",
    Container.AIFF: "audio/aiff",
    Container.AMR: "audio/AMR",
    Container.ASF: "audio/x-ms-wma",
    Container.ADTS: "audio/aac",
    Container.AU: "audio/basic",
    Container.CAF: "audio/x-caf",
    Container.NIST: "audio/x-nist",
    Container.MPEG_TS: "video/mp2t",
    Container.AVI: "video/x-msvideo",
    Container.FLV: "video/x-flv",
}
_EXTENSIONS = {
    Container.MATROSKA: "mka",
    Container.ASF: "wma",
    Container.ADTS: "aac",
    Container.NIST: "sph",
    Container.MPEG_TS: "ts",
}
_MAGIC = (
    (b"fLaC", Container.FLAC),
    (b"OggS", Container.OGG),
    (b"\x1aE\xdf\xa3", Container.MATROSKA),
    (b"#!AMR", Container.AMR),
    (b"caff", Container.CAF),
    (b".snd", Container.AU),
    (b"NIST_1A", Container.NIST),
    (b"FLV\x01", Container.FLV),
    (b"0&\xb2u\x8ef\xcf\x11", Container.ASF),
    (b"riff\x2e\x91\xcf\x11", Container.W64),
)
_FORMS = {  # the four letters at byte 8, after RIFF or FORM and a size
    b"WAVE": Container.WAV,
    b"AVI ": Container.AVI,
    b"AIFF": Container.AIFF,
    b"AIFC": Container.AIFF,
}
_MP4_BOXES = {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_STRANGERS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"MThd", "MIDI: notes without sound"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def sniff(data: bytes) -> Container | None:
    """Return the container that ``data`` begins with, or None if it is none that we know.

    An ID3v2 tag is passed over, as are zeros before MPEG audio. That the rest is intact is not promised.
    """
    return _judged(data[:_FIRST_BYTES], lambda at: data[at : at + _FIRST_BYTES])


def sniff_file(file: BinaryIO) -> Container | None:
    """Return the same for a file that is open and can seek; where it stands afterwards is not promised."""

    def read_at(at: int) -> bytes:
        file.seek(at)
        return file.read(_FIRST_BYTES)

    return _judged(read_at(0), read_at)


def _judged(head: bytes, read_at: Callable[[int], bytes]) -> Container | None:
    if head[:4] in {b"RIFF", b"RF64", b"BW64", b"FORM"}:
        return _FORMS.get(head[8:12])
    if head.startswith(b"ID3"):
        return _behind_id3(head, read_at)
    known = next((container for magic, container in _MAGIC if head.startswith(magic)), None)
    if known is Container.MATROSKA:
        return _doc_type(head)
    return known or _boxed(head) or _mpeg_audio(head.lstrip(b"\0"))


def resembles(data: bytes) -> str | None:
    """Return what bytes that are no sound look like, with its article, or None."""
    for magic, thing in _STRANGERS:
        if data.startswith(magic):
            return thing
    head = data[:512].removeprefix(codecs.BOM_UTF8).lstrip()
    if head[:5].lower() in {b"<!doc", b"<html"}:
        return "a web page"
    return "text" if head and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """Tell whether this is UTF-8 without control characters; a last character may be cut off."""
    try:
        letters = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\t\r\n" for letter in letters)


def _boxed(head: bytes) -> Container | None:
    """Tell MP4 by its first box, and a transport stream by the byte that opens each of its packets."""
    if head[4:8] in _MP4_BOXES:
        return Container.MP4
    return Container.MPEG_TS if len(head) > 376 and head[0] == head[188] == head[376] == 0x47 else None


def _doc_type(head: bytes) -> Container:
    """Tell WebM from Matroska by the EBML element DocType (RFC 8794, 11.2.5)."""
    _, found, rest = head[:128].partition(b"\x42\x82")
    return Container.WEBM if found and rest[1:5] == b"webm" else Container.MATROSKA


def _behind_id3(head: bytes, read_at: Callable[[int], bytes]) -> Container | None:
    """Look behind an ID3v2 tag; its size is four times seven bits (ID3v2.4, 3.1), and often wrong."""
    if len(head) < 10:
        return None
    size = int.from_bytes(head[6:10], "big")
    size = (size & 0x7F) | (size & 0x7F00) >> 1 | (size & 0x7F0000) >> 2 | (size & 0x7F000000) >> 3
    behind = read_at(10 + size).lstrip(b"\0")
    return (Container.FLAC if behind.startswith(b"fLaC") else _mpeg_audio(behind)) or Container.MP3


def _mpeg_audio(head: bytes) -> Container | None:
    """Tell MPEG audio and ADTS by frames in a row; a stream joined in the middle begins within one frame's length."""
    for container, size_of in ((Container.MP3, _mp3_frame_size), (Container.ADTS, _adts_frame_size)):
        if _has_frames(head, 2, size_of):
            return container
    starts = (at for at in range(1, min(len(head), _LONGEST_FRAME)) if head[at] == 0xFF)
    return next((Container.MP3 for at in starts if _has_frames(head[at:], 3, _mp3_frame_size, to_the_end=False)), None)


def _has_frames(head: bytes, n: int, size_of: Callable[[bytes], int], *, to_the_end: bool = True) -> bool:
    """Tell whether ``n`` frames follow each other; or fewer that fill all there is."""
    at = 0
    for _ in range(n):
        size = size_of(head[at : at + 8])
        if not size:
            return to_the_end and at > 0 and at + 3 >= len(head)
        at += size
    return True


# ISO/IEC 11172-3, 2.4.2.3 and 13818-3, 2.4.2.3: kbit/s by index, for (MPEG 1?, layer).
_KBITS = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _mp3_frame_size(head: bytes) -> int:
    """Return the bytes of the MPEG audio frame that begins here; 0 if none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    kbits_index, rate_index, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or kbits_index in {0, 15} or rate_index == 3:
        return 0
    bits = 1000 * _KBITS[version == 3, layer][kbits_index]
    rate_hz = _RATES_HZ[version][rate_index]
    if layer == 1:
        return (12 * bits // rate_hz + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // rate_hz + padding


def _adts_frame_size(head: bytes) -> int:
    """Return the bytes of the ADTS frame that begins here (ISO/IEC 14496-3, 1.A.2.2); 0 if none does."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 == 15:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size >= 7 else 0
