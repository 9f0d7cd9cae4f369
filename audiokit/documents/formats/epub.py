"""Books: the chapters in the order of the spine (EPUB 3.3, section 5.7), each a web page without a site around it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from audiokit.documents.archive import Archive
from audiokit.documents.blocks import Block, Found, by_sections
from audiokit.documents.formats.html_blocks import blocks_of
from audiokit.documents.limits import Limits
from audiokit.documents.markup import html_tree, xml_tree
from audiokit.errors import EncryptedDocument, UnreadableDocument

__all__ = ["read"]

_PACKAGE = "{http://www.idpf.org/2007/opf}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"
_OF_FONTS = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_NEVER = frozenset(
    "script style noscript template svg canvas iframe object audio video nav head rt rp".split()  # noqa: SIM905 - words in lines read better than a list of strings
)
_LOCKED = "This book is locked by the shop it came from. Upload a copy that its publisher left open."


def read(data: bytes, limits: Limits) -> Found:
    """Return the sections of a book."""
    archive = Archive(data, limits)
    _refuse_locked(archive)
    path, package = _package(archive)
    blocks, n_missing = list[Block](), 0
    for name in _spine(package, posixpath.dirname(path)):
        if name in archive.names:
            blocks += blocks_of(html_tree(archive.read(name)), _NEVER)
        else:
            n_missing += 1
    notes = [f"{n_missing} of its chapters are missing in the file."] if n_missing else []
    return Found(titles=[package.findtext(f".//{_TITLE}") or ""], passages=by_sections(blocks), notes=notes)


def _refuse_locked(archive: Archive) -> None:
    if "META-INF/encryption.xml" not in archive.names:
        return
    methods = xml_tree(archive.read("META-INF/encryption.xml")).iter(_ENCRYPTION)
    if any(method.get("Algorithm") not in _OF_FONTS for method in methods):
        raise EncryptedDocument(_LOCKED)


def _package(archive: Archive) -> tuple[str, etree._Element]:
    container = xml_tree(archive.read("META-INF/container.xml"))
    for rootfile in container.iter(f"{_CONTAINER}rootfile"):
        path = unquote(rootfile.get("full-path") or "")
        return path, xml_tree(archive.read(path))
    raise UnreadableDocument("This book does not say where its chapters are. Save it again, and upload that.")


def _spine(package: etree._Element, folder: str) -> Iterator[str]:
    """Yield the names of the chapters, each once; what is beside the text (``linear="no"``) is left out."""
    pages = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        for item in package.iter(f"{_PACKAGE}item")
        if item.get("media-type") in _PAGES and "nav" not in (item.get("properties") or "").split()
    }
    seen = set[str]()
    for reference in package.iter(f"{_PACKAGE}itemref"):
        name = pages.get(reference.get("idref"))
        if name is not None and name not in seen and reference.get("linear") != "no":
            seen.add(name)
            yield name
