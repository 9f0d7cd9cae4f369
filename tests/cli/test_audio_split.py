"""``audiokit audio split``: parts that are cut where nobody speaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from clips import tone
from numpy.testing import assert_array_equal
from talks import talk, voice
from terminal import is_in_pause, saved, sounding, talked, told, typed

from audiokit.audio.decode import decode


@pytest.mark.parametrize(
    ("rate", "n_frames"), [(44_100, 551_250), (48_000, 600_001), (48_000, 599_999), (8_000, 100_001), (96_000, 960_001)]
)
def test_parts_in_a_row_are_the_recording(rate: int, n_frames: int, tmp_path: Path) -> None:
    samples = np.resize(decode(talked(tmp_path / "b.wav", rate=rate).read_bytes()).samples, (n_frames, 1))
    file = saved(tmp_path / "a.wav", np.concatenate([samples, -samples / 2], axis=1), rate)

    (made,) = told("split", file, "--max-seconds", "4.5", "--out", tmp_path / "out")
    clips = [decode(Path(part["out"]).read_bytes()) for part in made["parts"]]

    assert {clip.sample_rate_hz for clip in clips} == {rate}
    assert all(clip.duration_s <= 4.5 for clip in clips)
    assert all(is_in_pause(part["end_s"]) for part in made["parts"][:-1])
    assert_array_equal(np.concatenate([clip.samples for clip in clips]), decode(file.read_bytes()).samples)


def test_no_part_is_a_frame_longer_than_allowed(tmp_path: Path) -> None:
    samples = talk([(0, 3), (8, 9)], seconds=9, rate=44_100)
    longest_s = 4.000042  # a whole frame at 24 kHz, and none at 44.1; the middle of the pause is beyond it

    (made,) = told(
        "split", saved(tmp_path / "a.wav", samples, 44_100), "--max-seconds", longest_s, "--out", tmp_path / "out"
    )

    assert decode(Path(made["parts"][0]["out"]).read_bytes()).duration_s == pytest.approx(longest_s, abs=1e-4)
    assert all(decode(Path(part["out"]).read_bytes()).duration_s <= longest_s for part in made["parts"])


def test_a_part_begins_with_the_end_of_the_one_before_when_asked(tmp_path: Path) -> None:
    (made,) = told("split", talked(tmp_path / "a.wav"), "--max-seconds", 4, "--overlap", 0.5, "--out", tmp_path / "out")
    first, second, *_ = (decode(Path(part["out"]).read_bytes()).samples for part in made["parts"])

    assert_array_equal(first[-12_000:], second[:12_000])


def test_a_table_says_where_the_cuts_are(tmp_path: Path) -> None:
    samples = np.concatenate([voice(seconds=7, rate=24_000), np.zeros((24_000, 1), np.float32), tone(seconds=2)])
    file = saved(tmp_path / "a.wav", samples)

    result = typed("split", file, "--max-seconds", "4", "--out", tmp_path / "out", "--to", "flac")
    heading, *rows = (line.split() for line in result.stdout.splitlines())

    assert heading == ["part", "start", "end", "size", "cut"]
    assert [row[5:] for row in rows] == [["in", "speech"], ["in", "a", "pause"], []]
    assert [row[2] for row in rows[:-1]] == [row[1] for row in rows[1:]]
    assert rows[-1][2] == "0:10.0"


def test_a_short_recording_is_one_part(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav")

    typed("split", file, "--max-seconds", "10", "--out", tmp_path / "out")

    assert_array_equal(decode((tmp_path / "out" / "a-001.wav").read_bytes()).samples, decode(file.read_bytes()).samples)


@pytest.mark.parametrize("wrong", [["--max-seconds", "1"], ["--max-seconds", "10", "--overlap", "6"]])
def test_parts_that_cannot_be_cut_are_wrong_usage(wrong: list[str], tmp_path: Path) -> None:
    assert typed("split", talked(tmp_path / "a.wav"), *wrong, "--out", tmp_path / "out").exit_code == 2


def test_half_of_a_part_may_overlap(tmp_path: Path) -> None:
    file = talked(tmp_path / "a.wav")

    assert typed("split", file, "--max-seconds", "4", "--overlap", "2", "--out", tmp_path / "out").exit_code == 0
