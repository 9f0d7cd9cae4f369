"""What is usual in a PDF: the size of its text, whether weight and size tell headings apart, and its title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from audiokit.documents.formats.pdf_lines import Line
from audiokit.documents.tidy import joined, words_of

__all__ = ["BULLET", "LARGER", "Style", "style_of", "title_of"]

LARGER = 1.15  # than the text's size
_SMALLER = 0.92
_LONGEST_HEADING = 150  # characters
_MOST_HEADINGS = 0.3  # of the text; where more is large or bold, neither says anything
BULLET = re.compile(r"[•‣▪●○◦\u2013—*-]\s+")
_NAMED = re.compile(
    r"(?:\d{1,2}\.?\s+)?(?:abstract|summary|introduction|background|methods?|materials and methods|results|discussion|"
    r"results and discussion|conclusions?|acknowledge?ments|references|bibliography|appendix(?: [a-z])?)$",
    re.IGNORECASE,
)
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document; ``size`` in points, ``known`` its words."""

    size: float
    bold_tells: bool
    size_tells: bool
    known: frozenset[str]

    def is_heading(self, line: Line) -> bool:
        """Whether a line is one, as far as it can be told by itself."""
        if _NAMED.match(line.text):
            return True
        letters = sum(char.isalpha() for char in line.text)
        if letters < max(3, len(line.text) / 3) or len(line.text) > _LONGEST_HEADING or BULLET.match(line.text):
            return False
        if line.size >= LARGER * self.size:
            return self.size_tells
        return self.bold_tells and line.is_bold and self.is_body(line) and line.text[-1] not in ".,;:"

    def is_body(self, line: Line) -> bool:
        """Whether a line is no small print."""
        return line.size >= _SMALLER * self.size


def style_of(pages: Sequence[Sequence[Line]]) -> Style:
    """Measure a document."""
    lines = list(chain.from_iterable(pages))
    sizes = Counter[float]()
    for line in lines:
        sizes[round(2 * line.size) / 2] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    n_bold = sum(len(line.text) for line in lines if line.is_bold)
    n_large = sum(len(line.text) for line in lines if line.size >= LARGER * size)
    return Style(
        size=size,
        size_tells=n_large < _MOST_HEADINGS * max(1, sizes.total()),
        bold_tells=n_bold < _MOST_HEADINGS * max(1, sizes.total()),
        known=words_of("\n".join(line.text for line in lines)),
    )


def title_of(pages: Sequence[Sequence[Line]]) -> str:
    """Return the largest words of the first page, if they are larger than its text."""
    first = next((lines for lines in pages if lines), [])
    style = style_of(pages)
    large = [line for line in first if style.is_heading(line)]
    size = max((line.size for line in large), default=0.0)
    if size < LARGER * style.size:
        return ""
    title = joined((line.text for line in large if line.size >= 0.95 * size), style.known)
    return title if len(title) <= _LONGEST_TITLE else ""
