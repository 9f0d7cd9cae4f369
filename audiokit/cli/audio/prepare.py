"""``audiokit audio prepare``: recordings brought to what a model hears best."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from audiokit.audio.prepare import Preparation, advice, plan, prepared
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.write import Written
from audiokit.cli.audio import options as option
from audiokit.cli.audio.files import Batch, Outputs, expanded
from audiokit.cli.audio.sound import heard, saved
from audiokit.cli.audio.tables import as_json_line, say, shown

__all__ = ["prepare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    file: Path
    out: Path
    changes: tuple[str, ...]
    advice: tuple[str, ...]
    written: Written


@click.command()
@option.files
@click.option("--out", "folder", type=option.FOLDER, required=True, help="Folder to write to.")
@option.format_or_wav
@option.kbits
@option.rate
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
        with heard(path, sample_rate_hz=rate_hz) as track:
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
