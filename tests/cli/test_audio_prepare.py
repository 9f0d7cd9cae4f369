"""``audiokit audio prepare``: recordings brought to what a model hears best."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clips import noise, tone
from numpy.testing import assert_array_equal
from terminal import saved, spoken, told, typed

from audiokit.audio.decode import decode
from audiokit.audio.measuring.loudness import loudness


def test_a_recording_is_prepared_and_its_changes_are_told(tmp_path: Path) -> None:
    file = spoken(tmp_path / "a.wav", seconds=8, rate=48_000, channels=2, rms=0.02)

    result = typed("prepare", file, "--out", tmp_path / "out")
    clip = decode((tmp_path / "out" / "a.wav").read_bytes())

    assert result.stdout.startswith(f"{file} → {tmp_path / 'out' / 'a.wav'}: stereo → mono, 48 → 24 kHz, trimmed 5.")
    assert "raised" in result.stdout
    assert (clip.n_channels, clip.sample_rate_hz) == (1, 24_000)
    assert clip.duration_s < 3
    assert loudness(clip).integrated_lufs == pytest.approx(-20, abs=1)


def test_every_step_can_be_left_out(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.wav", noise(rms=0.01) + np.float32(0.05))

    result = typed("prepare", file, "--out", tmp_path / "out", "--no-trim", "--no-loudness", "--no-dc")

    assert result.stdout.strip().endswith("nothing to change")
    assert_array_equal(decode((tmp_path / "out" / "a.wav").read_bytes()).samples, decode(file.read_bytes()).samples)


def test_an_offset_goes_unless_it_is_to_stay(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.wav", noise(rms=0.01) + np.float32(0.05))

    (made,) = told("prepare", file, "--out", tmp_path / "out", "--no-trim", "--no-loudness")

    assert made["changes"] == ["removed an offset of 5.0%"]
    assert abs(decode((tmp_path / "out" / "a.wav").read_bytes()).samples.mean()) < 1e-3


def test_pauses_are_shortened_and_noise_turned_down_when_asked(tmp_path: Path) -> None:
    file = spoken(tmp_path / "a.wav", turns=((0.5, 1.5), (4.5, 5.5)), seconds=6)

    (shorter,) = told("prepare", file, "--out", tmp_path / "one", "--no-trim", "--max-pause", 1, "--denoise")

    assert "reduced steady noise" in shorter["changes"]
    assert shorter["written"]["n_frames"] / 24_000 == pytest.approx(4, abs=0.5)


def test_the_level_is_what_is_asked_for(tmp_path: Path) -> None:
    file = spoken(tmp_path / "a.wav")

    typed("prepare", file, "--out", tmp_path / "out", "--loudness", "-30")

    assert loudness(decode((tmp_path / "out" / "a.wav").read_bytes())).integrated_lufs == pytest.approx(-30, abs=0.3)


def test_a_rate_and_a_format_are_what_is_asked_for(tmp_path: Path) -> None:
    file = spoken(tmp_path / "a.wav", rate=48_000)

    (made,) = told("prepare", file, "--out", tmp_path / "out", "--rate", 16_000, "--to", "mp3", "--kbits", 32)
    clip = decode((tmp_path / "out" / "a.mp3").read_bytes())

    assert clip.sample_rate_hz == made["written"]["sample_rate_hz"] == 16_000
    assert made["written"]["size_bytes"] == pytest.approx(4_000 * clip.duration_s, rel=0.1)


def test_advice_is_given_under_the_file_that_needs_it(tmp_path: Path) -> None:
    files = [
        saved(tmp_path / "a.wav", np.clip(tone(peak=4), -1, 1)),
        spoken(tmp_path / "b.wav"),
    ]

    first, second, *_ = typed("prepare", *files, "--out", tmp_path / "out").stdout.splitlines()

    assert first.startswith(str(files[0]))
    assert second.startswith("  This recording is distorted")
