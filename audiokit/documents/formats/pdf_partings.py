"""Where one paragraph of a PDF ends and another begins: told by gaps, indents, sizes and full stops."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from audiokit.documents.formats.pdf_lines import Line
from audiokit.documents.formats.pdf_style import Style

__all__ = ["ENDS", "ITEM", "Page"]

_GAP, _INDENT, _FURTHEST_INDENT = 1.35, 0.8, 6.0  # of the usual leading; of the size
_HEADING_GAP = 2.0  # of its size, between its lines
_SHORT, _VERY_SHORT = 0.8, 0.6  # of a usual line
ENDS = re.compile(r"[.!?:;…。\uff01\uff1f][\"”\u2019')\]»\d]*$")
ITEM = re.compile(r"(?:[•‣▪●○◦\u2013—*-]|\(?\d{1,2}[.)]|\([a-zA-Z]\)|[a-z]\)|\[\d{1,3}\])\s+\S")
_FIGURE = re.compile(r"[-+±<>=$€£(]*\d")
_LEAST_CELLS, _FIGURES_SHARE = 3, 0.4


@dataclass(frozen=True, slots=True)
class Page:
    """What is usual on one page: the distance from line to line in points, and the characters in a line."""

    leading: float
    length: int

    @classmethod
    def of(cls, lines: Sequence[Line], style: Style) -> Page:
        """Measure a page."""
        gaps = [
            before.y - after.y
            for before, after in pairwise(lines)
            if 0 < before.y - after.y < 2.5 * after.size and abs(before.size - after.size) < 0.5
        ]
        lengths = sorted(len(line.text) for line in lines if style.is_body(line) and not style.is_heading(line))
        return cls(median(gaps) if gaps else 0.0, lengths[len(lengths) * 4 // 5] if lengths else 0)

    def parts(self, group: Sequence[Line], line: Line, following: Line | None) -> bool:
        """Whether ``line`` begins a paragraph after the one of ``group``."""
        before = group[-1]
        if _is_unlike(before, line) or _is_tabular(line) or _is_tabular(before):
            return True
        drop = before.y - line.y
        has_ended, begins = ENDS.search(before.text) is not None, not line.text[0].islower()
        if drop < -line.size:  # the top of the next column
            return has_ended and begins
        is_short = len(before.text) < _SHORT * self.length
        is_very_short = len(before.text) < _VERY_SHORT * self.length and not before.text.endswith((",", "-"))
        return (
            drop > _GAP * (self.leading or 1.5 * line.size)
            or (begins and ((has_ended and is_short) or is_very_short))
            or _is_indented(group, line, following, has_ended=has_ended, is_short=is_short)
        )

    def parts_headings(self, before: Line, line: Line) -> bool:
        """Whether ``line``, a heading, is another one than ``before``; headings have their own leading."""
        is_next = -line.size < before.y - line.y < _HEADING_GAP * line.size
        return _is_unlike(before, line) or not is_next or before.is_bold != line.is_bold

    def is_row(self, line: Line) -> bool:
        """Whether a line that stands for itself is a row of a table, a form or an address."""
        is_short = len(line.text) < _VERY_SHORT * self.length and ENDS.search(line.text) is None
        return is_short or _is_tabular(line)


def _is_unlike(before: Line, line: Line) -> bool:
    return abs(before.size - line.size) > 0.1 * max(before.size, line.size) or ITEM.match(line.text) is not None


def _is_indented(group: Sequence[Line], line: Line, following: Line | None, *, has_ended: bool, is_short: bool) -> bool:
    """Whether the line begins a paragraph by standing further in, or further out where paragraphs hang."""
    shift = line.x - group[-1].x
    if _INDENT * line.size < shift < _FURTHEST_INDENT * line.size:
        hangs = following is not None and abs(following.x - line.x) < 1.0 and len(group) == 1
        return (has_ended or is_short) and not (hangs and not has_ended)
    if shift < -_INDENT * line.size and len(group) > 1:
        return has_ended and abs(group[-1].x - group[-2].x) < 1.0
    return False


def _is_tabular(line: Line) -> bool:
    """Whether a line is a row of figures."""
    cells = line.text.split()
    figures = sum(_FIGURE.match(cell) is not None for cell in cells)
    return len(cells) >= _LEAST_CELLS and figures >= _FIGURES_SHARE * len(cells)
