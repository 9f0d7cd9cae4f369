"""``audiokit audio prepare`` and ``convert``: each recording becomes one other file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from audiokit.audio.clip import Clip
from audiokit.audio.downmix import downmix_gains, downmixed
from audiokit.audio.formats import SoundFormat
from audiokit.audio.prepare import Preparation, advice, plan, prepared
from audiokit.audio.reading import Recording
from audiokit.audio.sources import n_frames_of
from audiokit.audio.tags import Tags
from audiokit.audio.write import Written
from audiokit.cli import audio_options as option
from audiokit.cli.audio_files import Batch, Outputs, expanded, heard, opened, saved
from audiokit.cli.audio_tables import as_json_line, clock, say, shown, size
from audiokit.cli.audio_tags import chapters_within, read_starts, tag_options

__all__ = ["convert", "prepare"]

_EXACT_RATE_HZ = 48_000  # a chapter's time is told in milliseconds; this is finer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    file: Path
    out: Path
    changes: tuple[str, ...]
    advice: tuple[str, ...]
    written: Written


@dataclass(frozen=True, slots=True, kw_only=True)
class _Converted:
    file: Path
    out: Path
    written: Written


@click.command()
@option.files
@click.option("--out", "folder", type=option.FOLDER, required=True, help="Folder to write to.")
@option.format_to
@option.kbits
@click.option(
    "--rate",
    "rate_hz",
    type=click.Choice([8_000, 16_000, 24_000, 48_000]),
    default=24_000,
    show_default=True,
    help="Samples a second to work with; models hear 16000 or 24000.",
)
@click.option("--no-trim", is_flag=True, help="Leave the dead air at both ends.")
@click.option("--max-pause", "max_pause_s", type=click.FloatRange(min=0), help="Shorten pauses to so many seconds.")
@click.option("--denoise", is_flag=True, help="Turn steady noise down.")
@click.option(
    "--loudness",
    "lufs",
    type=click.FloatRange(-60, -5),
    default=Preparation().loudness_lufs,
    show_default=True,
    help="Level to reach, in LUFS.",
)
@click.option("--no-loudness", is_flag=True, help="Leave the level alone.")
@click.option("--no-dc", is_flag=True, help="Leave an offset of the whole signal.")
@option.force
@option.as_json
def prepare(  # noqa: PLR0913 - one for each option
    *,
    files: tuple[str, ...],
    folder: Path,
    form: SoundFormat,
    kbits: int | None,
    rate_hz: int,
    no_trim: bool,
    max_pause_s: float | None,
    denoise: bool,
    lufs: float,
    no_loudness: bool,
    no_dc: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Bring FILES to what a model hears best, and say what was changed.

    That is one channel, without dead air at the ends and without an offset, all equally loud.
    """
    wanted = Preparation(
        removes_dc=not no_dc,
        trims=not no_trim,
        max_pause_s=max_pause_s,
        denoises=denoise,
        loudness_lufs=None if no_loudness else lufs,
    )
    paths = expanded(files)
    outputs = Outputs(paths, force=force)

    def work(path: Path) -> _Prepared:
        out = outputs.claim(folder / f"{path.stem}.{form.extension}")
        with heard(path, sample_rate_hz=rate_hz) as (track, _):
            changes = plan(track, wanted)
            written = saved(prepared(track, changes), out, form, kbits=kbits, total_s=changes.duration_s)
        told = advice(track.measures, changes)
        return _Prepared(file=path, out=out, changes=changes.sentences, advice=told, written=written)

    with Batch(paths, as_json=as_json) as batch:
        for path, made in batch.each(work):
            if as_json:
                say(as_json_line(made))
            else:
                say(f"{shown(path)} → {shown(made.out)}: {', '.join(made.changes) or 'nothing to change'}")
                for sentence in made.advice:
                    say(f"  {sentence}")


@click.command()
@option.files
@click.option("--out", "folder", type=option.FOLDER, help="Folder to write to; else each beside its source.")
@option.format_to
@option.kbits
@tag_options
@click.option(
    "--chapters",
    "chapters_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='A text with a line for each chapter: "1:05 The harbour".',
)
@option.force
@option.as_json
def convert(  # noqa: PLR0913 - one for each option
    *,
    files: tuple[str, ...],
    folder: Path | None,
    form: SoundFormat,
    kbits: int | None,
    tags: Tags,
    chapters_file: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write FILES in another format, and change nothing else.

    Rate and channels stay, unless the format does not have them; samples become 16 bits. Tags that a file has are not
    carried over: give them anew.
    """
    paths = expanded(files)
    if form is SoundFormat.PCM16 and (chapters_file or tags != Tags()):
        raise click.UsageError("PCM16 is bare samples, and has no place for tags. Choose another format with --to.")
    if chapters_file and len(paths) > 1:
        raise click.UsageError("--chapters are those of one file. Convert the others without.")
    starts = read_starts(chapters_file) if chapters_file else []
    outputs = Outputs(paths, force=force)

    def work(path: Path) -> _Converted:
        out = outputs.claim((folder or path.parent) / f"{path.stem}.{form.extension}")
        with opened(path) as recording:
            tagged = replace(tags, chapters=_chapters(path, starts))
            blocks = _kept_apart(recording, form)
            written = saved(blocks, out, form, kbits=kbits, tags=tagged, total_s=recording.declared_s)
        return _Converted(file=path, out=out, written=written)

    with Batch(paths, as_json=as_json) as batch:
        for path, made in batch.each(work):
            if as_json:
                say(as_json_line(made))
            else:
                say(f"{shown(path)} → {shown(made.out)}: {_told(made.written)}")


def _chapters(path: Path, starts: list[tuple[float, str]]) -> tuple[Chapter, ...]:
    """Return chapters; the last one needs the length of the sound, which is decoded for it alone."""
    return chapters_within(starts, n_frames_of(path, _EXACT_RATE_HZ) / _EXACT_RATE_HZ) if starts else ()


def _kept_apart(recording: Recording, form: SoundFormat) -> Iterator[Clip]:
    """Yield the recording in its own channels, or in one if they are too many for the format."""
    gains = downmix_gains(recording.channels)
    for block in recording.blocks():
        if block.n_channels <= form.max_channels:
            yield block
        else:
            yield downmixed(block, gains if len(gains) == block.n_channels else (1 / block.n_channels,) * block.n_channels)


def _told(written: Written) -> str:
    return f"{clock(written.duration_s)}, {written.sample_rate_hz / 1000:g} kHz, {size(written.size_bytes)}"
