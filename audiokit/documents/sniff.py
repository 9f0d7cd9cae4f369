"""What a document is, judged by its content; its name is asked only which kind of plain text it is."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from audiokit.documents.archive import Archive
from audiokit.documents.document import Kind
from audiokit.documents.limits import Limits
from audiokit.errors import EmptyDocument, EncryptedDocument, UnreadableDocument, UnsupportedFormat

__all__ = ["READ", "is_pdf", "sniff"]

READ = "PDF, Word (DOCX), PowerPoint (PPTX), Excel (XLSX), OpenDocument text, EPUB, HTML, RTF, Markdown, text and CSV"

_HEAD_BYTES = 4096
_PDF_WITHIN = 1024  # bytes of anything before "%PDF-": ISO 32000-1, annex H.3.4.1, implementation note 13
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # MS-CFB 2.2
_POSTSCRIPT = b"%!PS"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(rb"\s*<\?xml\b|\s*<(?:svg|rss|feed|opml)\b", re.IGNORECASE)
_BY_NAME = {
    ".md": Kind.MD, ".markdown": Kind.MD, ".mdown": Kind.MD, ".mkd": Kind.MD, ".mdx": Kind.MD,
    ".csv": Kind.CSV, ".tsv": Kind.CSV, ".tab": Kind.CSV,
    ".html": Kind.HTML, ".htm": Kind.HTML, ".xhtml": Kind.HTML,
}  # fmt: skip
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"), (b"8BPS", "a picture"), (b"ID3", "a recording"), (b"OggS", "a recording"),
    (b"fLaC", "a recording"), (b"\x1aE\xdf\xa3", "a video or a recording"), (b"\x1f\x8b", "a packed file"),
    (b"7z\xbc\xaf", "a packed file"), (b"Rar!", "a packed file"), (b"BZh", "a packed file"),
    (b"\xfd7zXZ", "a packed file"),
    (b"MZ", "a program"), (b"\x7fELF", "a program"), (b"SQLite format 3", "a database"),
    (b"AT&TFORM", "a DjVu file"), (b"ITSF", "a Windows help file"), (b"wOF", "a font"), (b"\0\x01\0\0", "a font"),
)  # fmt: skip
_OLDER = (
    ("WordDocument", "an old Word file", "DOCX"), ("PowerPoint Document", "an old PowerPoint file", "PPTX"),
    ("Workbook", "an old Excel file", "XLSX"), ("Book", "an old Excel file", "XLSX"),
    ("__substg1.0_", "an Outlook message", "HTML or plain text"),
)  # fmt: skip
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


def sniff(data: bytes, name: str | None, limits: Limits | None = None) -> Kind:
    """Return what the bytes are; ``name`` decides between kinds of plain text only.

    Raises:
        EmptyDocument: there are no bytes, or only blanks.
        EncryptedDocument, DocumentTooLarge, UnreadableDocument: an archive that says so by its directory.
        UnsupportedFormat: it is something else, or nothing that we know.
    """
    limits = limits or Limits()
    head = data[:_HEAD_BYTES]
    if not head.strip() and not data.strip():
        raise EmptyDocument("This file is empty. Check that it was saved, and upload it again.")
    if is_pdf(data):
        return Kind.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_archive(Archive(data, limits))
    if head.startswith(_OLE):
        _refuse_older(data)
    if head.lstrip().startswith(b"{\\rtf" if _suffix(name) != ".rtf" else b"{\\"):
        return Kind.RTF
    if head.startswith(_POSTSCRIPT):
        raise UnsupportedFormat("This is a PostScript file. Save it as PDF, and upload that.")
    return _kind_of_text(data, head, name)


def is_pdf(data: bytes) -> bool:
    """Return whether bytes say that they are PDF."""
    return b"%PDF-" in data[:_PDF_WITHIN]


def _suffix(name: str | None) -> str:
    return PurePath(name or "").suffix.lower()


def _in_archive(archive: Archive) -> Kind:
    names = archive.names
    if "mimetype" in names:
        return _by_media_type(archive.read("mimetype", max_bytes=100).decode("ascii", "replace").strip(), archive)
    for folder, kind in (("word/", Kind.DOCX), ("ppt/", Kind.PPTX), ("xl/", Kind.XLSX)):
        if "[Content_Types].xml" in names and any(part.startswith(folder) for part in names):
            return kind
    if "META-INF/container.xml" in names:
        return Kind.EPUB
    raise UnsupportedFormat(
        "This is a packed folder, not a document. Unpack it, and upload the documents in it one by one."
        if names
        else "This is an empty archive. Upload the document itself."
    )


def _by_media_type(media_type: str, archive: Archive) -> Kind:
    if media_type.startswith("application/epub"):
        return Kind.EPUB
    if not media_type.startswith(_OPEN_DOCUMENT):
        raise UnsupportedFormat(f"This kind of file is not read here. What is read: {READ}.", media_type=media_type)
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise EncryptedDocument("This document is locked with a password. Save it without one, and upload it again.")
    if media_type.removeprefix(_OPEN_DOCUMENT) in {"text", "text-template", "text-master"}:
        return Kind.ODT
    raise UnsupportedFormat(
        "Of OpenDocument, texts are read here. Save this one as PDF, PPTX or XLSX, and upload that.",
        media_type=media_type,
    )


def _refuse_older(data: bytes) -> None:
    """Say what to do with a file of the time before 2007; names of streams are UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise EncryptedDocument("This document is locked with a password. Save it without one, and upload it again.")
    for stream, what, instead in _OLDER:
        if stream.encode("utf-16-le") in data:
            raise UnsupportedFormat(f"This is {what}. Save it as {instead}, and upload that.", stream=stream)
    raise UnsupportedFormat(f"This kind of file is not read here. What is read: {READ}.")


def _refuse_others(head: bytes) -> None:
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise UnsupportedFormat(f"This is {what}, not a document. What is read: {READ}.", magic=magic.hex())
    if (head[:4] == b"RIFF" and head[8:12] in {b"WAVE", b"AVI ", b"WEBP"}) or head[4:8] == b"ftyp":
        raise UnsupportedFormat(f"This is a recording or a picture, not a document. What is read: {READ}.")


def _kind_of_text(data: bytes, head: bytes, name: str | None) -> Kind:
    has_bom = head.startswith(_BOMS)
    if not has_bom and not _is_text(data):
        _refuse_others(head)
        if _suffix(name) in {".pdf", ".docx", ".pptx", ".xlsx", ".odt", ".epub"}:
            raise UnreadableDocument(
                "This file is damaged: it does not begin as such a document does. Save it again, and upload that."
            )
        raise UnsupportedFormat(f"This is not text, nor a document that is known here. What is read: {READ}.")
    by_name = _BY_NAME.get(_suffix(name), Kind.TXT)
    plain = head.removeprefix(codecs.BOM_UTF8)
    if has_bom and plain is head:
        plain = head.decode("utf-16" if head.count(0) < len(head) * 0.6 else "utf-32", "ignore").encode()
    if _HTML.match(plain):
        return Kind.HTML
    if by_name is Kind.TXT and _XML.match(plain):
        return Kind.HTML if b"<html" in head.lower() else _refuse_markup()
    return by_name


def _refuse_markup() -> Kind:
    raise UnsupportedFormat(f"This is a file for programs (XML), not a document. What is read: {READ}.")


def _is_text(data: bytes) -> bool:
    """Whether bytes without a mark of their encoding can be text: hardly any controls, or UTF-16 by its zeros."""
    sample = data[:65_536]
    zeros = sample.count(0)
    if zeros:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        return max(even, odd) > 0.3 * len(sample) / 2 and min(even, odd) < 0.05 * len(sample) / 2
    controls = sum(sample.count(byte) for byte in (*range(1, 7), *range(14, 27), *range(28, 32), 127))
    return controls <= len(sample) // 200
