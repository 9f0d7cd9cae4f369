"""Rich Text Format, through striprtf; what it leaves is plain text with a line for each paragraph."""

from __future__ import annotations

import re

from striprtf.striprtf import rtf_to_text

from audiokit.documents.blocks import Block, Found, Shape, by_sections
from audiokit.documents.limits import Limits
from audiokit.documents.tidy import clean, joined
from audiokit.errors import UnreadableDocument

__all__ = ["read"]

_PICTURE = re.compile(rb"\\(?:pict|objdata|themedata|colorschememapping|datastore|blipuid)\b")
_HEX_RUN = re.compile(rb"(?:[0-9a-fA-F]{16,}\s*){4,}")
_FIELD, _FIELD_NOT_SHOWN = b"\\fldinst", b"\\*\\field"  # what a field does, an address for one, is no text
_BIN_OF_NO_LENGTH = re.compile(rb"\\bin(?!\d)")  # which striprtf does not survive
_CELLS = re.compile(r"\s*\|\s*")
_ITEM = re.compile(r"(?:[•·▪◦*-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+(?P<rest>\S.*)", re.DOTALL)
_CELL_ON_ITS_OWN = re.compile(r"\s*\n\s*\|")
_BEGINS = b"{\\rtf"
_TITLE = re.compile(rb"\{\\title\s+(?P<title>[^{}\\]{1,200})\}")


def read(data: bytes, limits: Limits) -> Found:  # noqa: ARG001 - one shape for all formats
    """Return the parts of a text; RTF has no headings that could be told from other lines."""
    if not data.lstrip().startswith(_BEGINS):  # a piece that was cut out of a document
        data = _BEGINS + b"1 " + data + b"}"
    told = _BIN_OF_NO_LENGTH.sub(b"", _without_pictures(data).replace(_FIELD, _FIELD_NOT_SHOWN))
    text: str = rtf_to_text(told.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]  # it has none
    is_whole = data.rstrip(b"\0 \r\n").endswith(b"}")
    if not is_whole and not text.strip():
        raise UnreadableDocument("This file was cut off on its way. Save it again, and upload that.")
    return Found(
        titles=[title["title"].decode("cp1252", "replace") for title in _TITLE.finditer(data)][:1],
        passages=by_sections(
            [_block(line) for line in _CELL_ON_ITS_OWN.sub("|", clean(text)).split("\n") if line.strip()]
        ),
        notes=[] if is_whole else ["The end of this file is missing; what is there was read."],
    )


def _without_pictures(data: bytes) -> bytes:
    """Drop long runs of hexadecimal digits: pictures, which take minutes to be looked at digit by digit."""
    return _HEX_RUN.sub(b"", data) if _PICTURE.search(data) else data


def _block(line: str) -> Block:
    if line.count("|") >= 1 and line.rstrip().endswith("|"):
        return Block(Shape.ROW, "; ".join(cell for cell in _CELLS.split(line.strip()) if cell))
    text = joined([line])
    if (item := _ITEM.match(text)) is not None:
        number = text[: item.start("rest")].strip()
        return Block(Shape.ITEM, f"{number if number[-1] in '.)' else '-'} {item['rest']}")
    return Block(Shape.PARAGRAPH, text)
