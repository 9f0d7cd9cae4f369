"""Lines of PDF pages as paragraphs, headings, items and rows, each marked with its page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from audiokit.documents.blocks import Block, Shape
from audiokit.documents.formats.pdf_lines import Line
from audiokit.documents.formats.pdf_partings import ENDS, ITEM, Page
from audiokit.documents.formats.pdf_style import BULLET, LARGER, Style, style_of
from audiokit.documents.tidy import joined

__all__ = ["paragraphs"]

_MOST_BOLD = 3  # headings in a row, told by their weight alone: such are the labels of a form
_SENTENCE_END = re.compile(r"[.!?…。\uff01\uff1f][\"”\u2019')\]»]*(?=\s+[^\sa-z])")
_MOST_MOVED = 1_000  # characters of a sentence that goes on over a page


@dataclass(slots=True)
class _Group:
    """Lines that belong together."""

    lines: list[Line]
    is_heading: bool
    is_body: bool
    is_row: bool = False


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """Return the blocks of all pages, each marked with its page; a sentence stands whole where it begins."""
    style = style_of(pages)
    told = list[list[tuple[Block, bool]]]()
    for number, lines in enumerate(pages, 1):
        groups = _groups(lines, style)
        told.append([(_block(group, style, f"p. {number}"), group.is_body) for group in groups])
    _mend(told, style.known)
    return [block for page in told for block, _ in page]


def _groups(lines: Sequence[Line], style: Style) -> list[_Group]:
    page = Page.of(lines, style)
    groups = list[_Group]()
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        is_heading = style.is_heading(line)
        if not groups or groups[-1].is_heading != is_heading:
            begins = True
        elif is_heading:
            begins = page.parts_headings(groups[-1].lines[-1], line)
        else:
            begins = page.parts(groups[-1].lines, line, following)
        if begins:
            groups.append(_Group([line], is_heading, style.is_body(line)))
        else:
            groups[-1].lines.append(line)
    _demote_labels(groups, style)
    for group in groups:
        group.is_row = not group.is_heading and len(group.lines) == 1 and page.is_row(group.lines[0])
    return groups


def _demote_labels(groups: Sequence[_Group], style: Style) -> None:
    """Take from headings those that follow each other and are told by their weight alone."""
    run = list[_Group]()
    for group in [*groups, None]:
        if group is not None and group.is_heading and group.lines[0].size < LARGER * style.size:
            run.append(group)
            continue
        if len(run) >= _MOST_BOLD:
            for label in run:
                label.is_heading = False
        run = []


def _block(group: _Group, style: Style, mark: str) -> Block:
    text = joined((line.text for line in group.lines), style.known)
    if group.is_heading:
        return Block(Shape.HEADING, text, mark)
    if ITEM.match(text):
        return Block(Shape.ITEM, BULLET.sub("- ", text, count=1) if BULLET.match(text) else text, mark)
    return Block(Shape.ROW if group.is_row else Shape.PARAGRAPH, text, mark)


def _mend(pages: list[list[tuple[Block, bool]]], known: frozenset[str]) -> None:
    """Bring the end of a sentence that goes on over a page to where it begins."""
    for page, following in pairwise(pages):
        end = _last_body(page)
        if end is None or not following:
            continue
        (before, _), (after, is_body) = page[end], following[0]
        if not is_body or after.shape is not Shape.PARAGRAPH or not _goes_on(before.text, after.text):
            continue
        stop = _SENTENCE_END.search(after.text)
        moved = after.text[: stop.end()] if stop is not None else after.text
        if len(moved) > _MOST_MOVED:
            continue
        page[end] = (replace(before, text=joined([before.text, moved], known)), True)
        rest = after.text[len(moved) :].strip()
        following[0:1] = [(replace(after, text=rest), True)] if rest else []


def _last_body(page: list[tuple[Block, bool]]) -> int | None:
    """Return where the text ends, above the footnotes."""
    for index in reversed(range(len(page))):
        block, is_body = page[index]
        if is_body:
            return index if block.shape in {Shape.PARAGRAPH, Shape.ITEM} else None
    return None


def _goes_on(before: str, after: str) -> bool:
    return ENDS.search(before) is None and (after[0].islower() or before.endswith("-"))
