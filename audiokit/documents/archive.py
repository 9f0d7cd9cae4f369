"""Archives made by nobody we know: bounded before anything in them is unpacked, read by name, never extracted."""

from __future__ import annotations

import io
import zipfile
import zlib

from audiokit.documents.limits import Limits
from audiokit.errors import DocumentTooLarge, EncryptedDocument, UnreadableDocument

__all__ = ["Archive"]

_DAMAGED = "This file is damaged, or was cut off on its way. Open it where it was made, save it again, and upload that."
_ENCRYPTED = 0x1  # general purpose bit flag 0: APPNOTE.TXT 6.3.10, section 4.4.4
_PROLOG_BYTES = 4096


class Archive:
    """A ZIP in memory, judged by its directory. Names are only keys here, so a path in one leads nowhere."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Open it.

        Raises:
            UnreadableDocument: it is no archive, or a damaged one.
            DocumentTooLarge: it would unpack to too much.
            EncryptedDocument: a part of it is locked.
        """
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, OSError) as error:
            raise UnreadableDocument(_DAMAGED, reason=str(error)) from error
        self._parts = {part.filename: part for part in self._zip.infolist()}
        self._check(len(data))

    @property
    def names(self) -> frozenset[str]:
        """What is in it."""
        return frozenset(self._parts)

    def read(self, name: str, *, max_bytes: int | None = None) -> bytes:
        """Return one part, or its first ``max_bytes``.

        Raises:
            UnreadableDocument: it is not there, or not intact.
        """
        try:
            with self._zip.open(self._parts[name]) as part:
                return part.read() if max_bytes is None else part.read(max_bytes)
        except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as error:
            raise UnreadableDocument(_DAMAGED, reason=f"{type(error).__name__}: {error}") from error

    def refuse_entities(self) -> None:
        """Let no document type declaration through, and with it no entities; office formats never have one.

        Source: ECMA-376-2 (Open Packaging Conventions), 6.5.2: parts shall not contain DTD declarations.

        Raises:
            UnreadableDocument: there is one.
        """
        for name in sorted(self.names):
            if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in self.read(name, max_bytes=_PROLOG_BYTES):
                raise UnreadableDocument(_DAMAGED, reason="a document type declaration")

    def _check(self, size_bytes: int) -> None:
        parts, limits = self._parts.values(), self._limits
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise EncryptedDocument("This file is locked with a password. Save it without one, and upload it again.")
        unpacked = sum(part.file_size for part in parts)
        largest_xml = max((part.file_size for part in parts if _is_markup(part.filename)), default=0)
        is_bomb = unpacked > limits.least_ratio_bytes and unpacked > limits.max_ratio * size_bytes
        if (
            unpacked > limits.max_unpacked_bytes
            or largest_xml > limits.max_part_bytes
            or len(self._zip.infolist()) > limits.max_parts
            or is_bomb
        ):
            raise DocumentTooLarge(
                f"This file unpacks to {unpacked / 1e6:.0f} MB in {len(parts)} parts, more than is read of one. "
                "Split it, or save it as PDF.",
                unpacked_bytes=unpacked,
                n_parts=len(parts),
            )


def _is_markup(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".html", ".xhtml", ".htm", ".opf", ".ncx", ".svg"))
