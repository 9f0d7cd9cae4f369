"""Files that were made to break whoever reads them: each small on the wire, and as large as it can be behind it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

__all__ = ["DOCUMENTS", "HARMLESS", "SLOW", "SOUNDS", "Bomb"]

Bomb = Callable[[], bytes]
"""What makes one; called when it is wanted, since some are of fifty megabytes."""

_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_OOXML = "http://schemas.openxmlformats.org"
_SHEET = f"{_OOXML}/spreadsheetml/2006/main"
_MILLION = 1_000_000


def _wav(declared_bytes: int, sound: bytes, *, rate: int = 24_000, channels: int = 1, bits: int = 16) -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", 1, channels & 0xFFFF, rate, rate * frame & 0xFFFF_FFFF, frame & 0xFFFF, bits)
    chunk = b"fmt " + struct.pack("<I", 16) + form
    return (
        b"RIFF"
        + struct.pack("<I", declared_bytes)
        + b"WAVE"
        + chunk
        + b"data"
        + struct.pack("<I", declared_bytes)
        + sound
    )


def _silent_flac(seconds: int, rate: int, channels: int) -> bytes:
    import numpy as np  # noqa: PLC0415 - only here
    import soundfile  # noqa: PLC0415 - the same

    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", rate, channels, format="FLAC", subtype="PCM_16") as sound:
        second = np.zeros((rate, channels), np.int16)
        for _ in range(seconds):
            sound.write(second)
    return file.getvalue()


def _ogg_page(serial: int, number: int, granule: int, packet: bytes, flags: int = 0) -> bytes:
    """Return one page (RFC 3533, section 6), with the checksum that a reader asks for."""
    laced = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(laced)) + laced
    page = bytearray(head + packet)
    page[22:26] = struct.pack("<I", _ogg_crc(page))
    return bytes(page)


def _ogg_crc(data: bytes | bytearray) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C1_1DB7 if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    return crc


def _opus(channels: int, family: int, *, granule: int = 48_000, n_pages: int = 1) -> bytes:
    mapping = b"" if family == 0 else bytes([channels, 0]) + bytes(range(channels))
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 0, 48_000, 0, family) + mapping
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = [_ogg_page(7, 0, 0, head, 2), _ogg_page(7, 1, 0, tags)]
    pages += [_ogg_page(7, 2 + n, granule * (n + 1), b"\xfc\xff\xfe") for n in range(n_pages)]
    return b"".join(pages)


def _box(name: bytes, *bodies: bytes, size: int | None = None) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", 8 + len(body) if size is None else size) + name + body


def _mp4(table: bytes) -> bytes:
    """Return an MP4 of one sound track, whose table of samples is ``table``."""
    entry = struct.pack(">I4s6xH8xHH4xI", 36, b"mp4a", 1, 2, 16, 44_100 << 16)
    described = _box(b"stsd", struct.pack(">II", 0, 1), entry)
    media = _box(b"minf", _box(b"smhd", bytes(8)), _box(b"stbl", described, table))
    timed = _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 44_100, 0xFFFF_FFFF, 0, 0))
    handled = _box(b"hdlr", struct.pack(">II4s12x", 0, 0, b"soun"), b"\0")
    track = _box(b"trak", _box(b"tkhd", bytes(84)), _box(b"mdia", timed, handled, media))
    movie = _box(b"moov", _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 0xFFFF_FFFF) + bytes(80)), track)
    return _box(b"ftyp", b"M4A \0\0\0\0M4A ") + movie + _box(b"mdat", bytes(1000))


def _nested_atoms(depth: int) -> bytes:
    size, boxes = 8 * depth, list[bytes]()
    for _ in range(depth):
        boxes.append(struct.pack(">I", size) + b"moov")
        size -= 8
    return _box(b"ftyp", b"M4A \0\0\0\0M4A ") + b"".join(boxes)


def _tagged_mp3(name: bytes, declared_bytes: int, body: bytes) -> bytes:
    """Return an MP3 of silence behind an ID3v2.3 tag with one frame."""
    frame = name + struct.pack(">I", declared_bytes) + b"\0\0" + body
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + frame + (b"\xff\xfb\x90\xc0" + bytes(413)) * 80


def _png(width: int, height: int, n_rows: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes((3 * width + 1) * n_rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _cover() -> bytes:
    """Return a picture of 900 million points in 300 kB, as an MP3's cover."""
    picture = b"\0image/png\0\3\0" + _png(30_000, 30_000, 3_000)
    return _tagged_mp3(b"APIC", len(picture), picture)


def _zip(*parts: tuple[str, bytes | str], level: int = 9) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def _docx(body: bytes | str, *more: tuple[str, bytes | str]) -> bytes:
    return _zip(("[Content_Types].xml", _TYPES), ("word/document.xml", body), *more)


def _nested_zip(depth: int) -> bytes:
    inner = _zip(("a.txt", bytes(60_000_000)))
    for _ in range(depth):
        inner = _zip(*((f"{number}.zip", inner) for number in range(16)))
    return inner


def _overlapping_zip(n_parts: int) -> bytes:
    """Return an archive whose parts are all the same bytes (D. Fifield, A better zip bomb, WOOT 2019, simplified)."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"<w>" + b"a" * 15_000_000
    body, name = packed.compress(plain) + packed.flush(), b"word/document.xml"
    crc = zlib.crc32(plain)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(body), len(plain), len(name), 0)
    entries = list[bytes]()
    for number in range(n_parts):
        called = name if number == 0 else b"word/%013d.xml" % number
        fields = (b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(body), len(plain), len(called), 0, 0, 0, 0, 0, 0)
        entries.append(struct.pack("<4sHHHHHHIIIHHHHHII", *fields) + called)
    directory = b"".join(entries)
    start = len(local) + len(name) + len(body)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, n_parts, n_parts, len(directory), start, 0)
    return local + name + body + directory + end


def _quadratic(n_times: int) -> str:
    """Return a paragraph whose one entity, of 50,000 letters, stands in it again and again."""
    return f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]><d>{"&a;" * n_times}</d>'


def _late_doctype() -> str:
    """Return the same behind more white space than a prolog is looked at for."""
    return '<?xml version="1.0"?>' + " " * 100_000 + _quadratic(1_000)


def _xlsx(rows: Iterator[str]) -> bytes:
    """Return a workbook of one sheet."""
    related, types = f"{_OOXML}/officeDocument/2006/relationships", f"{_OOXML}/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    def relation(name: str, of: str, target: str) -> str:
        return (
            f'<Relationships xmlns="{types}/relationships"><Relationship Id="{name}" Type="{related}/{of}" '
            f'Target="{target}"/></Relationships>'
        )

    content = (
        f'<Types xmlns="{types}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>'
    )
    book = (
        f'<workbook xmlns="{_SHEET}"><sheets><sheet name="a" sheetId="1" r:id="r1" xmlns:r="{related}"/>'
        "</sheets></workbook>"
    )
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    return _zip(
        ("[Content_Types].xml", content),
        ("_rels/.rels", relation("r0", "officeDocument", "xl/workbook.xml")),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relation("r1", "worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", sheet),
        level=1,
    )


def _cells(n_rows: int, n_columns: int) -> Iterator[str]:
    row = "".join("<c><v>1</v></c>" for _ in range(n_columns))
    return (f"<row>{row}</row>" for _ in range(n_rows))


def _far_cell() -> Iterator[str]:
    """Yield two cells, as far apart as a sheet is."""
    yield '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'


def _pdf(*objects: str | bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + (body.encode() if isinstance(body, str) else body) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


_CATALOG = "<</Type/Catalog/Pages 2 0 R>>"
_PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</X 4 0 R>>>>>>"


def _looping_pages() -> bytes:
    return _pdf(
        _CATALOG, "<</Type/Pages/Count 99999999/Kids[3 0 R 2 0 R]>>", "<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>"
    )


def _pdf_stream(plain: bytes, *filters: str) -> bytes:
    packed = plain
    for _ in filters:
        packed = zlib.compress(packed, 9)
    head = f"<</Length {len(packed)}/Filter[{' '.join(filters)}]>>stream\n".encode()
    return _pdf(_CATALOG, "<</Type/Pages/Count 1/Kids[3 0 R]>>", _PAGE, head + packed + b"\nendstream")


def _drawing_itself() -> bytes:
    """Return a page with a form that draws itself ten times over."""
    draw = b"/X Do " * 10
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>/Length %d>>stream\n" % len(
        draw
    )
    return _pdf(_CATALOG, "<</Type/Pages/Count 1/Kids[3 0 R]>>", _PAGE, form + draw + b"\nendstream")


SOUNDS: Mapping[str, Bomb] = MappingProxyType(
    {
        "wav of 4 GB by its header.wav": lambda: _wav(0xFFFF_FFFF, bytes(48_000)),
        "wav of no rate.wav": lambda: _wav(1000, bytes(1000), rate=0),
        "wav of 4 GHz.wav": lambda: _wav(48_000, bytes(48_000), rate=0xFFFF_FFFF),
        "wav of 65535 channels.wav": lambda: _wav(_MILLION, bytes(_MILLION), channels=65_535),
        "wav of a million chunks.wav": lambda: _wav(0, b"")[:12] + b"junk\0\0\0\0" * _MILLION,
        "four hours of silence.flac": lambda: _silent_flac(4 * 3600, 8_000, 1),
        "eight loud channels.flac": lambda: _silent_flac(60, 192_000, 8),
        "ogg that never ends.ogg": lambda: _opus(1, 0, granule=2**55, n_pages=50),
        "ogg of empty pages.ogg": lambda: _opus(1, 0)[:100] + _ogg_page(7, 2, 0, b"") * 300_000,
        "opus of 255 channels.opus": lambda: _opus(255, 255, n_pages=100),
        "mp4 of a million entries.m4a": lambda: _mp4(
            _box(b"stsz", struct.pack(">III", 0, 0, _MILLION), bytes(4 * _MILLION))
        ),
        "mp4 of 4 billion entries.m4a": lambda: _mp4(_box(b"stsz", struct.pack(">III", 0, 0, 0xFFFF_FFFF))),
        "mp4 of 4 billion times.m4a": lambda: _mp4(
            _box(b"stts", struct.pack(">IIII", 0, 1, 0xFFFF_FFFF, 1))
            + _box(b"stsz", struct.pack(">III", 0, 1, 0xFFFF_FFFF))
        ),
        "mp4 nested.m4a": lambda: _nested_atoms(200_000),
        "a cover of 900 million points.mp3": _cover,
        "a tag larger than its file.mp3": lambda: _tagged_mp3(b"TIT2", 0x7FFF_FFFF, b"\1\xff\xfe" + b"a" * 1000),
        "only a tag.mp3": lambda: b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(100_000),
        "sync after sync.mp3": lambda: b"\xff\xfb\x90\x00" * 2 * _MILLION,
        "webm of unknown sizes.webm": lambda: (
            b"\x1aE\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" * 50_000
        ),
        "aiff of nothing.aiff": lambda: (
            b"FORM\xff\xff\xff\xffAIFFCOMM\0\0\0\x12\xff\xff\xff\xff\xff\xff\0\x10" + b"\x7f\xff" * 5
        ),
        "caf of less than nothing.caf": lambda: b"caff\0\1\0\0desc" + b"\xff" * 8 + bytes(1000),
    }
)
"""What is dropped where a recording is wanted, by a name to drop it under."""

DOCUMENTS: Mapping[str, Bomb] = MappingProxyType(
    {
        "zeros.docx": lambda: _docx(bytes(60_000_000)),
        "zeros in a picture.docx": lambda: _docx("<x/>", ("word/media/a.png", bytes(190_000_000))),
        "archives in archives.docx": lambda: _docx("<x/>", ("word/embeddings/a.zip", _nested_zip(2))),
        "archives in archives.epub": lambda: _zip(("mimetype", "application/epub+zip"), ("a.zip", _nested_zip(2))),
        "one part, many names.docx": lambda: _overlapping_zip(9_000),
        "elements.docx": lambda: _docx("<d>" + "<a/>" * 12_000_000 + "</d>"),
        "attributes.docx": lambda: _docx("<d " + " ".join(f'a{n}="1"' for n in range(400_000)) + "/>"),
        "quadratic.docx": lambda: _docx(_quadratic(1_000)),
        "quadratic, late.docx": lambda: _docx(_late_doctype()),
        "quadratic.odt": lambda: _zip(
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("META-INF/manifest.xml", "<m/>"),
            ("content.xml", _quadratic(100_000)),
        ),
        "ten million cells.xlsx": lambda: _xlsx(_cells(39_000, 100)),
        "wide rows.xlsx": lambda: _xlsx(_cells(200, 16_384)),
        "far apart.xlsx": lambda: _xlsx(_far_cell()),
        "looping pages.pdf": _looping_pages,
        "huge stream.pdf": lambda: _pdf_stream(bytes(2_000_000_000 // 8), "/FlateDecode"),
        "stream in stream.pdf": lambda: _pdf_stream(bytes(300_000_000), "/FlateDecode", "/FlateDecode"),
        "words and words.pdf": lambda: _pdf_stream(b"BT /F1 9 Tf (a) Tj ET " * 3_000_000, "/FlateDecode"),
        "a form in itself.pdf": _drawing_itself,
        "deep arrays.pdf": lambda: _pdf(_CATALOG, "[" * 500_000),
        "deep.html": lambda: b"<html>" + b"<div>" * 100_000 + b"x",
        "wide.html": lambda: b"<html>" + b"<b>x</b>" * 5_000_000,
        "attributes.html": lambda: b"<html><p " + b" ".join(b"a%d=1" % n for n in range(_MILLION)) + b">x",
        "unclosed.html": lambda: b"<html>" + b"<b><i><a href=x>" * 300_000,
        "groups.rtf": lambda: b"{\\rtf1" + b"{" * _MILLION + b"x",
        "controls.rtf": lambda: b"{\\rtf1 " + b"\\'e9\\u233?" * 2_000_000 + b"}",
        "one line.csv": lambda: b"a," * 25_000_000,
        "one field.csv": lambda: b'"' + b"a" * 50_000_000,
        "short lines.csv": lambda: b"a,b\n" * 12_000_000,
        "a cover of 900 million points.epub": lambda: _zip(
            ("mimetype", "application/epub+zip"), ("OEBPS/cover.png", _png(30_000, 30_000, 3_000))
        ),
        "one word.txt": lambda: b"a" * 49_000_000,
        "accents.txt": lambda: b"a" + "\u0301".encode() * 20_000_000,
        "brackets.md": lambda: b"[" * 5_000_000,
        "links.md": lambda: b"[a](" * _MILLION,
        "quotes.md": lambda: b"> " * 500_000 + b"x",
        "no encoding.txt": lambda: bytes(range(128, 256)) * 300_000,
    }
)
"""What is dropped where a document is wanted."""

SLOW = frozenset({
    "four hours of silence.flac", "eight loud channels.flac", "ten million cells.xlsx", "wide rows.xlsx",
    "words and words.pdf", "huge stream.pdf", "wide.html", "controls.rtf", "short lines.csv",
    "one line.csv", "one word.txt", "accents.txt", "brackets.md", "links.md", "no encoding.txt",
    "a cover of 900 million points.mp3", "a cover of 900 million points.epub", "stream in stream.pdf",
})  # fmt: skip
"""Those that are seconds of honest work, or as many megabytes to be made."""

HARMLESS = frozenset({"far apart.xlsx", "groups.rtf", "attributes.html", "wide rows.xlsx", "ten million cells.xlsx"})
"""Those that are documents still, for all their trouble."""
