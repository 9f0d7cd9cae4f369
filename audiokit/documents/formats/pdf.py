"""PDF: pypdf reads the pages; lines, paragraphs and headings are made out of where and how large the text stands."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError, WrongPasswordError

from audiokit.documents.blocks import Found, grouped
from audiokit.documents.formats.pdf_lines import Line, lines_of
from audiokit.documents.formats.pdf_paragraphs import paragraphs
from audiokit.documents.formats.pdf_running import without_contents, without_running_heads
from audiokit.documents.formats.pdf_style import title_of
from audiokit.documents.limits import Limits
from audiokit.errors import EncryptedDocument, NoText, UnreadableDocument

__all__ = ["read"]

_LOCKED = "This PDF is locked with a password. Save it without one, and upload it again."
_PICTURES = (
    "This PDF is pictures of pages, with no text in it that could be read. "
    "Run text recognition (OCR) over it, and upload what that gives."
)
_EMPTY_PAGES = "There is no text on any page of this PDF. Check that it is the right file."
_MOST_NAMED = 8  # pages, in a note


def read(data: bytes, limits: Limits) -> Found:
    """Return the text of the pages; a page that cannot be read is left out, with a note.

    Raises:
        EncryptedDocument: it asks for a password.
        NoText: its pages are pictures.
        UnreadableDocument: it is damaged beyond reading.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every oddity in a file, and we of what matters
    reader = _opened(data)
    n_pages = len(reader.pages)
    if n_pages == 0:
        raise UnreadableDocument("This PDF has no pages. Save it again where it was made, and upload that.")
    pages, broken = _pages(reader, min(n_pages, limits.max_pages), limits.max_characters)
    if not any(pages):
        if len(broken) == len(pages):
            raise UnreadableDocument(
                "No page of this PDF can be read. Save it again where it was made, and upload that."
            )
        raise NoText(_PICTURES if _has_pictures(reader) else _EMPTY_PAGES, n_pages=n_pages)
    blocks = paragraphs(without_contents(without_running_heads(pages)))
    titles = [*_titles(reader), title_of(pages)]
    return Found(titles=titles, passages=grouped(blocks), notes=list(_notes(pages, broken, n_pages)))


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedDocument(_LOCKED)
        len(reader.pages)
    except (FileNotDecryptedError, WrongPasswordError, DependencyError) as error:
        raise EncryptedDocument(_LOCKED) from error
    return reader


def _pages(reader: PdfReader, n_pages: int, max_characters: int) -> tuple[list[list[Line]], list[int]]:
    """Return the lines of each page, and the numbers of pages that could not be read."""
    pages, broken, n_characters = list[list[Line]](), list[int](), 0
    for number in range(1, n_pages + 1):
        if n_characters > max_characters:
            break
        try:
            lines = lines_of(reader.pages[number - 1])
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - one page of bytes that fit no rule shall not cost the others
            broken.append(number)
            lines = []
        pages.append(lines)
        n_characters += sum(len(line.text) for line in lines)
    return pages, broken


def _has_pictures(reader: PdfReader) -> bool:
    for page in list(reader.pages)[:_MOST_NAMED]:
        try:
            resources = page.get("/Resources")
            objects = resources.get_object().get("/XObject") if resources is not None else None
            if (objects is not None and len(objects.get_object())) or b"BI" in (
                page.get_contents() or _Nothing()
            ).get_data():
                return True
        except (PyPdfError, AttributeError, TypeError, KeyError, ValueError):
            continue
    return False


class _Nothing:
    """The contents of a page that has none."""

    def get_data(self) -> bytes:
        return b""


def _titles(reader: PdfReader) -> list[str]:
    """Return what the file says of itself, if anything."""
    try:
        return [str(reader.metadata.title or "")] if reader.metadata is not None else []
    except (PyPdfError, AttributeError, TypeError, KeyError, ValueError):
        return []


def _notes(pages: list[list[Line]], broken: list[int], n_pages: int) -> Iterator[str]:
    if broken:
        yield f"{_numbered(broken)} could not be read: the file is damaged there."
    silent = [number for number, lines in enumerate(pages, 1) if not lines and number not in broken]
    if silent:
        yield f"{_numbered(silent)} held no text, and may be pictures; text recognition (OCR) would find it."
    if len(pages) < n_pages:
        yield f"The first {len(pages):,} of {n_pages:,} pages were read."


def _numbered(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Page {numbers[0]}"
    shown = ", ".join(map(str, numbers[:_MOST_NAMED]))
    return f"Pages {shown} and {len(numbers) - _MOST_NAMED} more" if len(numbers) > _MOST_NAMED else f"Pages {shown}"
