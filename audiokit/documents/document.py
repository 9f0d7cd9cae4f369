"""What a document is once it has been read: passages of text, each with a mark that leads back to its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from audiokit.errors import Damaged

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Document", "Kind", "Passage", "count_words"]

# A run of letters and digits is a word; of the scripts that part no words, each character is one, as Word counts them.
_UNPARTED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNPARTED}]|[^\W_{_UNPARTED}]+(?:['\u2019.,·-][^\W_{_UNPARTED}]+)*")


class Kind(StrEnum):
    """The formats that can be read."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    ODT = "odt"
    EPUB = "epub"
    HTML = "html"
    RTF = "rtf"
    MD = "md"
    TXT = "txt"
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of text from one place.

    ``mark`` says where, as a person would: "p. 3", "slide 2", "section 4", "sheet Prices, rows 1-40". Passages that
    follow each other may share one. ``heading`` is the one that the text stands under, and is no part of ``text``; it
    is the same for all passages under it. In ``text`` a blank line parts paragraphs; rows and items have a line each.
    """

    mark: str
    heading: str | None
    text: str

    @property
    def n_words(self) -> int:
        """How many words the text has, without the heading."""
        return count_words(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """All that was read; ``notes`` are sentences for the person about what could not be, or was left out."""

    title: str
    kind: Kind
    passages: tuple[Passage, ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it in reading order, each heading once, a blank line between paragraphs."""
        return "\n\n".join(self._pieces())

    @property
    def n_words(self) -> int:
        """How many words there are in all, headings among them."""
        return sum(count_words(piece) for piece in self._pieces())

    def to_json(self) -> bytes:
        """Return what :meth:`from_json` reads; ASCII, the same bytes for the same document."""
        return json.dumps(asdict(self), separators=(",", ":")).encode("ascii")

    @classmethod
    def from_json(cls, stored: bytes) -> Document:
        """Read what :meth:`to_json` wrote.

        Raises:
            Damaged: it is something else.
        """
        try:
            return _adapter().validate_json(stored)
        except ValueError as error:
            raise Damaged("This document was not stored as it should be. Upload it again.") from error

    def _pieces(self) -> Iterator[str]:
        heading = None
        for passage in self.passages:
            if passage.heading and passage.heading != heading:
                yield passage.heading
            heading = passage.heading
            yield passage.text


def count_words(text: str) -> int:
    """Return how many words a text has; in Chinese and Japanese each character counts."""
    return sum(1 for _ in _WORD.finditer(text))


@cache
def _adapter() -> TypeAdapter[Document]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - half a second, and most who import this read nothing back

    return TypeAdapter(Document)
