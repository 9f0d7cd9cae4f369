"""What a file says of its sound: title, people, chapters, a cover. Values only; each format writes them its own way."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from audiokit.audio.writing.pictures import picture_size
from audiokit.errors import UnsupportedFormat

__all__ = ["Chapter", "Cover", "Tags"]

_MAX_CHAPTERS = 999  # Vorbis comments number them with three digits
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A named stretch of the whole.

    Only MP3, AAC and WAV keep its end; elsewhere it lasts until the next one begins. In M4A and M4B, what is before
    the first chapter becomes one without a title.
    """

    start_s: float
    end_s: float
    title: str

    def __post_init__(self) -> None:
        _refuse_unwritable(self.title)
        if not 0 <= self.start_s <= self.end_s < 2**32 / 1000:  # milliseconds in 32 bits
            raise ValueError(f"a chapter cannot last from {self.start_s} s to {self.end_s} s")


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture on the front: JPEG or PNG, which are what every container takes."""

    data: bytes = field(repr=False)
    media_type: str

    def __post_init__(self) -> None:
        if picture_size(self.data, self.media_type) is None:
            raise UnsupportedFormat(
                "A cover must be a whole JPEG or PNG picture. Save it as one of these, and try again."
            )

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return picture_size(self.data, self.media_type) or (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What is written into a file beside its sound; None and "" leave a field out.

    ``date`` is 2026, 2026-11 or 2026-11-21; ``language`` has three letters (ISO 639-2: eng, deu). Chapters stand in
    the order in which they begin.
    """

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    genre: str | None = None
    date: str | None = None
    comment: str | None = None
    language: str | None = None
    chapters: tuple[Chapter, ...] = ()
    cover: Cover | None = None

    def __post_init__(self) -> None:
        for text in self.texts.values():
            _refuse_unwritable(text)
        if self.date and not _DATE.fullmatch(self.date):
            raise ValueError(f"a date is written 2026, 2026-11 or 2026-11-21, not {self.date!r}")
        if self.language and not _LANGUAGE.fullmatch(self.language):
            raise ValueError(f"a language is three letters of ISO 639-2, such as eng, not {self.language!r}")
        if len(self.chapters) > _MAX_CHAPTERS:
            raise ValueError(f"{len(self.chapters)} chapters are more than the {_MAX_CHAPTERS} that can be numbered")
        if any(later.start_s < earlier.start_s for earlier, later in itertools.pairwise(self.chapters)):
            raise ValueError("chapters must stand in the order in which they begin")

    @property
    def texts(self) -> dict[str, str]:
        """The fields of plain text that are set, by name; the language is none of them."""
        named = {
            "title": self.title,
            "artist": self.artist,
            "album": self.album,
            "genre": self.genre,
            "date": self.date,
            "comment": self.comment,
        }
        return {name: text for name, text in named.items() if text}


def _refuse_unwritable(text: str) -> None:
    """Refuse what cannot be written as UTF-8 that ends with a zero."""
    if "\0" in text:
        raise ValueError("a tag cannot hold a zero character")
    text.encode()  # a lone half of a surrogate pair is a UnicodeEncodeError, which is a ValueError
