"""OpenDocument texts. Names of elements: OASIS OpenDocument 1.3, part 3."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from audiokit.documents.archive import Archive
from audiokit.documents.blocks import Block, Found, Shape, by_sections
from audiokit.documents.limits import Limits
from audiokit.documents.markup import xml_tree
from audiokit.documents.tidy import clean, joined

__all__ = ["read"]

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_TEXT, _TABLE, _OFFICE = f"{{{_OASIS}:text:1.0}}", f"{{{_OASIS}:table:1.0}}", f"{{{_OASIS}:office:1.0}}"
_DRAW = f"{{{_OASIS}:drawing:1.0}}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NOT_TEXT = frozenset({
    f"{_TEXT}tracked-changes", f"{_TEXT}table-of-content", f"{_TEXT}alphabetical-index", f"{_TEXT}illustration-index",
    f"{_TEXT}sequence-decls", f"{_TEXT}variable-decls", f"{_TEXT}user-field-decls", f"{_TEXT}note-citation",
    f"{_OFFICE}annotation", f"{_OFFICE}forms", f"{_DRAW}object", f"{_DRAW}image",
})  # fmt: skip
_BREAKS = {f"{_TEXT}s": " ", f"{_TEXT}tab": " ", f"{_TEXT}line-break": "\n"}
_APART = frozenset({f"{_DRAW}text-box", f"{_TEXT}note"})  # inside a paragraph, and no part of its sentence
_DEEPEST = 50


def read(data: bytes, limits: Limits) -> Found:
    """Return the sections of a document, with its footnotes at the end."""
    archive = Archive(data, limits)
    body = xml_tree(archive.read("content.xml")).find(f"{_OFFICE}body/{_OFFICE}text")
    notes = list[Block]()
    blocks = [] if body is None else list(_blocks(body, notes))
    if notes:
        blocks += [Block(Shape.HEADING, "Footnotes"), *notes]
    return Found(titles=[_title(archive)], passages=by_sections(blocks))


def _title(archive: Archive) -> str:
    if "meta.xml" not in archive.names:
        return ""
    return xml_tree(archive.read("meta.xml")).findtext(f".//{_TITLE}") or ""


def _blocks(parent: etree._Element, notes: list[Block], depth: int = 0) -> Iterator[Block]:
    if depth > _DEEPEST:
        return
    for child in parent:
        tag = child.tag
        if tag in _NOT_TEXT or not isinstance(tag, str):
            continue
        if tag in {f"{_TEXT}h", f"{_TEXT}p"}:
            text = _text(child)
            yield Block(Shape.HEADING, text.replace("\n", " ")) if tag == f"{_TEXT}h" else Block(Shape.PARAGRAPH, text)
            yield from _apart(child, notes, depth)
        elif tag == f"{_TEXT}list":
            yield from _items(child, notes, depth)
        elif tag == f"{_TABLE}table":
            yield from _rows(child, notes, depth)
        else:
            yield from _blocks(child, notes, depth + 1)


def _items(items: etree._Element, notes: list[Block], depth: int) -> Iterator[Block]:
    """Yield list items; a heading in a list is numbered, and stays one."""
    for item in items:
        marker = "- " if item.tag == f"{_TEXT}list-item" else ""
        for block in _blocks(item, notes, depth + 1):
            if block.shape is Shape.PARAGRAPH and block.text:
                yield Block(Shape.ITEM, marker + block.text)
                marker = ""
            else:
                yield block


def _rows(table: etree._Element, notes: list[Block], depth: int) -> Iterator[Block]:
    for row in table.iter(f"{_TABLE}table-row"):
        if next(row.iterancestors(f"{_TABLE}table")) is not table:
            continue
        told = [[block for block in _blocks(cell, notes, depth + 1) if block.text] for cell in row]
        if any(len(blocks) > 2 for blocks in told):
            yield from (block for blocks in told for block in blocks)
        else:
            cells = (" ".join(block.text.replace("\n", " ") for block in blocks) for blocks in told)
            yield Block(Shape.ROW, "; ".join(cell for cell in cells if cell))


def _text(paragraph: etree._Element) -> str:
    """Return what a paragraph says; its line breaks stay."""
    said = [paragraph.text or ""]
    stack: list[etree._Element | str] = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if isinstance(element, str):
            said.append(element)
            continue
        stack.append(element.tail or "")
        if element.tag in _BREAKS:
            said.append(_BREAKS[element.tag])
        elif isinstance(element.tag, str) and element.tag not in _NOT_TEXT | _APART:
            said.append(element.text or "")
            stack.extend(reversed(element))
    lines = (joined([" ".join(line.split())]) for line in clean("".join(said)).split("\n"))
    return "\n".join(line for line in lines if line)


def _apart(paragraph: etree._Element, notes: list[Block], depth: int) -> Iterator[Block]:
    """Yield what boxes in a paragraph say, and set its footnotes aside."""
    for element in paragraph.iter(*_APART):
        if next(element.iterancestors(f"{_TEXT}p", f"{_TEXT}h")) is not paragraph:
            continue
        if element.tag == f"{_TEXT}note":
            notes += [Block(Shape.PARAGRAPH, block.text) for block in _blocks(element, [], depth + 1) if block.text]
        else:
            yield from _blocks(element, notes, depth + 1)
