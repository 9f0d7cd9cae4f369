"""``audiokit audio fit``: the plan by which recordings get within what a model takes, and its files."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from audiokit.audio.changing.parts import in_parts
from audiokit.audio.fit import Bounds, Fit, Given
from audiokit.audio.fit import fit as fitted_within
from audiokit.audio.reading.sniff import Container
from audiokit.audio.track import Track
from audiokit.audio.wav import mended
from audiokit.audio.writing.atomic import replaced
from audiokit.cli.audio import options as option
from audiokit.cli.audio.bounds import bounds_options
from audiokit.cli.audio.files import Batch, Outputs, expanded
from audiokit.cli.audio.pieces import Piece, numbered, table_of
from audiokit.cli.audio.sound import heard, saved
from audiokit.cli.audio.tables import as_json_line, say, shown

__all__ = ["fit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """``format`` is None where the file goes as it is."""

    file: Path
    plan: str
    format: str | None
    kbits: int | None
    parts: tuple[Piece, ...]


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
        with heard(path) as track:
            fitted = _planned(track, bounds, overlap_s)
            if folder is None:
                return _fitted(path, fitted, [None] * len(fitted.parts), fitted.sizes_bytes)
            extension = fitted.form.format.extension if fitted.form else track.origin.container.extension
            names = numbered(path.stem, len(fitted.parts)) if len(fitted.parts) > 1 else [path.stem]
            outs = [outputs.claim(folder / f"{name}.{extension}") for name in names]
            return _fitted(path, fitted, outs, _fit_written(path, track, fitted, outs))

    with Batch(paths, as_json=as_json) as batch:
        for path, made in batch.each(work):
            if as_json:
                say(as_json_line(made))
                continue
            say(f"{shown(path)}: {made.plan}")
            if folder is not None:
                say(table_of(made.parts))
            elif any(piece.ends_in_speech for piece in made.parts):
                say("  Some cuts fall into speech: no pause was there. Let the parts overlap with --overlap.")


def _planned(track: Track, bounds: Bounds, overlap_s: float) -> Fit:
    origin = track.origin
    given = Given(container=origin.container, size_bytes=origin.size_bytes, is_final=origin.is_plain)
    return fitted_within(given, track.activity, bounds, overlap_s=overlap_s)


def _fit_written(path: Path, track: Track, fitted: Fit, outs: Sequence[Path]) -> list[int]:
    """Write what was planned, and return the size of each file."""
    if fitted.form is None:
        _copy(path, outs[0], track.origin.container)
        return [outs[0].stat().st_size]
    form, sound = fitted.form, in_parts(track.spool.blocks(), fitted.parts)
    return [
        saved(form.taken(blocks), out, form.format, kbits=form.kbits, total_s=part.duration_s).size_bytes
        for blocks, part, out in zip(sound, fitted.parts, outs, strict=True)
    ]


def _copy(path: Path, out: Path, container: Container) -> None:
    """Copy a recording that goes as it is; a WAV gets sizes that are true, which not every model sees through."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, replaced(out) as copy:
        if container is Container.WAV:
            copy.write(mended(source.read()))
        else:
            shutil.copyfileobj(source, copy)


def _fitted(path: Path, fitted: Fit, outs: Sequence[Path | None], sizes_bytes: Sequence[int]) -> _Fitted:
    form = fitted.form
    return _Fitted(
        file=path,
        plan=fitted.sentence,
        format=form.format.value if form else None,
        kbits=form.kbits if form else None,
        parts=tuple(map(Piece.of, fitted.parts, outs, sizes_bytes)),
    )
