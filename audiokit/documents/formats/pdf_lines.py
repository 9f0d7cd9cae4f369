"""The lines of a PDF page with their places and sizes, out of the pieces that pypdf reports in reading order."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject

from audiokit.documents.tidy import clean

__all__ = ["Line", "lines_of"]

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_NOTE_MARK = re.compile(r"\s*(?:[\d*†‡§¶][\d,*†‡§¶\u2013-]{0,8}|\[\d{1,3}\])\s*$")
_ENDS_A_WORD = re.compile(
    r"(?<![^\W\d_])(?!(?:[kcdmn]?m|ft|in|sec|min|yd|CO|SO|NO)$)[^\W\d_]{2,}[\"”\u2019'.,;:!?)\]»…]*\s*$"
)
_RULE = re.compile(r"[\s_=*~.·—\u2013-]{3,}$")
_SMALLER, _RAISED = 0.8, 0.15  # of the line's size
_MOSTLY_ONE_WAY = 0.9
_NEW_LINE = 0.5  # of the size: pieces that far apart in height are not on one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text; ``x`` and ``y`` are where it begins, in points, y growing upwards along its own direction."""

    text: str
    x: float
    y: float
    size: float
    is_bold: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text in one font; ``angle`` in degrees, rounded to quarters of a turn."""

    text: str
    x: float
    y: float
    size: float
    is_bold: bool
    angle: int


def lines_of(page: PageObject) -> list[Line]:
    """Return the lines of a page in the order in which they are written; those that stand across it are left out."""
    pieces = list[_Piece]()

    def take(text: str, memo_cm: Sequence[float], memo_tm: Sequence[float], font: Any, size: float) -> None:
        if text:
            pieces.append(_piece(clean(text), memo_cm, memo_tm, font, size))

    page.extract_text(visitor_text=take)
    return [line for line in map(_line, _parted(_one_way(pieces))) if line.text and not _RULE.match(line.text)]


def _piece(text: str, outer: Sequence[float], inner: Sequence[float], font: Any, size: float) -> _Piece:
    """Return a piece in the coordinates of its own direction (ISO 32000-1, 9.4.4: text space times user space)."""
    a, b, c, d, e, f = inner
    along = (a * outer[0] + b * outer[2], a * outer[1] + b * outer[3])
    up = (c * outer[0] + d * outer[2], c * outer[1] + d * outer[3])
    x, y = e * outer[0] + f * outer[2] + outer[4], e * outer[1] + f * outer[3] + outer[5]
    angle = round(math.degrees(math.atan2(along[1], along[0])) / 90) % 4 * 90
    cos, sin = round(math.cos(math.radians(angle))), round(math.sin(math.radians(angle)))
    name = str((font or {}).get("/BaseFont", ""))
    return _Piece(
        text, x * cos + y * sin, y * cos - x * sin, abs(size) * math.hypot(*up), _BOLD.search(name) is not None, angle
    )


def _one_way(pieces: list[_Piece]) -> list[_Piece]:
    """Drop stamps along the margin and labels of axes: what stands another way than nearly all of the page."""
    lengths = Counter[int]()
    for piece in pieces:
        lengths[piece.angle] += len(piece.text.strip())
    ways = lengths.most_common()
    if len(ways) > 1 and ways[0][1] >= _MOSTLY_ONE_WAY * lengths.total():
        return [piece for piece in pieces if piece.angle == ways[0][0] or not piece.text.strip()]
    return pieces


def _parted(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Return the pieces of each line."""
    lines = [list[_Piece]()]
    for piece in pieces:
        first, *others = piece.text.split("\n")
        if first:
            lines[-1].append(_with_text(piece, first))
        lines.extend([_with_text(piece, other)] if other else [] for other in others)
    return [line for line in lines if any(piece.text.strip() for piece in line)]


def _with_text(piece: _Piece, text: str) -> _Piece:
    return _Piece(text, piece.x, piece.y, piece.size, piece.is_bold, piece.angle)


def _line(pieces: list[_Piece]) -> Line:
    seen = [piece for piece in pieces if piece.text.strip()]
    longest = max(seen, key=lambda piece: len(piece.text.strip()))
    n_bold = sum(len(piece.text.strip()) for piece in seen if piece.is_bold)
    return Line(
        text=" ".join(_without_note_marks(pieces, longest).split(" ")).strip(),
        x=min(piece.x for piece in seen),
        y=longest.y,
        size=round(longest.size, 1),
        is_bold=n_bold > 0.9 * sum(len(piece.text.strip()) for piece in seen),
    )


def _without_note_marks(pieces: list[_Piece], longest: _Piece) -> str:
    """Return the text without raised figures that lead to footnotes; they would be spoken as numbers."""
    text = ""
    for piece in pieces:
        is_raised = piece.size < _SMALLER * longest.size and piece.y > longest.y + _RAISED * longest.size
        if is_raised and _NOTE_MARK.match(piece.text) and _ENDS_A_WORD.search(text[-40:]):
            continue
        text += piece.text
    return text
