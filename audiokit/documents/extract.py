"""Bytes to a document, in this process. What strangers sent is better given to :mod:`audiokit.documents.reader`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import PurePath

from audiokit.documents.blocks import Found
from audiokit.documents.document import Document, Kind, Passage
from audiokit.documents.limits import Limits
from audiokit.documents.sniff import sniff
from audiokit.documents.tidy import clean, one_line
from audiokit.errors import AudiokitError, DocumentTooLarge, EmptyDocument, UnreadableDocument

__all__ = ["extract", "pasted"]

_READERS = {
    Kind.PDF: "pdf", Kind.DOCX: "docx", Kind.PPTX: "pptx", Kind.ODT: "odt", Kind.EPUB: "epub", Kind.HTML: "html",
    Kind.RTF: "rtf", Kind.MD: "markdown", Kind.TXT: "plain", Kind.CSV: "csv", Kind.XLSX: "xlsx",
}  # fmt: skip
_BINARY = frozenset({".pdf", ".docx", ".pptx", ".odt", ".epub", ".rtf", ".xlsx"})
_SPOKEN = {Kind.TXT: "plain text", Kind.MD: "Markdown", Kind.HTML: "a web page", Kind.CSV: "a table in plain text"}
_NOT_A_TITLE = re.compile(
    r"(?:untitled|unknown|document ?\d*|title|no title|slide 1|powerpoint presentation|\W*)$|.*\.\w{2,4}$",
    re.IGNORECASE,
)
_WRITTEN_BY = re.compile(r"(?:microsoft (?:word|powerpoint|excel) - |\(anonymous\)|layout 1)\s*", re.IGNORECASE)
_LONGEST_TITLE = 200
_MOST_PASTED = 1_000_000  # characters, a second's work
_NO_TEXT = (
    "There is no text in this document. If it is pictures of pages, run text recognition (OCR) over it, "
    "and upload what that gives."
)
_DAMAGED = "This document is damaged and cannot be read. Open it where it was made, save it again, and upload that."


def extract(data: bytes, name: str | None, limits: Limits | None = None) -> Document:
    """Return what a document says; ``name`` is its file's, and its title where it has none itself.

    Raises:
        InputError: it is no document, or a locked, damaged, empty or too large one; the sentence says which.
    """
    limits = limits or Limits()
    limits.check_size(len(data))
    kind = sniff(data, name, limits)
    found = _found(_reader(kind), data, limits)
    passages, cut = _bounded(found.passages, limits)
    if not passages:
        raise EmptyDocument(_NO_TEXT, kind=kind.value)
    notes = [*_misnamed(kind, name), *found.notes, *cut]
    return Document(title=_title(found, name), kind=kind, passages=passages, notes=tuple(notes))


def pasted(text: str, title: str | None = None) -> Document:
    """Return what a person pasted, as a document; Markdown is known by its marks.

    Raises:
        EmptyDocument: there are only blanks.
        DocumentTooLarge: it is longer than what is read in this process; a file of it can be uploaded.
    """
    from audiokit.documents.formats import markdown, plain  # noqa: PLC0415 - a parser each

    if len(text) > _MOST_PASTED:
        raise DocumentTooLarge(
            f"This text has {len(text):,} characters; up to {_MOST_PASTED:,} can be pasted. Upload it as a file.",
            n_characters=len(text),
        )
    if not text.strip():
        raise EmptyDocument("There is no text here. Paste some, and try again.")
    kind, reader = (Kind.MD, markdown.read_text) if markdown.resembles(text) else (Kind.TXT, plain.read_text)
    limits = Limits()
    found = reader(clean(text), limits)
    passages, cut = _bounded(found.passages, limits)
    if not passages:
        raise EmptyDocument("There is no text here that could be spoken. Paste some, and try again.")
    return Document(title=title or _title(found, None), kind=kind, passages=passages, notes=tuple(cut))


def _reader(kind: Kind) -> Callable[[bytes, Limits], Found]:
    """Load the module that reads this kind; each brings a library of its own."""
    reader: Callable[[bytes, Limits], Found] = import_module(f"audiokit.documents.formats.{_READERS[kind]}").read
    return reader


def _found(reader: Callable[[bytes, Limits], Found], data: bytes, limits: Limits) -> Found:
    try:
        return reader(data, limits)
    except (AudiokitError, MemoryError):
        raise
    except Exception as error:  # whatever eight libraries raise on bytes that were made to confuse them
        raise UnreadableDocument(_DAMAGED, reason=f"{type(error).__name__}: {error}"[:500]) from error


def _bounded(passages: Sequence[Passage], limits: Limits) -> tuple[tuple[Passage, ...], list[str]]:
    """Return passages up to the bound on characters, the last one cut at a paragraph, and a note if any were left."""
    kept, left = list[Passage](), limits.max_characters
    for passage in passages:
        if not passage.text.strip():
            continue
        if len(passage.text) > left:
            end = max(passage.text.rfind("\n", 0, left), passage.text.rfind(". ", 0, left) + 1)
            if end > 0:
                kept.append(replace(passage, text=passage.text[:end].rstrip()))
            share = (limits.max_characters - left + max(0, end)) / sum(len(passage.text) for passage in passages)
            note = f"This document is very long: the first {100 * share:.0f} % of it were read, up to {passage.mark}."
            return tuple(kept), [note]
        kept.append(passage)
        left -= len(passage.text)
    return tuple(kept), []


def _misnamed(kind: Kind, name: str | None) -> list[str]:
    suffix = PurePath(name or "").suffix.lower()
    if suffix not in _BINARY or suffix == f".{kind.value}":
        return []
    what = _SPOKEN.get(kind, kind.value.upper())
    return [f"The name of this file ends in {suffix}, but it is {what}, and was read as that."]


def _title(found: Found, name: str | None) -> str:
    """Return the title that the document says, its file's name, or its first heading or words."""
    for title in found.titles:
        told = _WRITTEN_BY.sub("", one_line(clean(title)))
        if told and not _NOT_A_TITLE.match(told):
            return told[:_LONGEST_TITLE]
    if stem := one_line(clean(PurePath(name or "").stem.replace("_", " "))):
        return stem[:_LONGEST_TITLE]
    if heading := next((passage.heading for passage in found.passages if passage.heading), None):
        return heading
    return " ".join(found.passages[0].text.split()[:8]) if found.passages else "Untitled"
