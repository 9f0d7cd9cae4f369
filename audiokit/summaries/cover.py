"""The picture on a programme's front: its title over two colours and a wave of its own, that nobody had to draw."""

from __future__ import annotations

import colorsys
import io
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import audiokit
from audiokit.audio.writing.tags import Cover
from audiokit.words.plain_text import one_line

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["SIZE_PX", "cover"]

SIZE_PX = 1400
"""The least that Apple Podcasts takes: 1400 to 3000 pixels, square (as PRX's feed requirements say, 2026-11-21)."""

_QUALITIES = (88, 80, 70)
_MOST_BYTES = 200_000
_MARGIN_PX = 110
_TITLE_SIZES_PX = (172, 148, 126, 108, 92, 78)
_MOST_LINES = 5
_LEADING = 1.12
_WEIGHT = 700
_HUES = 0.44, 1.02  # from teal through blue and violet to red: the others are brown when they are dark
_LUMINANCES = np.array([0.2126, 0.7152, 0.0722])
_N_BARS, _BAR_PX = 23, 26
_WAVE_TOP_PX, _WAVE_BOTTOM_PX = 170, 560
_ROOM_PX = SIZE_PX - _WAVE_BOTTOM_PX - 2 * _MARGIN_PX  # for the title
_SMOOTH = 2  # times as large as it is shown: Pillow draws no soft edges
_FONTS = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "NotoSansCJK-Bold.ttc", "arialbd.ttf", "Arial Unicode.ttf")


@lru_cache(maxsize=8)
def cover(title: str, seed: str) -> Cover:
    """Return a square JPEG of less than 200 kB. ``seed``, such as an id, decides its colours and its wave.

    Letters that no font at hand can draw are left out, all together: half a title would be worse than none.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only who makes a cover needs it

    chance = sha256(seed.encode(errors="replace")).digest()
    picture = Image.fromarray(_background(chance))
    picture.paste((255, 255, 255), mask=_wave(chance))
    _write_title(ImageDraw.Draw(picture), one_line(title))
    return Cover(_jpeg(picture), "image/jpeg")


def _background(chance: bytes) -> npt.NDArray[np.uint8]:
    """Return a slope from one colour to a darker one; both have a contrast of 6 to 1 or more with white letters."""
    hue, shift = _HUES[0] + (_HUES[1] - _HUES[0]) * chance[0] / 255, 0.09 + 0.11 * chance[1] / 255
    other = hue + shift if hue + shift <= _HUES[1] else hue - shift
    ends = _dark(hue, 0.7, luminance=0.12), _dark(other, 0.75, luminance=0.045)
    across = np.linspace(0, 1, SIZE_PX, dtype=np.float32)
    share = (2 * across[:, None] + across) / 3
    return np.stack(
        [np.rint(first + share * (last - first)).astype(np.uint8) for first, last in zip(*ends, strict=True)], 2
    )


def _dark(hue: float, saturation: float, *, luminance: float) -> list[float]:
    """Return a colour of that hue, and of that luminance or just less (WCAG 2.2, relative luminance)."""
    for lightness in np.linspace(0.6, 0, 61):
        rgb = np.array(colorsys.hls_to_rgb(hue % 1, lightness, saturation))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        if linear @ _LUMINANCES <= luminance:
            break
    return [255 * float(share) for share in rgb]


def _wave(chance: bytes) -> Image.Image:
    """Return how much white each pixel gets: bars as of a voice, high in the middle of each breath."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - the same

    height_px = _WAVE_BOTTOM_PX - _WAVE_TOP_PX
    large = Image.new("L", (SIZE_PX * _SMOOTH, height_px * _SMOOTH))
    draw = ImageDraw.Draw(large)
    step_px = (SIZE_PX - 2 * _MARGIN_PX - _BAR_PX) / (_N_BARS - 1)
    for number in range(_N_BARS):
        breath = 0.35 + 0.65 * abs(np.sin(np.pi * (number + chance[2] / 64) / (5 + chance[3] % 4)))
        half_px = (0.12 + 0.88 * breath * chance[4 + number] / 255) * (height_px - _BAR_PX) / 2 + _BAR_PX / 2
        left_px = _MARGIN_PX + number * step_px
        corners = (left_px, height_px / 2 - half_px, left_px + _BAR_PX, height_px / 2 + half_px)
        draw.rounded_rectangle([_SMOOTH * at for at in corners], radius=_SMOOTH * _BAR_PX / 2, fill=235)
    mask = Image.new("L", (SIZE_PX, SIZE_PX))
    mask.paste(large.resize((SIZE_PX, height_px), Image.Resampling.LANCZOS), (0, _WAVE_TOP_PX))
    return mask


def _write_title(draw: ImageDraw.ImageDraw, title: str) -> None:
    """Write the title from the bottom up."""
    if (fitted := _fitted(title)) is None:
        return
    font, lines = fitted
    leading_px = _LEADING * font.size
    top_px = SIZE_PX - _MARGIN_PX - len(lines) * leading_px
    for number, line in enumerate(lines):
        draw.text((_MARGIN_PX, top_px + number * leading_px), line, font=font, fill=(255, 255, 255))


def _fitted(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]] | None:
    """Return the title as large as it fits, or as much of it as there is room for; None if no font can draw it."""
    font: ImageFont.FreeTypeFont | None = None
    lines = list[str]()
    for size_px in _TITLE_SIZES_PX:
        if (font := _font(title, size_px)) is None:
            return None
        lines = list(_wrapped(title, font))
        if len(lines) <= _MOST_LINES and len(lines) * _LEADING * size_px <= _ROOM_PX:
            return font, lines
    if font is None:
        return None
    return font, [*lines[: _MOST_LINES - 1], _shortened(lines[_MOST_LINES - 1], font)]


def _wrapped(title: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    """Yield lines that fit, parted at spaces, or within a word that is longer than a line."""
    line = ""
    for word in title.split(" "):
        joined = f"{line} {word}" if line else word
        if _fits(joined, font):
            line = joined
            continue
        if line:
            yield line
        line = ""
        for letter in word:
            if not _fits(line + letter, font):
                yield line
                line = ""
            line += letter
    yield line


def _shortened(line: str, font: ImageFont.FreeTypeFont) -> str:
    while not _fits(f"{line}…", font):
        line = line[:-1]
    return f"{line.rstrip()}…"


def _fits(line: str, font: ImageFont.FreeTypeFont) -> bool:
    return font.getlength(line) <= SIZE_PX - 2 * _MARGIN_PX


def _font(text: str, size_px: int) -> ImageFont.FreeTypeFont | None:
    """Return the first font that has all these letters: ours, one of the system's, or Pillow's own."""
    return next((font for font in _fonts(size_px) if _draws(font, text)), None)


def _fonts(size_px: int) -> Iterator[Any]:
    from PIL import ImageFont  # noqa: PLC0415 - the same

    for name in (Path(audiokit.__file__).parents[1] / "static" / "inter.woff2", *_FONTS):
        try:
            font = ImageFont.truetype(name, size_px)
        except OSError:
            continue
        if name not in _FONTS:
            font.set_variation_by_axes([_WEIGHT])
        yield font
    yield ImageFont.load_default(size_px)


def _draws(font: ImageFont.FreeTypeFont, text: str) -> bool:
    """Return whether no letter becomes the box that stands for those a font has not."""
    box = bytes(font.getmask("\uffff"))
    return all(bytes(font.getmask(letter)) != box for letter in set(text) - {" "})


def _jpeg(picture: Image.Image) -> bytes:
    for quality in _QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, subsampling=0, optimize=True)
        if file.tell() < _MOST_BYTES:
            break
    return file.getvalue()
