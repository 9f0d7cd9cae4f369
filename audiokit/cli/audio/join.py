"""``audiokit audio join``: many files become one programme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from audiokit.audio.changing.limiter import limited
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.loudness import LoudnessMeter, gain_db
from audiokit.audio.prepare import Preparation
from audiokit.audio.resample import resampled_blocks
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.stitch import Mark, Part, joined, planned
from audiokit.audio.writing.tags import Chapter, Tags
from audiokit.audio.writing.write import Written
from audiokit.cli.audio import options as option
from audiokit.cli.audio.files import Batch, Outputs, expanded
from audiokit.cli.audio.sound import opened, saved
from audiokit.cli.audio.tables import as_json_line, clock, say, shown, size, table
from audiokit.cli.audio.tags import refuse_tags_on_bare_samples, tag_options
from audiokit.errors import AudiokitError, InputError

__all__ = ["join"]

_FORMATS = {f".{form.extension}": form for form in SoundFormat}
_CEILING_DBTP = Preparation().ceiling_dbtp


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of a file before it is joined; ``duration_s`` is None where its container does not say."""

    duration_s: float | None
    gain_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a file is in the whole, and by how much it was raised."""

    file: Path
    start_s: float
    end_s: float
    gain_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joined:
    out: Path
    written: Written
    parts: tuple[_Place, ...]


@click.command()
@option.files
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="File to write; its ending says the format."
)
@click.option(
    "--pause", "pause_s", type=click.FloatRange(0, 60), default=0.3, show_default=True, help="Seconds between each two."
)
@click.option(
    "--fade",
    "fade_s",
    type=click.FloatRange(0, 10),
    default=0.005,
    show_default=True,
    help="Seconds that each fades at its ends.",
)
@click.option("--level", "lufs", type=click.FloatRange(-60, -5), help="Bring each file to this loudness, in LUFS.")
@click.option("--chapters", "has_chapters", is_flag=True, help="A chapter for each file, called by its name.")
@option.rate
@option.kbits
@tag_options
@option.force
@option.as_json
def join(  # noqa: PLR0913 - one for each option
    *,
    files: tuple[str, ...],
    out: Path,
    pause_s: float,
    fade_s: float,
    lufs: float | None,
    has_chapters: bool,
    rate_hz: int,
    kbits: int | None,
    tags: Tags,
    force: bool,
    as_json: bool,
) -> None:
    """Join FILES, in the order in which they are named, into one file of one channel.

    If one of them cannot be read, nothing is written.
    """
    form, paths = _format_of(out), expanded(files)
    refuse_tags_on_bare_samples(form, tags, has_chapters=has_chapters)
    with Batch(paths, as_json=as_json) as batch:
        looks = [look for _, look in batch.each(lambda path: _looked(path, lufs, rate_hz))]

    def work(path: Path) -> _Joined:
        Outputs(paths, force=force).claim(path)
        tagged = replace(tags, chapters=_chapters(paths, pause_s, rate_hz)) if has_chapters else tags
        marks = list[Mark]()
        parts = (Part(_sound_of(path), look.gain_db) for path, look in zip(paths, looks, strict=True))
        blocks = joined(parts, pause_s=pause_s, fade_s=fade_s, sample_rate_hz=rate_hz, on_mark=marks.append)
        if lufs is not None:
            blocks = limited(blocks, _CEILING_DBTP)
        written = saved(blocks, path, form, kbits=kbits, tags=tagged, total_s=_total_s(looks, pause_s))
        return _Joined(out=path, written=written, parts=tuple(map(_place, paths, marks, looks)))

    with Batch([out], as_json=as_json) as batch:
        for _, made in batch.each(work):
            say(as_json_line(made) if as_json else _told(made))


def _format_of(out: Path) -> SoundFormat:
    form = _FORMATS.get(out.suffix.lower())
    if form is None:
        raise click.UsageError(f"{shown(out)} does not end in {', '.join(_FORMATS)}, which say what to write.")
    return form


def _looked(path: Path, lufs: float | None, rate_hz: int) -> _Look:
    """Return what is known of a file; how loud it is only where that is asked for, since all of it is heard then."""
    with opened(path) as recording:
        if lufs is None:
            return _Look(recording.declared_s, 0.0)
        meter, n_frames = LoudnessMeter(rate_hz, 1), 0
        mono = (block.mono() for block in recording.blocks())
        for block in resampled_blocks(mono, rate_hz):
            meter.add(block.samples)
            n_frames += block.n_frames
    return _Look(n_frames / rate_hz, gain_db(meter.result(), target_lufs=lufs, ceiling_dbtp=_CEILING_DBTP))


def _sound_of(path: Path) -> Iterator[Clip]:
    """Yield the sound of one file; what is wrong with it is said with its name."""
    try:
        with opened(path) as recording:
            yield from recording.blocks()
    except AudiokitError as error:
        raise InputError(f"{shown(path)}: {error}") from error


def _chapters(paths: Sequence[Path], pause_s: float, rate_hz: int) -> tuple[Chapter, ...]:
    at = paths[0]

    def parts() -> Iterator[Part]:
        nonlocal at
        for at in paths:
            yield Part(at)

    try:
        marks = planned(parts(), pause_s=pause_s, sample_rate_hz=rate_hz)
    except AudiokitError as error:
        raise InputError(f"{shown(at)}: {error}") from error
    return tuple(
        Chapter(start_s=mark.start_s, end_s=mark.end_s, title=shown(path.stem))
        for path, mark in zip(paths, marks, strict=True)
    )


def _total_s(looks: Sequence[_Look], pause_s: float) -> float | None:
    lengths_s = [look.duration_s for look in looks if look.duration_s is not None]
    return sum(lengths_s) + pause_s * (len(looks) - 1) if len(lengths_s) == len(looks) else None


def _place(path: Path, mark: Mark, look: _Look) -> _Place:
    return _Place(file=path, start_s=mark.start_s, end_s=mark.end_s, gain_db=look.gain_db)


def _told(made: _Joined) -> str:
    heading, rows = ["file", "start", "end"], [_row(part) for part in made.parts]
    if any(part.gain_db for part in made.parts):
        heading = [*heading, "gain dB"]
        rows = [[*row, f"{part.gain_db:+.1f}"] for row, part in zip(rows, made.parts, strict=True)]
    whole = f"{shown(made.out)}: {clock(made.written.duration_s)}, {size(made.written.size_bytes)}"
    return f"{table([heading, *rows])}\n{whole}"


def _row(part: _Place) -> list[str]:
    return [shown(part.file), clock(part.start_s), clock(part.end_s)]
