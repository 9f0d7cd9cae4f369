"""Word documents: python-docx opens the package, and the body is walked here.

Its own walk leaves out what was inserted under review, content controls, text boxes and footnotes.
Names of elements: ECMA-376-1, part 1, section 17.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from lxml import etree

from audiokit.documents.archive import Archive
from audiokit.documents.blocks import Block, Found, Shape, by_sections
from audiokit.documents.limits import Limits
from audiokit.documents.markup import xml_tree
from audiokit.documents.tidy import clean, joined

__all__ = ["read"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_TEXT = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", f"{_W}sdtPr", _FALLBACK})
_TEXT = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}softHyphen": "\xad"}
_BOX, _DEEPEST = f"{_W}txbxContent", 50
_HEADING_STYLE = re.compile(r"(?:heading \d|title)$", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|table of figures|index) ?\d*$|toc heading", re.IGNORECASE)
_ORDINARY_LEVELS = 9  # outline levels 0 to 8 are headings, 9 is body text: 17.3.1.20
_LONGEST_HEADING = 200


def read(data: bytes, limits: Limits) -> Found:
    """Return the sections of a document, with its footnotes at the end."""
    archive = Archive(data, limits)
    archive.refuse_entities()
    document = docx.Document(io.BytesIO(data))
    walk = _Walk(document)
    blocks = [*walk.blocks(document.element.body), *_footnotes(document, walk)]
    return Found(titles=[document.core_properties.title or ""], passages=by_sections(blocks))


class _Walk:
    """Knows the styles of one document."""

    def __init__(self, document: WordDocument) -> None:
        self._names = {style.style_id: style.name or "" for style in document.styles}
        self._levels = {style.style_id: _outline(style.element) for style in document.styles}
        self._numbered = {
            style.style_id for style in document.styles if style.element.find(f".//{_W}numPr") is not None
        }

    def blocks(self, parent: etree._Element, depth: int = 0) -> Iterator[Block]:
        """Yield what stands in a body, a cell, a text box or a footnote."""
        if depth > _DEEPEST:
            return
        for child in parent:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child, depth)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child, depth)
            elif child.tag not in _NOT_TEXT and isinstance(child.tag, str):
                yield from self.blocks(child, depth + 1)

    def _paragraph(self, element: etree._Element, depth: int) -> Iterator[Block]:
        style, shape = self._style(element), Shape.PARAGRAPH
        if _CONTENTS_STYLE.match(self._names.get(style, "")):
            return
        text = _text(element)
        if self._is_heading(element, style) and len(text) <= _LONGEST_HEADING:
            shape, text = Shape.HEADING, text.replace("\n", " ")
        elif (
            element.find(f"{_W}pPr/{_W}numPr") is not None
            or style in self._numbered
            or _is_list(self._names.get(style))
        ):
            shape, text = Shape.ITEM, f"- {text}" if text else ""
        if text:
            yield Block(shape, text)
        for box in _boxes(element):
            yield from self.blocks(box, depth + 1)

    def _table(self, table: etree._Element, depth: int) -> Iterator[Block]:
        """Yield its rows; a cell with more than a paragraph is a part of a layout, and read as text."""
        for row in table.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not table:
                continue
            cells = [cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is row]
            told = [[block for block in self.blocks(cell, depth + 1) if block.text] for cell in cells]
            if any(len(blocks) > 2 for blocks in told) or len(cells) < 2:
                yield from (block for blocks in told for block in blocks)
            else:
                texts = (" ".join(block.text.replace("\n", " ") for block in blocks) for blocks in told)
                yield Block(Shape.ROW, "; ".join(text for text in texts if text))

    def _style(self, paragraph: etree._Element) -> str:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return "" if style is None else style.get(f"{_W}val") or ""

    def _is_heading(self, paragraph: etree._Element, style: str) -> bool:
        level = _outline(paragraph)
        if level is None:
            level = self._levels.get(style)
        named = _HEADING_STYLE.match(self._names.get(style, "")) is not None
        return named if level is None else level < _ORDINARY_LEVELS


def _outline(element: etree._Element) -> int | None:
    level = element.find(f"{_W}pPr/{_W}outlineLvl")
    told = "" if level is None else level.get(f"{_W}val") or ""
    return int(told) if told.isascii() and told.isdigit() else None


def _is_list(style_name: str | None) -> bool:
    name = (style_name or "").lower()
    return name.startswith("list") and name != "list paragraph"  # which is no more than an indent


def _text(paragraph: etree._Element) -> str:
    """Return what a paragraph says, without boxes that are anchored in it; its line breaks stay."""
    said, stack = list[str](), [paragraph]
    while stack:
        element = stack.pop()
        if element.tag == f"{_W}t":
            said.append(element.text or "")
        elif element.tag in _TEXT:
            said.append(_TEXT[element.tag])
        elif element.tag not in _NOT_TEXT and element.tag != _BOX:
            stack.extend(reversed(element))
    lines = (joined([line]) for line in clean("".join(said)).split("\n"))
    return "\n".join(line for line in lines if line)


def _boxes(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Yield text boxes anchored here; each is written twice, for newer and for older readers."""
    for box in paragraph.iter(_BOX):
        if not any(True for _ in box.iterancestors(_FALLBACK)) and next(box.iterancestors(f"{_W}p")) is paragraph:
            yield box


def _footnotes(document: WordDocument, walk: _Walk) -> Iterator[Block]:
    found = list[Block]()
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")) and not relation.is_external:
            for note in xml_tree(relation.target_part.blob):
                if note.get(f"{_W}type") in {None, "normal"}:
                    found += [Block(Shape.PARAGRAPH, block.text) for block in walk.blocks(note)]
    if found:
        yield Block(Shape.HEADING, "Footnotes")
        yield from found
