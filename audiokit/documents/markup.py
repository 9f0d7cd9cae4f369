"""XML and HTML from strangers into trees: nothing is loaded from elsewhere, and no entity is expanded."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes
from lxml import etree, html

from audiokit.errors import UnreadableDocument

__all__ = ["decoded", "html_tree", "xml_tree"]

_DAMAGED = "This file is damaged. Open it where it was made, save it again, and upload that."
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*(?P<meta>[\w:.-]+)|<\?xml[^>]{0,200}encoding\s*=\s*[\"'](?P<xml>[\w:.-]+)",
    re.IGNORECASE,
)
_C1 = re.compile(r"[\x80-\x84\x86-\x9f]")
_WESTERN = "cp1252"
_NOT_WESTERN = re.compile(
    r"[^\x00-\x7fàâäáãåæçèéêëìíîïñòóôöõøœùúûüÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜ\u2010-\u203a€§°·¿¡ºª£©®™«»\xb4¨\xa0\xad]"
)
_MOST_BROKEN = 10  # one in that many
_DECLARED_WITHIN = 4096  # bytes; the HTML standard asks for 1024
_SAMPLE_BYTES = 50_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


def xml_tree(data: bytes) -> etree._Element:
    """Return the root of an XML part.

    Raises:
        UnreadableDocument: it is not well-formed.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(_DAMAGED, reason=str(error)) from error
    return root


def html_tree(data: bytes | str) -> html.HtmlElement:
    """Return the root of a page, however badly written.

    Raises:
        UnreadableDocument: there is no element in it at all.
    """
    text = data if isinstance(data, str) else decoded(data)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(_DAMAGED, reason=str(error)) from error


def decoded(data: bytes) -> str:
    """Return the text that bytes hold: by their mark, by what they declare, as UTF-8, or by what is most likely."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    names = [(declared["meta"] or declared["xml"]).decode("ascii")] if declared else []
    for name in ("utf-8", *names):  # declared ones are wrong more often than bytes are UTF-8 by chance
        try:
            text = data.decode(name)
        except (LookupError, UnicodeError):
            continue
        if "\0" not in text:
            return _encoded_once(text)
    return _nearly_utf8(data) or _guessed(data)


def _encoded_once(text: str) -> str:
    """Undo what a program did that took UTF-8 for Latin-1 and encoded it again; controls of C1 are in no real text."""
    if _C1.search(text):
        try:
            return text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text
    return text


def _nearly_utf8(data: bytes) -> str | None:
    """Return UTF-8 with a few bytes broken, as such."""
    text = data.decode("utf-8", "replace")
    n_broken = text.count("\ufffd")
    n_intact = sum(1 for char in text[:_SAMPLE_BYTES] if char > "\x7f") - n_broken
    return text if "\0" not in text and n_broken * _MOST_BROKEN <= n_intact else None


def _guessed(data: bytes) -> str:
    zeros = (data[:_SAMPLE_BYTES:2].count(0), data[1:_SAMPLE_BYTES:2].count(0))
    if max(zeros) > len(data[:_SAMPLE_BYTES]) // 8:
        return data.decode("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le", "replace")
    return data.decode(_likeliest(data[:_SAMPLE_BYTES]), "replace")


def _likeliest(sample: bytes) -> str:
    """Return the name of an encoding: the Western one among several that fit, where all letters are of the West."""
    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        return _WESTERN
    fits = any(match.chaos <= best.chaos + 0.05 and _WESTERN in match.could_be_from_charset for match in matches)
    is_western = fits and _NOT_WESTERN.search(sample.decode(_WESTERN, "replace")) is None
    return _WESTERN if is_western else best.encoding
