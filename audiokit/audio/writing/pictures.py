"""How large a picture is, from its own header; nothing is decoded."""

from __future__ import annotations

__all__ = ["picture_size"]

_PNG = b"\x89PNG\r\n\x1a\n"
_NOT_SIZES = {0xC4, 0xC8, 0xCC}  # among the markers C0 to CF, these open no frame (ITU-T T.81, table B.1)


def picture_size(data: bytes, media_type: str) -> tuple[int, int] | None:
    """Return width and height in pixels; None if this is no picture of that type, or ends before it says so."""
    if media_type == "image/png":
        return _png_size(data)
    return _jpeg_size(data) if media_type == "image/jpeg" else None


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Read the first chunk (PNG, 11.2.2)."""
    if not data.startswith(_PNG) or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    return _if_any(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Go from segment to segment until the one that opens the frame (ITU-T T.81, B.2.2)."""
    at = 2 if data.startswith(b"\xff\xd8") else len(data)
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in _NOT_SIZES:
            height, width = (int.from_bytes(data[start : start + 2], "big") for start in (at + 5, at + 7))
            return _if_any(width, height)
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _if_any(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if width and height else None
