"""``audiokit audio split``: a long recording in parts that are cut where nobody speaks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from audiokit.audio.changing.parts import in_parts
from audiokit.audio.changing.split import Part, cut_points
from audiokit.audio.clip import Clip
from audiokit.audio.writing.formats import SoundFormat
from audiokit.cli.audio import options as option
from audiokit.cli.audio.files import Batch, Outputs
from audiokit.cli.audio.pieces import Piece, numbered, table_of
from audiokit.cli.audio.sound import heard, opened, saved
from audiokit.cli.audio.tables import as_json_line, say

__all__ = ["split"]

_SHORTEST_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    file: Path
    parts: tuple[Piece, ...]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--max-seconds", "max_s", type=click.FloatRange(min=_SHORTEST_S), required=True, help="Longest part.")
@click.option("--overlap", "overlap_s", type=click.FloatRange(min=0), default=0.0, help="Seconds that parts share.")
@click.option("--out", "folder", type=option.FOLDER, required=True, help="Folder to write the parts to.")
@option.format_or_wav
@option.kbits
@option.force
@option.as_json
def split(  # noqa: PLR0913 - one for each option
    *,
    file: Path,
    max_s: float,
    overlap_s: float,
    folder: Path,
    form: SoundFormat,
    kbits: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Cut FILE into parts in its pauses; rate and channels stay."""
    if overlap_s > max_s / 2:
        raise click.UsageError("--overlap is more than half of --max-seconds. Make it shorter.")
    outputs = Outputs([file], force=force)

    def work(path: Path) -> _Split:
        parts = _cut(path, max_s, overlap_s)
        outs = [outputs.claim(folder / f"{name}.{form.extension}") for name in numbered(path.stem, len(parts))]
        with opened(path) as recording:
            pieces = [
                Piece.of(part, out, saved(blocks, out, form, kbits=kbits, total_s=part.duration_s).size_bytes)
                for blocks, part, out in zip(_apart(recording.blocks(), parts), parts, outs, strict=True)
            ]
        return _Split(file=path, parts=tuple(pieces))

    with Batch([file], as_json=as_json) as batch:
        for _, made in batch.each(work):
            say(as_json_line(made) if as_json else table_of(made.parts))


def _cut(path: Path, max_s: float, overlap_s: float) -> list[Part]:
    """Return the parts in frames of the file's own rate; they were found at the rate of the measures."""
    with heard(path) as track:
        rate_hz = track.origin.sample_rate_hz
        room_s = max_s - 1 / rate_hz  # edges are rounded to frames
        parts = cut_points(track.activity, max_part_s=room_s, overlap_s=min(overlap_s, room_s / 2))
    return [_at_rate(part, rate_hz) for part in parts]


def _apart(blocks: Iterator[Clip], parts: Sequence[Part]) -> Iterator[Iterator[Clip]]:
    """Yield the blocks of each part; the last one ends where the sound does, be that a frame sooner or later."""
    *_, last = parts
    beyond = replace(last, end_frame=last.end_frame + last.sample_rate_hz)
    for part, sound in zip(parts, in_parts(blocks, [*parts[:-1], beyond]), strict=True):
        yield _until_it_ends(sound) if part is last else sound


def _until_it_ends(sound: Iterator[Clip]) -> Iterator[Clip]:
    with contextlib.suppress(ValueError):  # which says that it ends sooner
        yield from sound


def _at_rate(part: Part, rate_hz: int) -> Part:
    start, end, overlap = (
        round(frame * rate_hz / part.sample_rate_hz)
        for frame in (part.start_frame, part.end_frame, part.n_overlap_frames)
    )
    return replace(part, start_frame=start, end_frame=end, sample_rate_hz=rate_hz, n_overlap_frames=overlap)
