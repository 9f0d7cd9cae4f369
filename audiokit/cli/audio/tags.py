"""Tags as options of a command, and chapters as lines of a text."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.tags import Chapter, Cover, Tags
from audiokit.errors import AudiokitError, InputError

__all__ = ["chapters_within", "read_starts", "refuse_tags_on_bare_samples", "tag_options"]

_TEXTS = {
    "title": "What the piece is called.",
    "artist": "Who speaks or plays.",
    "album": "The series it belongs to.",
    "genre": "Such as Speech, Podcast or Audiobook.",
    "date": "2026, 2026-11 or 2026-11-21.",
    "comment": "Whatever else is to be said.",
    "language": "Three letters (ISO 639-2): eng, deu.",
}
_LINE = re.compile(
    r"(?:(?P<hours>\d{1,2}):(?=[0-5]\d:))?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d(?:\.\d+)?)\s+(?P<title>\S.*)"
)
_PNG = b"\x89PNG"


def tag_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each tag and for the cover; it receives all as ``tags``."""

    @functools.wraps(command)
    def with_tags(*, cover: Path | None, **options: Any) -> None:
        texts = {name: options.pop(name) for name in _TEXTS}
        try:
            tags = Tags(**texts, cover=_cover(cover) if cover else None)
        except (ValueError, AudiokitError) as error:
            raise click.UsageError(_as_sentence(error)) from error
        command(tags=tags, **options)

    picture = click.Path(exists=True, dir_okay=False, path_type=Path)
    decorated: Callable[..., None] = click.option("--cover", type=picture, help="A JPEG or PNG.")(with_tags)
    for name, text in reversed(_TEXTS.items()):
        decorated = click.option(f"--{name}", help=text)(decorated)
    return decorated


def refuse_tags_on_bare_samples(form: SoundFormat, tags: Tags, *, has_chapters: bool) -> None:
    """Raise UsageError if there are tags for PCM16."""
    if form is SoundFormat.PCM16 and (has_chapters or tags != Tags()):
        raise click.UsageError("PCM16 is bare samples, and has no place for tags. Choose another format.")


def read_starts(file: Path) -> list[tuple[float, str]]:
    """Return when each chapter begins, and its title, from lines such as "1:05 The harbour".

    Raises:
        UsageError: a line is anything else, or begins before the one above it.
    """
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except ValueError as error:
        raise click.UsageError(f"{click.format_filename(file)} is not text in UTF-8.") from error
    starts = [
        _start(line, f"{click.format_filename(file)}, line {n}") for n, line in enumerate(lines, 1) if line.strip()
    ]
    for (before_s, _), (after_s, title) in pairwise(starts):
        if after_s < before_s:
            raise click.UsageError(f"The chapter {title!r} begins before the one above it. Put them in order.")
    return starts


def chapters_within(starts: list[tuple[float, str]], duration_s: float) -> tuple[Chapter, ...]:
    """Return chapters that last until the next one begins, or the sound ends.

    Raises:
        InputError: one begins after the end.
    """
    if starts and starts[-1][0] > duration_s:
        raise InputError(
            f"The chapter {starts[-1][1]!r} begins at {starts[-1][0]:.0f} s; the sound ends at {duration_s:.1f} s."
        )
    ends_s = [*(start_s for start_s, _ in starts[1:]), duration_s]
    return tuple(
        Chapter(start_s=start_s, end_s=end_s, title=title)
        for (start_s, title), end_s in zip(starts, ends_s, strict=True)
    )


def _start(line: str, place: str) -> tuple[float, str]:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise click.UsageError(f"{place}: write a chapter as 1:05 Its title, not {line.strip()[:60]!r}.")
    hours, minutes = int(found["hours"] or 0), int(found["minutes"])
    return 3600 * hours + 60 * minutes + float(found["seconds"]), found["title"]


def _cover(file: Path) -> Cover:
    data = file.read_bytes()
    return Cover(data, "image/png" if data.startswith(_PNG) else "image/jpeg")


def _as_sentence(error: Exception) -> str:
    sentence = str(error)
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith(".") else ".")
