"""The small print of serving a file over HTTP: byte ranges (RFC 9110, section 14) and safe file names (RFC 6266)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["Range", "Unsatisfiable", "attachment", "parse_range"]

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
_MAX_NAME_CHARS = 120


class Unsatisfiable(ValueError):
    """A well-formed range of which this file has no byte."""


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes ``[start, end)`` of something that has ``size`` bytes."""

    start: int
    end: int
    size: int

    @property
    def n_bytes(self) -> int:
        """How many bytes it holds."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """The value of ``Content-Range``, where the last byte is included."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def parse_range(header: str | None, size: int) -> Range | None:
    """Return the range that ``header`` asks for; ``None`` if the whole is to be sent.

    What is not understood is ignored, as RFC 9110 (14.2) asks: other units, several ranges, nonsense.

    Raises:
        Unsatisfiable: a range of which there is no byte.
    """
    match = _ONE_RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last N bytes
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return None
    if start >= end:
        raise Unsatisfiable
    return Range(start, end, size)


def attachment(name: str) -> str:
    """Return ``Content-Disposition`` for a download called ``name``, in plain ASCII and in full (RFC 8187)."""
    safe = _UNSAFE.sub("_", name).strip(" ._")[:_MAX_NAME_CHARS] or "audio"
    plain = re.sub(r"[^\x20-\x7e]+|[%;]", "_", safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
