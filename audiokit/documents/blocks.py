"""The pieces that every format is made of, and how they become passages. Knows no format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from audiokit.documents.document import Passage, count_words

__all__ = ["Block", "Found", "Shape", "by_sections", "grouped", "text_of"]

_MOST_WORDS = 600  # of one passage: what is quoted by it should still be found quickly
_LONGEST_HEADING = 200  # characters; beyond it is text that happens to be large


class Shape(Enum):
    """What a block looks like on its page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table row, in one line; verses and addresses may have several.

    ``mark`` is where it stands, for formats that have pages; others are marked by section.
    """

    shape: Shape
    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a format's reader gives back; ``titles`` are what may be the document's, the best first, raw."""

    passages: Sequence[Passage]
    titles: Sequence[str] = ()
    notes: Sequence[str] = ()


def text_of(blocks: Iterable[Block]) -> str:
    """Return blocks as text: items and rows on lines that follow each other, a blank line between the rest."""
    text, before = "", None
    for block in blocks:
        is_close = block.shape is before and block.shape in {Shape.ITEM, Shape.ROW}
        text += ("\n" if is_close else "\n\n" if text else "") + block.text
        before = block.shape
    return text


def grouped(blocks: Iterable[Block]) -> list[Passage]:
    """Return one passage for each stretch of blocks under one heading and with one mark."""
    return [
        Passage(mark=mark, heading=heading, text=text_of(body))
        for heading, stretch in _under_headings(blocks)
        for mark, body in _with_one_mark(stretch)
    ]


def by_sections(blocks: Iterable[Block], *, unit: str = "section") -> list[Passage]:
    """Return passages marked "section 1" and so on, at every heading a new one; long ones are parted.

    Where there is no heading at all, "part 1" and so on.
    """
    sections = list(_under_headings(blocks))
    has_headings = any(heading for heading, _ in sections)
    passages = list[Passage]()
    for number, (heading, body) in enumerate(sections, 1):
        parts = list(_parted(body))
        for part, piece in enumerate(parts, 1):
            mark = f"{unit} {number}" if has_headings else f"part {part}"
            if has_headings and len(parts) > 1:
                mark += f", part {part}"
            passages.append(Passage(mark=mark, heading=heading, text=text_of(piece)))
    return passages


def _under_headings(blocks: Iterable[Block]) -> Iterator[tuple[str | None, list[Block]]]:
    """Yield each heading with what stands under it. One with nothing under it leads the next: "Part One. Chapter 1"."""
    leading, body, heading = list[Block](), list[Block](), None
    for block in blocks:
        if not block.text:
            continue
        if block.shape is Shape.HEADING:
            if body:
                yield heading, body
                body, leading = [], []
            leading.append(block)
            continue
        if leading and not body:
            heading, body = _led(leading)
            leading = []
        body.append(block)
    if leading:
        heading, body = None, [replace(block, shape=Shape.PARAGRAPH) for block in leading]
    if body:
        yield heading, body


def _led(leading: list[Block]) -> tuple[str | None, list[Block]]:
    """Return the headings before a text as one, and as paragraphs those that would make it too long."""
    start = len(leading)
    while start and sum(len(block.text) + 2 for block in leading[start - 1 :]) <= _LONGEST_HEADING:
        start -= 1
    words = [block.text for block in leading[start:]]
    heading = " ".join([*(word if word[-1] in ".!?:…" else f"{word}." for word in words[:-1]), *words[-1:]])
    return heading or None, [replace(block, shape=Shape.PARAGRAPH) for block in leading[:start]]


def _with_one_mark(blocks: list[Block]) -> Iterator[tuple[str, list[Block]]]:
    stretch = list[Block]()
    for block in blocks:
        if stretch and stretch[-1].mark != block.mark:
            yield stretch[0].mark, stretch
            stretch = []
        stretch.append(block)
    if stretch:
        yield stretch[0].mark, stretch


def _parted(blocks: list[Block]) -> Iterator[list[Block]]:
    """Part at the end of a block, so that no part but one that is a single block is too long."""
    part, n_words = list[Block](), 0
    for block in blocks:
        more = count_words(block.text)
        if part and n_words + more > _MOST_WORDS:
            yield part
            part, n_words = [], 0
        part.append(block)
        n_words += more
    if part:
        yield part
