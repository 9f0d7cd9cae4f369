"""``audiokit audio fit`` and ``split``: recordings in parts that a model accepts, cut where nobody speaks."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from audiokit.audio.atomic import replaced
from audiokit.audio.fit import Bounds, Fit, Form, Given
from audiokit.audio.fit import fit as fitted_within
from audiokit.audio.formats import SoundFormat
from audiokit.audio.parts import in_parts
from audiokit.audio.sniff import Container
from audiokit.audio.split import Part, cut_points
from audiokit.audio.track import Origin, Track
from audiokit.audio.wav import mended
from audiokit.cli import audio_options as option
from audiokit.cli.audio_bounds import bounds_options
from audiokit.cli.audio_files import Batch, Outputs, expanded, heard, opened, saved
from audiokit.cli.audio_tables import as_json_line, clock, say, shown, size, table

__all__ = ["fit", "split"]

_SHORTEST_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A part as it is told; ``out`` is None where nothing was written, and ``size_bytes`` is then the most it takes."""

    out: Path | None
    start_s: float
    end_s: float
    overlap_s: float
    ends_in_speech: bool
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """``format`` is None where the file goes as it is."""

    file: Path
    plan: str
    format: str | None
    kbits: int | None
    parts: tuple[_Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    file: Path
    parts: tuple[_Piece, ...]


@click.command()
@option.files
@bounds_options
@click.option("--overlap", "overlap_s", type=click.FloatRange(min=0), default=0.0, help="Seconds that parts share.")
@click.option("--out", "folder", type=option.FOLDER, help="Folder to write the parts to; without it, only the plan.")
@option.force
@option.as_json
def fit(
    *, files: tuple[str, ...], bounds: Bounds, overlap_s: float, folder: Path | None, force: bool, as_json: bool
) -> None:
    """Plan how FILES get within what a model takes: as they are, smaller, or in parts.

    What does not go as it is becomes one channel at 24 or 16 kHz.
    """
    paths = expanded(files)
    outputs = Outputs(paths, force=force)

    def work(path: Path) -> _Fitted:
        with heard(path) as (track, _):
            fitted = _planned(track, bounds, overlap_s)
            pieces = tuple(map(_piece, fitted.parts, fitted.sizes_bytes))
            if folder is not None:
                extension = fitted.form.format.extension if fitted.form else track.origin.container.extension
                outs = _numbered(folder / path.stem, len(pieces), extension, outputs)
                pieces = _written(path, track, fitted, outs)
        ...
