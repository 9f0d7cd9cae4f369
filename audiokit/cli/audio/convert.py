"""``audiokit audio convert``: recordings in another format, with tags, and otherwise as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from audiokit.audio.changing.downmix import downmix_gains, downmixed
from audiokit.audio.clip import Clip
from audiokit.audio.reading.recording import Recording
from audiokit.audio.reading.sources import n_frames_of
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.tags import Chapter, Tags
from audiokit.audio.writing.write import Written
from audiokit.cli.audio import options as option
from audiokit.cli.audio.files import Batch, Outputs, expanded
from audiokit.cli.audio.sound import opened, saved
from audiokit.cli.audio.tables import as_json_line, clock, say, shown, size
from audiokit.cli.audio.tags import chapters_within, read_starts, refuse_tags_on_bare_samples, tag_options

__all__ = ["convert"]

_EXACT_RATE_HZ = 48_000  # a chapter's time is told in milliseconds; this is finer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Converted:
    file: Path
    out: Path
    written: Written


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
    refuse_tags_on_bare_samples(form, tags, has_chapters=chapters_file is not None)
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
    for block in recording.blocks():
        if block.n_channels <= form.max_channels:
            yield block
        else:
            is_known = len(recording.channels) == block.n_channels
            yield downmixed(block, downmix_gains(recording.channels if is_known else ("",) * block.n_channels))


def _told(written: Written) -> str:
    return f"{clock(written.duration_s)}, {written.sample_rate_hz / 1000:g} kHz, {size(written.size_bytes)}"
