"""Tags as Vorbis comments, which Ogg and FLAC hold (xiph.org/vorbis/doc/v-comment.html).

The chapters' times are written here and not by FFmpeg: its own writer makes 00:00:21.500 of 20.5 s (seen in 62.12).
"""

from __future__ import annotations

import base64
import struct

from audiokit.audio.writing.tags import Cover, Tags

__all__ = ["comments", "picture_comment"]

_FRONT_COVER = 3
_BITS_A_PIXEL = 24


def comments(tags: Tags) -> dict[str, str]:
    """Return all but the cover by name. FFmpeg writes the comment as DESCRIPTION, which is what Vorbis calls it."""
    named = tags.texts | ({"language": tags.language} if tags.language else {})
    for number, chapter in enumerate(tags.chapters):  # wiki.xiph.org/Chapter_Extension
        named[f"CHAPTER{number:03}"] = _clock(chapter.start_s)
        named[f"CHAPTER{number:03}NAME"] = chapter.title
    return named


def picture_comment(cover: Cover) -> dict[str, str]:
    """Return the cover as Ogg holds it: FLAC's picture block (RFC 9639, 8.8) in Base64."""
    media_type, (width, height) = cover.media_type.encode(), cover.size_px
    block = struct.pack(">II", _FRONT_COVER, len(media_type)) + media_type
    block += struct.pack(">6I", 0, width, height, _BITS_A_PIXEL, 0, len(cover.data)) + cover.data
    return {"METADATA_BLOCK_PICTURE": base64.b64encode(block).decode()}


def _clock(at_s: float) -> str:
    minutes, ms = divmod(round(1000 * at_s), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"
