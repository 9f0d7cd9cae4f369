"""``audiokit audio convert``: another format, tags, and the same sound."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from clips import loudest_hz, noise, tone
from covers import jpeg, png
from numpy.testing import assert_array_equal
from terminal import chapters_of, saved, sounding, told, typed

from audiokit.audio.decode import decode
from audiokit.audio.reading.sniff import Container, sniff
from audiokit.audio.writing.formats import SoundFormat

CONTAINERS = {
    SoundFormat.WAV: Container.WAV,
    SoundFormat.MP3: Container.MP3,
    SoundFormat.FLAC: Container.FLAC,
    SoundFormat.OPUS: Container.OGG,
    SoundFormat.AAC: Container.ADTS,
    SoundFormat.M4A: Container.MP4,
    SoundFormat.M4B: Container.MP4,
}


@pytest.mark.parametrize("form", CONTAINERS)
def test_a_recording_is_converted_and_sounds_the_same(form: SoundFormat, tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav", hz=1000, rate=44_100, channels=2)

    (made,) = told("convert", file, "--to", form.value, "--out", tmp_path / "out")
    written = Path(made["out"])
    clip = decode(written.read_bytes())

    assert written == tmp_path / "out" / f"a.{form.extension}"
    assert sniff(written.read_bytes()) is CONTAINERS[form]
    assert clip.n_channels == 2
    assert clip.duration_s == pytest.approx(1, abs=0.1)
    assert loudest_hz(clip.samples, clip.sample_rate_hz) == pytest.approx(1000, abs=3)


def test_rate_channels_and_samples_stay_where_the_format_has_them(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.wav", noise(rate=11_025, channels=3), 11_025)

    result = typed("convert", file, "--to", "flac")
    before, after = decode(file.read_bytes()), decode((tmp_path / "a.flac").read_bytes())

    assert result.stdout == f"{file} → {tmp_path / 'a.flac'}: 0:01.0, 11.025 kHz, {result.stdout.split(', ')[-1]}"
    assert after.sample_rate_hz == 11_025
    assert_array_equal(after.samples, before.samples)


def test_more_channels_than_a_format_has_become_one(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.wav", np.concatenate([tone(channels=5), np.zeros((24_000, 1), np.float32)], axis=1))

    typed("convert", file, "--to", "mp3")

    assert decode((tmp_path / "a.mp3").read_bytes()).n_channels == 1


def test_bare_samples_have_no_header_and_no_tags(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav")

    assert typed("convert", file, "--to", "pcm16", "--title", "Tone").exit_code == 2
    typed("convert", file, "--to", "pcm16")

    assert (tmp_path / "a.pcm").read_bytes() == file.read_bytes()[44:]


def test_bits_that_a_format_does_not_have_are_a_sentence(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav")

    result = typed("convert", file, "--to", "opus", "--kbits", "512")

    assert result.exit_code == 1
    assert "512 kbit/s" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_tags_chapters_and_a_cover_are_written(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav", seconds=4)
    (tmp_path / "chapters.txt").write_text("\ufeff0:00 The harbour\n\n0:01.5   At sea\r\n0:00:03 Home\n", "utf-8")
    (tmp_path / "cover.jpg").write_bytes(jpeg())
    tags = ["--title", "A day", "--artist", "Jane Doe", "--cover", tmp_path / "cover.jpg"]

    result = typed("convert", file, "--to", "mp3", *tags, "--chapters", tmp_path / "chapters.txt")

    assert result.exit_code == 0
    assert chapters_of(tmp_path / "a.mp3") == [(0, 1.5, "The harbour"), (1.5, 3, "At sea"), (3, 4, "Home")]
    with av.open(str(tmp_path / "a.mp3")) as container:
        assert {**container.metadata, "n": len(container.streams.video)} == {
            "title": "A day",
            "artist": "Jane Doe",
            "n": 1,
        }


def test_a_cover_may_be_png(tmp_path: Path) -> None:
    (tmp_path / "cover.png").write_bytes(png())

    result = typed("convert", sounding(tmp_path / "a.wav"), "--to", "m4a", "--cover", tmp_path / "cover.png")

    assert result.exit_code == 0
    with av.open(str(tmp_path / "a.m4a")) as container:
        assert container.streams.video[0].codec_context.name == "png"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("The harbour", "line 2"),
        ("0:75 The harbour", "line 2"),
        ("1:75:00 The harbour", "line 2"),
        ("0:01", "line 2"),
        ("0:00.2 The harbour", "order"),
    ],
)
def test_a_chapter_that_cannot_be_read_is_named(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "chapters.txt").write_text(f"0:00.5 Before\n{line}\n")

    result = typed("convert", sounding(tmp_path / "a.wav"), "--to", "mp3", "--chapters", tmp_path / "chapters.txt")

    assert result.exit_code == 2
    assert said in result.stderr


def test_chapters_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "chapters.txt").write_bytes(b"0:00 \xff\xfe")

    result = typed("convert", sounding(tmp_path / "a.wav"), "--chapters", tmp_path / "chapters.txt", "--to", "mp3")

    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


def test_a_chapter_after_the_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chapters.txt").write_text("0:00 Here\n1:05:00 Never\n")

    result = typed("convert", sounding(tmp_path / "a.wav"), "--chapters", tmp_path / "chapters.txt", "--to", "mp3")

    assert result.exit_code == 1
    assert "'Never' begins at 3900 s" in result.stderr
    assert not (tmp_path / "a.mp3").exists()


def test_chapters_are_those_of_one_file(tmp_path: Path) -> None:
    (tmp_path / "chapters.txt").write_text("0:00 Here\n")
    files = [sounding(tmp_path / "a.wav"), sounding(tmp_path / "b.wav")]

    assert typed("convert", *files, "--chapters", tmp_path / "chapters.txt", "--to", "mp3").exit_code == 2


@pytest.mark.parametrize(
    ("option", "value"), [("--date", "yesterday"), ("--language", "English"), ("--cover", "a.wav")]
)
def test_a_tag_that_cannot_be_written_is_wrong_usage(
    option: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = typed("convert", sounding(tmp_path / "a.wav"), "--to", "mp3", option, value)

    assert result.exit_code == 2
    assert result.stderr.strip().endswith(".")
    assert not (tmp_path / "a.mp3").exists()
