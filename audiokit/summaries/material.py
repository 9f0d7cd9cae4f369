"""Documents as a text model gets them: numbered passages between marks they cannot close, within a bound of tokens.

What has no room is cut evenly: of every passage the beginning stays, which says most of what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from audiokit.documents.document import Document, Passage
from audiokit.summaries.saying import said_words
from audiokit.summaries.script import Line
from audiokit.summaries.sources import Source
from audiokit.words.plain_text import one_line

__all__ = ["Sources", "Stretch", "merged", "most_tokens", "so_far", "stretches", "told", "within", "written"]

Sources = Sequence[tuple[Source, Document]]

_MOST_STRETCHES = 400  # in an outline; beyond that, neighbours are told as one
_MOST_SO_FAR = 6_000  # characters
_CHARACTERS_PER_TOKEN = 3  # of ASCII: English has 4 to 5, tables and code less; of other scripts each is taken for one
_TAG_TOKENS = 25
_MARKS = re.compile(r"<(\s*/?\s*(?:document|passage))", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’)]*\s")  # noqa: RUF001 - the full-width marks are meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Passages that follow each other and are told as one: where they stand, what they stand under, what they say."""

    title: str
    refs: tuple[tuple[str, str], ...]
    heading: str
    text: str

    @property
    def mark(self) -> str:
        """Where it stands, as a person says it."""
        first, last = self.refs[0][1], self.refs[-1][1]
        return first if first == last else f"{first} to {last}"

    @property
    def n_words(self) -> float:
        """How long it is, in plain words."""
        return said_words(self.text)


def most_tokens(text: str) -> int:
    """Return a number of tokens that a text is not beyond; no tokeniser of any model is at hand."""
    n_ascii = len(text.encode("ascii", errors="ignore"))
    return n_ascii // _CHARACTERS_PER_TOKEN + len(text) - n_ascii + 1


def stretches(sources: Sources, refs: Iterable[tuple[str, str]] = ()) -> tuple[Stretch, ...]:
    """Return the passages of all documents, or those that ``refs`` name, one stretch for each mark of each source.

    Where ``refs`` name nothing that is there, everything is meant.
    """
    wanted = frozenset(refs)
    found = tuple(stretch for stretch in _all(sources) if not wanted or stretch.refs[0] in wanted)
    return found or tuple(_all(sources))


def merged(parts: Sequence[Stretch], most: int = _MOST_STRETCHES) -> tuple[Stretch, ...]:
    """Return no more than ``most``, in order, neighbours of one document put together."""
    at_once = -(-len(parts) // most)
    if at_once <= 1:
        return tuple(parts)
    together = list[Stretch]()
    for _, of_one in groupby(parts, key=lambda part: part.refs[0][0]):
        row = list(of_one)
        together += [_as_one(row[start : start + at_once]) for start in range(0, len(row), at_once)]
    return tuple(together)


def within(parts: Sequence[Stretch], n_tokens: int) -> tuple[Stretch, ...]:
    """Return the same stretches cut so that all of them together have room in ``n_tokens``.

    Short ones stay whole, and what they leave is for the long ones. Where there is no room for a sentence of each,
    they keep their headings alone.
    """
    room = n_tokens - sum(_TAG_TOKENS + most_tokens(part.heading) for part in parts)
    share = _fair_share([most_tokens(part.text) for part in parts], max(0, room))
    return tuple(replace(part, text=_beginning(part.text, share)) for part in parts)


def told(parts: Sequence[Stretch]) -> str:
    """Return stretches as they stand in a request: documents with their passages, numbered from 1 in order."""
    numbered = list(enumerate(parts, 1))
    documents = groupby(numbered, key=lambda one: one[1].title)
    return "\n".join(_marked("\n".join(_passage(*one) for one in of_it), title) for title, of_it in documents)


def so_far(before: Sequence[Line]) -> str:
    """Return the last lines of what is written already, as material; empty where nothing is."""
    text, kept = "", list[str]()
    for line in reversed(before):
        kept.append(line.text)
        if sum(map(len, kept)) > _MOST_SO_FAR:
            break
    text = "\n".join(reversed(kept))
    return written(text, "The script so far") if text else ""


def written(text: str, title: str) -> str:
    """Return any text as a document without passages."""
    return _marked(_harmless(text), title)


def _all(sources: Sources) -> Iterator[Stretch]:
    for source, document in sources:
        title = document.title or source.title or source.name
        for mark, of_it in groupby(document.passages, key=lambda passage: passage.mark):
            yield _stretch(source.id, title, mark, list(of_it))


def _stretch(source_id: str, title: str, mark: str, passages: Sequence[Passage]) -> Stretch:
    """Headings that come in the middle of a page stand before their text, as they do on the page."""
    first = passages[0].heading
    pieces, heading = list[str](), first
    for passage in passages:
        if passage.heading and passage.heading != heading:
            pieces.append(passage.heading)
        heading = passage.heading
        pieces.append(passage.text)
    return Stretch(title=title, refs=((source_id, mark),), heading=first or "", text="\n\n".join(pieces))


def _as_one(row: Sequence[Stretch]) -> Stretch:
    return replace(
        row[0], refs=tuple(ref for part in row for ref in part.refs), text="\n\n".join(part.text for part in row)
    )


def _passage(number: int, part: Stretch) -> str:
    heading = f' heading="{_attribute(part.heading)}"' if part.heading else ""
    mark = _attribute(part.mark)
    return f'<passage id="{number}" mark="{mark}"{heading}>\n{_harmless(part.text)}\n</passage>'


def _marked(body: str, title: str) -> str:
    return f'<document title="{_attribute(title)}">\n{body}\n</document>'


def _attribute(text: str) -> str:
    return one_line(text).replace('"', "'").replace("<", "(").replace(">", ")")


def _harmless(text: str) -> str:
    return _MARKS.sub(r"&lt;\1", text.strip())


def _fair_share(sizes: Sequence[int], room: int) -> int:
    """Return the size at which all that is larger is cut, so that the sum has room: the level of filled vessels."""
    left, n_left = room, len(sizes)
    for size in sorted(sizes):
        if size * n_left > left:
            return left // n_left
        left, n_left = left - size, n_left - 1
    return max(sizes, default=0)


def _beginning(text: str, n_tokens: int) -> str:
    """Return as much of a text as has room, up to the end of a sentence where there is one."""
    if most_tokens(text) <= n_tokens:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if most_tokens(text[:middle]) <= n_tokens else (low, middle - 1)
    piece = text[:low]
    ends = [end.end() for end in _SENTENCE_END.finditer(piece)]
    return piece[: ends[-1]].rstrip() if ends else ""
