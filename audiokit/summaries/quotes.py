"""Quotes found again in their documents: a line is supported by words that really stand there, or it is not.

Compared are words alone, without case, marks, ligatures and hyphens. A long quote may differ in a tenth of its words,
as models mend and shorten; never in a number, and never in a word that turns the sense around.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import takewhile

from audiokit.documents.document import Passage
from audiokit.summaries.material import Sources
from audiokit.summaries.script import Support
from audiokit.words.plain_text import one_line

__all__ = ["Quotes"]

_UNPARTED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_UNPARTED}]|[^\W_{_UNPARTED}]+")
_MARK_AFTER = re.compile(r"[\"'”’)]*[.!?…]?[\"'”’)]*")  # noqa: RUF001 - typed quotes
_LEFT_OUT = re.compile(r"\[?(?:…|\.{3})\]?")
_FEWEST_WORDS = 3
_FEWEST_TO_DIFFER = 8
_ALIKE = 0.9
_STEM, _ENDING = 4, 3  # letters that two forms of a word share, and may have beyond
_WIDEST_GAP = 60  # words that a quote may leave out at three dots
_MATTERS = frozenset(
    """
    no not never none nor nothing nobody without t cannot only less more half twice double
    one two three four five six seven eight nine ten eleven twelve twenty hundred thousand million billion
    nicht kein keine keinen nie ohne pas jamais sans sin nunca
    """.split()  # noqa: SIM905 - lines of words read better than a list of strings
)


@dataclass(frozen=True)
class _Page:
    """A passage with its heading, as words and where each of them stands."""

    source_id: str
    mark: str
    text: str

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        return [found.span() for found in _TOKEN.finditer(self.text)]

    @cached_property
    def words(self) -> list[str]:
        return [_plain(self.text[start:end]) for start, end in self.spans]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.words)

    def support(self, first: int, last: int) -> Support:
        """Return the words from ``first`` to ``last`` (exclusive) as they stand, with the mark that ends them."""
        start, end = self.spans[first][0], self.spans[last - 1][1]
        mark = _MARK_AFTER.match(self.text, end)
        quote = one_line(self.text[start : end + (len(mark[0]) if mark else 0)])
        return Support(source_id=self.source_id, mark=self.mark, quote=quote)


class Quotes:
    """The passages that ``refs`` name, to look quotes up in; all of them where it names none that is there."""

    def __init__(self, sources: Sources, refs: Sequence[tuple[str, str]] = ()) -> None:
        wanted = frozenset(refs)
        every = [
            _Page(source.id, passage.mark, _with_heading(passage))
            for source, document in sources
            for passage in document.passages
        ]
        self._pages = [page for page in every if (page.source_id, page.mark) in wanted] or every

    def find(self, quote: str, mark: str = "") -> Support | None:
        """Return where a quote stands, in the documents' own words; None if it does not. ``mark`` is looked at first.

        Of less than three words nobody knows what they are quoted for, unless they are all of a heading.
        """
        parts = [words for part in _LEFT_OUT.split(quote) if (words := _words(part))]
        if not parts:
            return None
        pages = sorted(self._pages, key=lambda page: page.mark != mark)
        if sum(map(len, parts)) < _FEWEST_WORDS:
            return next((page.support(0, len(parts[0])) for page in pages if _is_heading(parts, page)), None)
        for look in (_exactly, _about):
            for page in pages:
                if (found := look(parts, page)) is not None:
                    return page.support(*found)
        return None


def _with_heading(passage: Passage) -> str:
    return f"{passage.heading}\n\n{passage.text}" if passage.heading else passage.text


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _words(text: str) -> list[str]:
    return [_plain(word) for word in _TOKEN.findall(text)]


def _is_heading(parts: Sequence[Sequence[str]], page: _Page) -> bool:
    return len(parts) == 1 and "\n\n" in page.text and _words(page.text.split("\n\n", 1)[0]) == parts[0]


def _exactly(parts: Sequence[Sequence[str]], page: _Page) -> tuple[int, int] | None:
    """Return from where to where all parts stand in order, with not too much between them."""
    for first in _places(parts[0], page.words, 0, len(page.words)):
        end = first + len(parts[0])
        for part in parts[1:]:
            at = next(iter(_places(part, page.words, end, end + _WIDEST_GAP + len(part))), None)
            if at is None:
                break
            end = at + len(part)
        else:
            return first, end
    return None


def _places(part: Sequence[str], words: Sequence[str], start: int, end: int) -> list[int]:
    n, last = len(part), min(end, len(words)) - len(part)
    return [at for at in range(start, last + 1) if words[at] == part[0] and words[at : at + n] == part]


def _about(parts: Sequence[Sequence[str]], page: _Page) -> tuple[int, int] | None:
    """Return from where to where almost the same words stand."""
    quoted = [word for part in parts for word in part]
    known = sum((Counter(quoted) & page.counts).values())
    if len(parts) > 1 or len(quoted) < _FEWEST_TO_DIFFER or known < _ALIKE * len(quoted):
        return None
    match = SequenceMatcher(None, quoted, page.words, autojunk=False)
    longest = match.find_longest_match()
    around = 2 + len(quoted) // 10
    start = max(0, longest.b - longest.a - around)
    window = page.words[start : longest.b - longest.a + len(quoted) + around]
    blocks = [b for b in SequenceMatcher(None, quoted, window, autojunk=False).get_matching_blocks() if b.size]
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size
    return (start + first, start + last) if _is_alike(quoted, window[first:last]) else None


def _is_alike(quoted: Sequence[str], there: Sequence[str]) -> bool:
    """Whether few words differ, none of those that matter, and no word stands in the place of quite another."""
    match = SequenceMatcher(None, quoted, there, autojunk=False)
    if match.ratio() < _ALIKE:
        return False
    pairs = [(quoted[a:b], there[c:d]) for kind, a, b, c, d in match.get_opcodes() if kind != "equal"]
    return all(_is_slip(here, other) for here, other in pairs)


def _is_slip(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether words were left out, put in, parted, joined or bent, and none that matter."""
    one, other = "".join(here), "".join(there)
    if any(word in _MATTERS or any(sign.isdigit() for sign in word) for word in (*here, *there)):
        return False
    if not one or not other or one == other:
        return True
    n_same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return n_same >= _STEM and max(len(one), len(other)) - n_same <= _ENDING
