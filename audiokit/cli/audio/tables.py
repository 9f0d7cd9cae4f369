"""What is shown in a terminal: tables, times, sizes, a line of sound; and the same for programs, as JSON."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from audiokit.audio.measuring.peaks import Waveform


__all__ = ["as_json_line", "clock", "say", "shown", "size", "strip", "table"]

_BARS = "▁▂▃▄▅▆▇█"
_PLAINER = str.maketrans({"→": "->", "∞": "inf", "…": "..."} | dict(zip(_BARS, "_.:-=+*#", strict=True)))
_MAX_NAME_LETTERS = 36


def say(text: str, *, err: bool = False) -> None:
    """Print a line; where the terminal's encoding lacks a sign, a plainer one."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAINER).encode(encoding, "replace").decode(encoding)
    click.echo(text, err=err)


def shown(path: str | Path) -> str:
    """Return a file's name for a terminal: what is no sign that can be printed would steer it."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(path))


def table(rows: Sequence[Sequence[str]], *, n_left: int = 1) -> str:
    """Return the rows with their columns under each other; the first ``n_left`` begin, the others end alike."""
    cut = [[_shortened(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    lines = (
        "  ".join(
            cell.ljust(width) if number < n_left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cut
    )
    return "\n".join(line.rstrip() for line in lines)


def clock(seconds: float) -> str:
    """Return a time as 1:02:03.4, or 2:03.4 where there are no hours."""
    tenths = round(10 * seconds)
    minutes, hours = tenths // 600 % 60, tenths // 36_000
    left = f"{tenths % 600 / 10:04.1f}"
    return f"{hours}:{minutes:02}:{left}" if hours else f"{minutes}:{left}"


def size(n_bytes: int) -> str:
    """Return a size as 498 kB or 20.1 MB."""
    return f"{n_bytes / 1000:.0f} kB" if n_bytes < 999_500 else f"{n_bytes / 1e6:.1f} MB"


def strip(waveform: Waveform, n: int = 60) -> str:
    """Return a recording as one line of bars; the loudest is the highest."""
    return "".join(_BARS[round(point * (len(_BARS) - 1))] for point in waveform.points(n=n))


def as_json_line(value: object) -> str:
    """Return one line of JSON, in ASCII. What is not finite, such as the level of digital silence, is null."""
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: object) -> object:
    """Return the value in what JSON has."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


def _shortened(cell: str) -> str:
    """Return a long name without its middle: beginnings and ends are what tells files apart."""
    half = _MAX_NAME_LETTERS // 2
    return cell if len(cell) <= _MAX_NAME_LETTERS else f"{cell[: half - 1]}…{cell[-half:]}"
