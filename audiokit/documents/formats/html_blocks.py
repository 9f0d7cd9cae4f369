"""A tree of HTML as blocks, in reading order. Walks without recursion: depth is the writer's choice, not ours."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lxml.html import HtmlElement

from audiokit.documents.blocks import Block, Shape
from audiokit.documents.tidy import clean, joined

__all__ = ["blocks_of"]

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form
    header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot thead tr ul
    """.split()  # noqa: SIM905 - lines of words read better than a list of strings
)
_CELLS = frozenset({"td", "th"})
_NOT_IN_ROWS = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote")
_LONGEST_ROW = 600  # characters; beyond it the table is there for the layout
_BETWEEN_CELLS = "; "
_SPACE = re.compile(r"\s+")


def blocks_of(root: HtmlElement, skipped: Collection[str]) -> list[Block]:
    """Return the blocks under ``root``, without elements whose tag is ``skipped``."""
    return list(_Walk(skipped).blocks(root))


class _Walk:
    """One walk; holds the text of the block that is being read."""

    def __init__(self, skipped: Collection[str]) -> None:
        self.skipped = skipped
        self.text = list[str]()
        self.shapes = [Shape.PARAGRAPH]
        self.marker = ""
        self.counters = list[int | None]()
        self.row: HtmlElement | None = None

    def blocks(self, root: HtmlElement) -> Iterator[Block]:
        stack: list[tuple[HtmlElement, bool]] = [(root, True)]
        while stack:
            element, enters = stack.pop()
            if enters:
                if isinstance(element.tag, str) and element.tag not in self.skipped:
                    yield from self._enter(element)
                    stack.append((element, False))
                    stack.extend((child, True) for child in reversed(element))
                elif element is not root:
                    self._add(element.tail)
            else:
                yield from self._leave(element)
                if element is not root:
                    self._add(element.tail)
        yield from self._flush()

    def _enter(self, element: HtmlElement) -> Iterator[Block]:
        tag = element.tag
        if tag == "br":
            self.text.append("\n")
        elif self.row is None and tag in _BLOCKS:
            yield from self._flush()
            self._open(element, tag)
        elif tag in _BLOCKS or tag in _CELLS:
            self.text.append(" ")
        self._add(element.text)

    def _open(self, element: HtmlElement, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self.counters.append(_start(element) if tag == "ol" else None)
        elif tag == "li":
            self.marker = self._next_marker()
            self.shapes.append(Shape.ITEM)
        elif tag in _HEADINGS:
            self.shapes.append(Shape.HEADING)
        elif tag == "tr" and _is_row(element):
            self.row = element
            self.shapes.append(Shape.ROW)

    def _leave(self, element: HtmlElement) -> Iterator[Block]:
        tag = element.tag
        if self.row is not None and element is not self.row:
            if tag in _CELLS:
                self.text.append(_BETWEEN_CELLS)
            return
        if tag in _BLOCKS or tag in _CELLS:
            yield from self._flush()
        if tag in {"ul", "ol"} and self.counters:
            self.counters.pop()
        if (tag == "li" or tag in _HEADINGS or element is self.row) and len(self.shapes) > 1:
            self.shapes.pop()
        if element is self.row:
            self.row = None

    def _next_marker(self) -> str:
        if not self.counters or (number := self.counters[-1]) is None:
            return "- "
        self.counters[-1] = number + 1
        return f"{number}. "

    def _add(self, text: str | None) -> None:
        if text:
            self.text.append(_SPACE.sub(" ", text))

    def _flush(self) -> Iterator[Block]:
        """Yield what was read since the last block, as the innermost shape says."""
        if not self.text:
            return
        text, shape = clean("".join(self.text)), self.shapes[-1]
        self.text.clear()
        if shape in {Shape.ROW, Shape.HEADING}:
            text = text.replace("\n", " ")
        if shape is Shape.ROW:
            text = _BETWEEN_CELLS.join(cell for part in text.split(_BETWEEN_CELLS) if (cell := part.strip(" ;")))
        for lines in re.split(r"\n[ \n]*\n", text):
            whole = "\n".join(line for part in lines.split("\n") if (line := joined([part])))
            if whole:
                yield Block(shape, self.marker + whole)
                self.marker = ""


def _start(element: HtmlElement) -> int:
    start = element.get("start") or "1"
    return int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1


def _is_row(row: HtmlElement) -> bool:
    """Whether a row holds values, and not a page's columns."""
    if len(row.text_content()) > _LONGEST_ROW or sum(1 for _ in row.iterchildren("td", "th")) < 1:
        return False
    return not any(True for _ in row.iterdescendants(*_NOT_IN_ROWS))
