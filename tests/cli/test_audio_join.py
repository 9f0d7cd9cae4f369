"""``audiokit audio join``: many files become one programme."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from clips import loudest_hz, silence, tone
from terminal import chapters_of, saved, sounding, text, told, typed

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.loudness import loudness
from audiokit.audio.wav import wav_header


def test_files_follow_each_other_with_a_pause_between(tmp_path: Path) -> None:
    files = [sounding(tmp_path / "b.wav", hz=500, rate=48_000, channels=2), sounding(tmp_path / "a.wav", hz=2000)]

    (made,) = told("join", *files, "--out", tmp_path / "whole.wav")
    whole = decode((tmp_path / "whole.wav").read_bytes()).samples

    assert [(Path(part["file"]).name, part["start_s"], part["end_s"]) for part in made["parts"]] == [
        ("b.wav", 0, 1),
        ("a.wav", 1.3, 2.3),
    ]
    assert len(whole) == 55_200
    assert not whole[24_000:31_200].any()
    assert [round(loudest_hz(half, 24_000), -1) for half in (whole[:24_000], whole[31_200:])] == [500, 2000]


def test_a_file_may_come_again(tmp_path: Path) -> None:
    chime, words = sounding(tmp_path / "chime.wav", seconds=0.5), sounding(tmp_path / "words.wav")

    result = typed("join", chime, words, chime, "--pause", "0", "--out", tmp_path / "whole.flac")

    assert result.stdout.splitlines()[-1].startswith(f"{tmp_path / 'whole.flac'}: 0:02.0, ")
    assert [line.split()[1:] for line in result.stdout.splitlines()[1:-1]] == [
        ["0:00.0", "0:00.5"],
        ["0:00.5", "0:01.5"],
        ["0:01.5", "0:02.0"],
    ]


def test_each_file_is_a_chapter_of_its_name(tmp_path: Path) -> None:
    files = [sounding(tmp_path / "The harbour.wav"), sounding(tmp_path / "At sea.wav", seconds=2)]
    typed("convert", files[1], "--to", "mp3")

    result = typed(
        "join", files[0], tmp_path / "At sea.mp3", "--out", tmp_path / "a.m4b", "--chapters", "--title", "A day"
    )

    assert result.exit_code == 0
    with av.open(str(tmp_path / "a.m4b")) as container:
        assert container.metadata["title"] == "A day"
    assert [(start_s, title) for start_s, _, title in chapters_of(tmp_path / "a.m4b")] == [
        (0, "The harbour"),
        (1.3, "At sea"),
    ]


def test_files_are_brought_to_one_level_under_a_ceiling(tmp_path: Path) -> None:
    files = [
        saved(tmp_path / "quiet.wav", tone(1000, seconds=2, peak=0.02)),
        saved(tmp_path / "loud.wav", tone(1000, seconds=2, peak=0.9)),
    ]

    (made,) = told("join", *files, "--out", tmp_path / "whole.wav", "--level", "-20", "--pause", "1", "--rate", 48_000)
    whole = decode((tmp_path / "whole.wav").read_bytes())
    levels = [loudness(Clip(whole.samples[s * 48_000 :][:96_000], 48_000)).integrated_lufs for s in (0, 3)]

    said = typed("join", *files, "--out", tmp_path / "whole.mp3", "--level", "-20").stdout
    assert said.splitlines()[1].endswith("+17.0")
    assert whole.sample_rate_hz == 48_000
    assert levels == pytest.approx([-20, -20], abs=0.2)
    assert [part["gain_db"] for part in made["parts"]] == pytest.approx([17.0, -16.1], abs=0.2)


def test_peaks_that_a_level_raises_are_held_under_full_scale(tmp_path: Path) -> None:
    samples = tone(1000, seconds=4, peak=0.05)
    samples[48_000:48_100] = 0.9

    typed("join", saved(tmp_path / "a.wav", samples), "--out", tmp_path / "whole.wav", "--level", "-16")
    whole = loudness(decode((tmp_path / "whole.wav").read_bytes()))

    assert whole.true_peak_dbtp == pytest.approx(-1.5, abs=0.2)


def test_silence_is_not_raised(tmp_path: Path) -> None:
    files = [saved(tmp_path / "a.wav", silence()), sounding(tmp_path / "b.wav")]

    (made,) = told("join", *files, "--out", tmp_path / "whole.wav", "--level", "-20")

    assert made["parts"][0]["gain_db"] == 0


@pytest.mark.parametrize("options", [[], ["--level", "-20"], ["--chapters"]])
def test_nothing_is_written_where_one_file_cannot_be_read(options: list[str], tmp_path: Path) -> None:
    files = [sounding(tmp_path / "a.wav"), text(tmp_path / "b.wav"), text(tmp_path / "c.wav")]

    result = typed("join", *files, "--out", tmp_path / "whole.mp3", *options)

    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [str(file) for file in files[1:]]
    assert not (tmp_path / "whole.mp3").exists()


@pytest.mark.parametrize("options", [[], ["--level", "-20"], ["--chapters"]])
def test_a_file_that_turns_out_to_be_empty_is_named(options: list[str], tmp_path: Path) -> None:
    hollow = tmp_path / "hollow.wav"
    hollow.write_bytes(wav_header(0))

    result = typed("join", sounding(tmp_path / "a.wav"), hollow, "--out", tmp_path / "whole.wav", *options)

    assert result.exit_code == 1
    assert str(hollow) in result.stderr
    assert not (tmp_path / "whole.wav").exists()


@pytest.mark.parametrize("out", ["whole", "whole.doc"])
def test_an_ending_that_says_no_format_is_wrong_usage(out: str, tmp_path: Path) -> None:
    result = typed("join", sounding(tmp_path / "a.wav"), "--out", tmp_path / out)

    assert result.exit_code == 2
    assert ".mp3" in result.stderr


def test_bare_samples_have_no_chapters(tmp_path: Path) -> None:
    assert typed("join", sounding(tmp_path / "a.wav"), "--out", tmp_path / "a.pcm", "--chapters").exit_code == 2
