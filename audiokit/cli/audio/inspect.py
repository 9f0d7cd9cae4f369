"""``audiokit audio inspect``: what can be said of recordings without understanding them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from audiokit.audio.measuring.peaks import Waveform
from audiokit.audio.prepare import Preparation, advice, plan
from audiokit.audio.track import Measures, Origin
from audiokit.cli.audio.files import Batch, expanded
from audiokit.cli.audio.sound import heard
from audiokit.cli.audio.tables import as_json_line, clock, say, shown, size, strip, table

__all__ = ["inspect"]

_AS_IT_IS = Preparation(removes_dc=False, trims=False, loudness_lufs=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is known of one file."""

    origin: Origin
    measures: Measures
    advice: tuple[str, ...]
    waveform: Waveform


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    unit: str
    text: Callable[[_Look], str]


_COLUMNS = (
    _Column("format", "", lambda it: f"{it.origin.container.value}/{it.origin.codec}"),
    _Column("size", "", lambda it: size(it.origin.size_bytes)),
    _Column("length", "", lambda it: clock(it.measures.duration_s)),
    _Column("rate", "kHz", lambda it: f"{it.origin.sample_rate_hz / 1000:g}"),
    _Column("channels", "", lambda it: str(it.origin.n_channels)),
    _Column("loudness", "LUFS", lambda it: _level(it.measures.loudness.integrated_lufs)),
    _Column("true peak", "dBTP", lambda it: _level(it.measures.loudness.true_peak_dbtp)),
    _Column("peak", "dBFS", lambda it: _level(it.measures.peak_dbfs)),
    _Column("clipped", "%", lambda it: f"{it.measures.clipped_ratio * 100:.2f}"),
    _Column("noise floor", "dBFS", lambda it: _level(it.measures.noise_floor_dbfs)),
    _Column("SNR", "dB", lambda it: _if_known(it.measures.snr_db, "{:.0f}")),
    _Column("active", "%", lambda it: f"{it.measures.active_ratio * 100:.0f}"),
    _Column("bandwidth", "kHz", lambda it: _if_known(it.measures.bandwidth_hz, "{:.1f}", per=1000)),
    _Column("DC offset", "%", lambda it: f"{it.measures.dc_offset * 100:z.2f}"),
)


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each file.")
def inspect(*, files: tuple[str, ...], as_json: bool) -> None:
    """Measure FILES and say what would make them better.

    Peak and clipping are of the recording as it is; all else is of one channel at 24 kHz, which is what models hear.
    """
    with Batch(expanded(files), as_json=as_json) as batch:
        looks = list[tuple[Path, _Look]]()
        for path, look in batch.each(_looked):
            if as_json:
                say(as_json_line(_for_programs(path, look)))
            else:
                looks.append((path, look))
        if len(looks) == 1 and len(files) == 1:
            _show_one(*looks[0])
        elif looks:
            _show_all(looks)


def _looked(path: Path) -> _Look:
    with heard(path) as track:
        told = advice(track.measures, plan(track, _AS_IT_IS))
        return _Look(origin=track.origin, measures=track.measures, advice=told, waveform=track.waveform)


def _for_programs(path: Path, look: _Look) -> dict[str, object]:
    return {"file": path, "origin": look.origin, "measures": look.measures, "advice": look.advice}


def _show_one(path: Path, look: _Look) -> None:
    say(shown(path))
    say(strip(look.waveform))
    say(table([[column.name, f"{column.text(look)} {column.unit}".rstrip()] for column in _COLUMNS], n_left=2))
    for sentence in look.advice:
        say(sentence)


def _show_all(looks: list[tuple[Path, _Look]]) -> None:
    names = ["file", *(column.name for column in _COLUMNS)]
    units = ["", *(column.unit for column in _COLUMNS)]
    rows = [[shown(path), *(column.text(look) for column in _COLUMNS)] for path, look in looks]
    say(table([names, units, *rows], n_left=2))
    for path, look in looks:
        for sentence in look.advice:
            say(f"{shown(path)}: {sentence}")


def _level(decibels: float) -> str:
    return "-∞" if decibels == -math.inf else f"{decibels:.1f}"


def _if_known(value: float | None, form: str, *, per: float = 1) -> str:
    return "-" if value is None else form.format(value / per)
