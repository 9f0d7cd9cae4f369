"""Plain text in any encoding: paragraphs out of lines, headings where they can be told, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from audiokit.documents.blocks import Block, Found, Shape, by_sections
from audiokit.documents.limits import Limits
from audiokit.documents.markup import decoded
from audiokit.documents.tidy import clean, joined, words_of

__all__ = ["read", "read_text"]

_UNDERLINE = re.compile(r"([=\-~^*#])\1{2,}\s*$")
_CHAPTER = re.compile(
    r"(?:chapter|part|book|act|scene|section|appendix|letter|canto)\s+[\divxlc]+\b.{0,80}$", re.IGNORECASE
)
_ALONE = re.compile(
    r"(?:prologue|epilogue|introduction|preface|foreword|contents|conclusion|abstract|summary)\.?$", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[-*•\u2013]|\(?\d{1,3}[.)])\s+\S")
_UNFINISHED = re.compile(r"(?:\w{2,}|[,-])$")
_RULE = re.compile(r"[\W_]{3,}$")
_LONGEST_TORN = 4_000  # characters of a paragraph that is put together again
_LONGEST_WRAPPED = 200  # characters a line: beyond it, a line is a paragraph
_FULL = 0.9  # of the usual width: where the next word would not have fitted, the line was wrapped
_LONGEST_HEADING = 80
_LONGEST_VERSE = 70


def read(data: bytes, limits: Limits) -> Found:
    """Return the sections or parts of a text."""
    return read_text(clean(decoded(data)), limits)


def read_text(text: str, limits: Limits) -> Found:
    """Return the sections or parts of a text that was cleaned."""
    text, notes = limits.cut(text)
    return Found(passages=by_sections(_text_blocks(text)), notes=notes)


def _text_blocks(text: str) -> list[Block]:
    lines = text.split("\n")
    width, known = _width(lines), words_of(text)
    blocks = list[Block]()
    for stretch in _stretches(lines):
        for index, block in enumerate(_blocks(stretch, width, known)):
            if index == 0 and blocks and _is_torn(blocks[-1], block):
                blocks[-1] = Block(blocks[-1].shape, joined([blocks[-1].text, block.text], known))
            else:
                blocks.append(block)
    return blocks


def _width(lines: Sequence[str]) -> int:
    """Return at how many characters lines were wrapped; 0 where they were not."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[len(lengths) * 19 // 20] if lengths else 0
    return width if width <= _LONGEST_WRAPPED else 0


def _stretches(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield runs of lines between blank ones."""
    stretch = list[str]()
    for line in [*lines, ""]:
        if line.strip():
            stretch.append(line.rstrip())
        elif stretch:
            yield stretch
            stretch = []


def _blocks(lines: list[str], width: int, known: frozenset[str]) -> Iterator[Block]:
    """Yield the paragraphs of a run of lines; short lines that were not wrapped are verses, and stay lines of one."""
    if (heading := _heading(lines)) is not None:
        yield Block(Shape.HEADING, heading)
        lines = lines[2:]
    verses = list[str]()
    for block, is_verse in _paragraphs(lines, width, known):
        if is_verse:
            verses.append(block.text)
            continue
        if verses:
            yield Block(Shape.PARAGRAPH, "\n".join(verses))
            verses = []
        yield block
    if verses:
        yield Block(Shape.PARAGRAPH, "\n".join(verses))


def _paragraphs(lines: list[str], width: int, known: frozenset[str]) -> Iterator[tuple[Block, bool]]:
    """Yield what was wrapped in one piece each, and whether it is a verse."""
    paragraph = list[str]()
    for index, line in enumerate(lines):
        if _RULE.match(line.strip()):
            continue
        paragraph.append(line)
        if not _goes_on(line, lines[index + 1] if index + 1 < len(lines) else "", width):
            block = _block(paragraph, known)
            yield block, block.shape is Shape.PARAGRAPH and len(block.text) <= _LONGEST_VERSE
            paragraph = []
    if paragraph:
        yield _block(paragraph, known), False


def _block(lines: list[str], known: frozenset[str]) -> Block:
    return Block(Shape.ITEM if _ITEM.match(lines[0].strip()) else Shape.PARAGRAPH, joined(lines, known))


def _heading(lines: list[str]) -> str | None:
    """Return the heading that a run of lines begins with: underlined, or alone and named or written as one."""
    first = lines[0].strip()
    if len(lines) >= 2 and len(first) <= _LONGEST_HEADING and _UNDERLINE.match(lines[1].strip()):
        return first if first[0].isalnum() or first[0] in "\"'(¿¡" else None
    if len(lines) > 1 or len(first) > _LONGEST_HEADING:
        return None
    is_shouted = first.isupper() and sum(char.isalpha() for char in first) >= 4
    is_named = _CHAPTER.match(first) or _ALONE.match(first)
    return first if is_shouted or is_named else None


def _is_torn(before: Block, after: Block) -> bool:
    """Whether a blank line tore a sentence: one has no end, and the other no beginning."""
    return (
        before.shape is not Shape.HEADING
        and after.shape is Shape.PARAGRAPH
        and after.text[:1].islower()
        and len(before.text) < _LONGEST_TORN
        and "\n" not in before.text + after.text
        and _UNFINISHED.search(before.text) is not None
    )


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether the line was ended for want of room."""
    if not width or not following or _ITEM.match(following.strip()):
        return False
    if line.endswith(("-", "\xad")):
        return True
    if len(line) > _LONGEST_VERSE and following.lstrip()[0].islower() and _UNFINISHED.search(line):
        return True
    first_word = following.split(maxsplit=1)[0]
    return len(line) + 1 + len(first_word) > _FULL * width
