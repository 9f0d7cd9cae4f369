"""A document from an address that a person gave: fetched within bounds, and never out of a private network.

Each hop is judged anew (:mod:`audiokit.documents.addresses`), and asked where it was judged to be
(:mod:`audiokit.documents.connecting`).
"""

from __future__ import annotations

import http.client
import time
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from audiokit.documents.addresses import Target, places_of, target_of
from audiokit.documents.connecting import answered, left
from audiokit.documents.limits import Limits
from audiokit.errors import AddressUnreachable, EmptyDocument

__all__ = ["Fetched", "fetch"]

_MOST_REDIRECTS = 5
_MAX_SECONDS = 30.0  # for all of it
_BLOCK_BYTES = 65_536
_MOVED = frozenset({301, 302, 303, 307, 308})
_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 47}  # zlib's wbits
_SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/markdown": ".md", "text/csv": ".csv",
    "text/plain": ".txt", "application/pdf": ".pdf", "application/epub+zip": ".epub", "application/rtf": ".rtf",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came from an address: ``name`` as a file would be named, ``address`` where it was found in the end."""

    data: bytes
    name: str
    address: str


def fetch(
    address: str, *, allow_private: bool = False, max_seconds: float = _MAX_SECONDS, limits: Limits | None = None
) -> Fetched:
    """Return what is at an address on the public web. ``allow_private`` is for tests against a server of one's own.

    Raises:
        AddressRefused: it is not one of the public web, or was moved to one that is not.
        AddressUnreachable: nothing usable came in time.
        DocumentTooLarge, EmptyDocument: what came is too much, or nothing.
    """
    deadline = time.monotonic() + max_seconds
    limits = limits or Limits()
    for _ in range(_MOST_REDIRECTS + 1):
        target = target_of(address, allow_private=allow_private)
        places = places_of(target, timeout_s=left(deadline), allow_private=allow_private)
        with answered(target, places, deadline) as answer:
            if answer.status in _MOVED and (moved := answer.getheader("Location")):
                address = urljoin(target.address, moved)
                continue
            _refuse_failure(answer.status, target)
            data = _read(answer, limits)
            left(deadline)  # at the deadline the connection is cut, and what came may look whole
            return Fetched(data=_in_utf8(data, answer), name=_name(target, answer), address=target.address)
    raise AddressUnreachable(
        "This address leads from one place to the next without end. Open it in a browser, and copy the last."
    )


def _refuse_failure(status: int, target: Target) -> None:
    if status == http.client.OK:
        return
    if status in {401, 402, 403, 407, 451}:
        sentence = f"{target.host} does not show this to everyone. Download the file yourself, and upload it."
    elif status in {404, 410}:
        sentence = f"There is nothing at this address on {target.host} (any more). Check it in a browser."
    elif status == 429 or status >= 500:
        sentence = f"{target.host} has a problem at the moment. Try again in a few minutes."
    else:
        sentence = f"{target.host} sent no document. Open the address in a browser, and upload what you see."
    raise AddressUnreachable(sentence, status=status)


def _read(answer: http.client.HTTPResponse, limits: Limits) -> bytes:
    """Read the body block by block, unpacked if it came packed unasked, and stop where it is too much."""
    coding = (answer.getheader("Content-Encoding") or "identity").strip().lower()
    if coding not in {"identity", *_PACKED}:
        raise AddressUnreachable(
            "This page came packed in a way that is not known here. Save it yourself, and upload it."
        )
    unpack = zlib.decompressobj(_PACKED[coding]) if coding in _PACKED else None
    limits.check_size(int(answer.headers.get("Content-Length") or 0))
    body = bytearray()
    while block := answer.read(_BLOCK_BYTES):
        body += block if unpack is None else unpack.decompress(block, limits.max_size_bytes + 1 - len(body))
        limits.check_size(len(body))
    if answer.length or (unpack is not None and not unpack.eof):
        raise http.client.IncompleteRead(b"", answer.length)
    if not body:
        raise EmptyDocument("There is nothing at this address. Check it in a browser.")
    return bytes(body)


def _in_utf8(data: bytes, answer: http.client.HTTPResponse) -> bytes:
    """Return text in UTF-8 where only the head of the answer says in what it is; the rest as it came."""
    charset = answer.headers.get_content_charset()
    if charset is None or answer.headers.get_content_maintype() != "text":
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return data.decode(charset).encode("utf-8")
        except (LookupError, UnicodeError):
            return data
    return data


def _name(target: Target, answer: http.client.HTTPResponse) -> str:
    """Return a file's name: the one that was sent along, or the last part of the path, or the host."""
    sent = answer.headers.get_filename() or ""
    name = PurePosixPath((sent or unquote(urlsplit(target.path).path)).replace("\\", "/")).name
    suffix = _SUFFIXES.get(answer.headers.get_content_type(), "") if "Content-Type" in answer.headers else ""
    if not name:
        return f"{target.host}{suffix}"
    has_known = PurePosixPath(name).suffix.lower() in {
        *_SUFFIXES.values(),
        ".docx",
        ".pptx",
        ".xlsx",
        ".odt",
        ".htm",
        ".markdown",
    }
    return name if has_known or not suffix else f"{name}{suffix}"
