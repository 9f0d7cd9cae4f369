"""What an analysis can be had as."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

__all__ = ["ExportFormat"]


class ExportFormat(StrEnum):
    """What an analysis can be had as; each but ``ZIP`` of one recording, ``JSON``, ``CSV`` and ``ZIP`` of a batch."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"
    SRT = "srt"
    VTT = "vtt"
    REEL = "reel"
    ZIP = "zip"

    @property
    def media_type(self) -> str:
        """The type to serve it under."""
        return _MEDIA_TYPES[self]

    @property
    def ending(self) -> str:
        """What its file's name ends with."""
        return " (moments).mp3" if self is ExportFormat.REEL else f".{self.value}"


_MEDIA_TYPES = MappingProxyType(
    {
        ExportFormat.HTML: "text/html; charset=utf-8",
        ExportFormat.JSON: "application/json",
        ExportFormat.CSV: "text/csv; charset=utf-8",
        ExportFormat.SRT: "application/x-subrip; charset=utf-8",
        ExportFormat.VTT: "text/vtt; charset=utf-8",
        ExportFormat.REEL: "audio/mpeg",
        ExportFormat.ZIP: "application/zip",
    }
)
