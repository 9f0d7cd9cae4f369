"""What stands on pages for those who turn them: running heads and feet, page numbers, tables of contents. Left out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from audiokit.documents.formats.pdf_lines import Line

__all__ = ["without_contents", "without_running_heads"]

_LEAST_PAGES = 3
_MOST_PAGES = 0.4  # of all: left and right pages often have heads of their own
_LEAST_NEARBY = 5  # pages that are at most two apart: the head of a chapter
_OUTER_LINES = 3  # from the top, and from the bottom
_SAME_HEIGHT_PT = 4.0
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlc]{1,7}$")
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p\.|pg\.?)\s*)?(?P<number>\d{1,4}|[ivxlc]{1,7})\s*(?:(?:of|von|/|\|)\s*\d{1,4})?\W*$",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*[\divxlc]{1,6}$", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:table of )?contents$|(?:list of )?(?:figures|tables)$", re.IGNORECASE)
_LEAST_LEADERS, _LONGEST_LEADER = 2, 200
Key = tuple[str, int]


def without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the pages without running heads and feet and without their numbers."""
    outer = [_outer(lines) for lines in pages]
    repeated = _repeated(outer)
    numbers = _offsets(outer)
    return [
        [line for line in lines if not (line in edge and (_key(line) in repeated or _is_number(line, index, numbers)))]
        for index, (lines, edge) in enumerate(zip(pages, outer, strict=True))
    ]


def without_contents(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the pages without lines that lead to other pages by dots, and without the headings above those."""
    return [list(lines) if _n_leaders(lines) < _LEAST_LEADERS else _spoken(lines) for lines in pages]


def _n_leaders(lines: Sequence[Line]) -> int:
    return sum(_leads(line) for line in lines)


def _leads(line: Line) -> bool:
    return _LEADER.search(line.text[-_LONGEST_LEADER:]) is not None


def _spoken(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not _leads(line) and not _CONTENTS.match(line.text)]


def _outer(lines: Sequence[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: -line.y)
    return [*by_height[:_OUTER_LINES], *by_height[_OUTER_LINES:][-_OUTER_LINES:]]


def _key(line: Line) -> Key:
    """Return what is the same of a running head on every page: its words without numbers, and its height."""
    return _DIGITS.sub("#", re.sub(r"\s+", "", line.text.lower())), round(line.y / _SAME_HEIGHT_PT)


def _repeated(outer: Sequence[Sequence[Line]]) -> set[Key]:
    seen = defaultdict[Key, list[int]](list)
    sizes = Counter[float]()
    for index, lines in enumerate(outer):
        for line in lines:
            sizes[line.size] += len(line.text)
            for key in _near(_key(line)):
                if not seen[key] or seen[key][-1] != index:
                    seen[key].append(index)
    n_pages = sum(1 for lines in outer if lines)
    return {key for key, where in seen.items() if key[0] and _is_running(where, n_pages)}


def _near(key: Key) -> Iterator[Key]:
    """Yield the key, and those of lines a hair higher or lower."""
    words, height = key
    yield from ((words, height + shift) for shift in (-1, 0, 1))


def _is_running(where: list[int], n_pages: int) -> bool:
    if len(where) >= max(_LEAST_PAGES, _MOST_PAGES * n_pages):
        return True
    nearby = sum(later - earlier <= 2 for earlier, later in pairwise(where))
    return nearby >= max(_LEAST_NEARBY, 0.8 * (len(where) - 1))


def _offsets(outer: Sequence[Sequence[Line]]) -> set[int]:
    """Return by how much printed page numbers differ from counted ones, where at least two pages agree."""
    offsets = Counter[int]()
    for index, lines in enumerate(outer):
        offsets.update({number - index for line in lines if (number := _number(line)) is not None})
    return {1} | {offset for offset, n in offsets.items() if n >= 2}


def _number(line: Line) -> int | None:
    found = _PAGE_NUMBER.match(line.text)
    return int(found["number"]) if found is not None and found["number"].isdigit() else None


def _is_number(line: Line, index: int, offsets: set[int]) -> bool:
    found = _PAGE_NUMBER.match(line.text)
    if found is None:
        return False
    number = _number(line)
    return number - index in offsets if number is not None else _ROMAN.match(found["number"].lower()) is not None
