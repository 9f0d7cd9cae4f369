"""``audiokit audio inspect``: what a person and a program are told of recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clips import silence, tone
from terminal import TURNS, saved, sounding, spoken, text, told, typed

BARS = "▁▂▃▄▅▆▇█"


def named(stdout: str) -> dict[str, str]:
    """The values of one file by their names."""
    pairs = (line.split("  ", 1) for line in stdout.splitlines() if "  " in line)
    return {name: value.strip() for name, value in pairs}


def test_one_file_is_told_line_by_line(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav", seconds=2.5, rate=48_000, channels=2)

    values = named(typed("inspect", file).stdout)

    assert {name: values[name] for name in ("format", "size", "length", "rate", "channels", "peak", "clipped")} == {
        "format": "wav/pcm_s16le",
        "size": "480 kB",
        "length": "0:02.5",
        "rate": "48 kHz",
        "channels": "2",
        "peak": "-6.0 dBFS",
        "clipped": "0.00 %",
    }
    assert set(values) >= {"loudness", "true peak", "noise floor", "SNR", "active", "bandwidth", "DC offset"}


def test_the_line_of_sound_is_high_where_it_is_loud(tmp_path: Path) -> None:
    samples = np.concatenate([silence(seconds=1), tone(peak=0.25), tone(peak=0.5)])

    line = typed("inspect", saved(tmp_path / "a.wav", samples)).stdout.splitlines()[1]

    quiet, middle, loud = line[1:19], line[21:39], line[41:59]
    assert set(quiet) == {BARS[0]}
    assert set(middle) <= set(BARS[3:5])
    assert set(loud) == {BARS[-1]}


def test_several_files_are_rows_under_their_units(tmp_path: Path) -> None:
    files = [sounding(tmp_path / "a.wav"), sounding(tmp_path / "b.wav", seconds=61)]

    names, units, *rows = typed("inspect", *files).stdout.splitlines()

    assert names.startswith("file")
    assert units.split() == ["kHz", "LUFS", "dBTP", "dBFS", "%", "dBFS", "dB", "%", "kHz", "%"]
    assert ["0:01.0" in rows[0], "1:01.0" in rows[1]] == [True, True]
    assert names.index("rate") + len("rate") == units.index("kHz") + len("kHz") == rows[0].index(" 24 ") + len(" 24")


def test_a_program_gets_what_was_measured(tmp_path: Path) -> None:
    (look,) = told("inspect", sounding(tmp_path / "a.wav", channels=2))

    assert look["origin"]["container"] == "wav"
    assert look["origin"]["n_channels"] == 2
    assert look["measures"]["peak_dbfs"] == pytest.approx(-6.02, abs=0.01)
    assert look["measures"]["loudness"]["integrated_lufs"] == pytest.approx(-9.7, abs=0.3)
    assert look["advice"] == []


def test_the_levels_of_silence_are_null_and_shown_as_infinite(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.wav", silence())

    (look,) = told("inspect", file)

    assert look["measures"]["peak_dbfs"] is None
    assert look["measures"]["loudness"]["integrated_lufs"] is None
    assert named(typed("inspect", file).stdout)["peak"] == "-∞ dBFS"


def test_a_distorted_recording_gets_advice(tmp_path: Path) -> None:
    clipped = saved(tmp_path / "a.wav", np.clip(tone(peak=4), -1, 1))
    fine = spoken(tmp_path / "b.wav", turns=TURNS)

    assert "distorted" in typed("inspect", clipped).stdout.splitlines()[-1]
    assert [line for line in typed("inspect", clipped, fine).stdout.splitlines() if "distorted" in line] == [
        f"{clipped}: {told('inspect', clipped)[0]['advice'][0]}"
    ]


def test_nothing_is_shown_where_nothing_could_be_read(tmp_path: Path) -> None:
    assert typed("inspect", text(tmp_path / "a.wav")).stdout == ""
