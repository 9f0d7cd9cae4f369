"""``audiokit audio fit``: within what a model takes, as it is, smaller, or in parts."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
import soundfile
from clips import noise
from talks import voice
from terminal import is_in_pause, saved, sounding, talked, told, typed

from audiokit.audio.decode import decode
from audiokit.audio.wav import to_pcm16, wav_header
from audiokit.catalog.models import Catalog


def test_what_fits_goes_as_it_is(tmp_path: Path) -> None:
    file = talked(tmp_path / "a.wav", rate=44_100, channels=2)

    result = typed("fit", file, "--max-mb", "20", "--out", tmp_path / "out")

    assert result.stdout.splitlines()[0] == f"{file}: 12.5 s, 2.2 MB → as it is"
    assert (tmp_path / "out" / "a.wav").read_bytes() == file.read_bytes()


def test_a_wav_of_unknown_length_is_given_one_on_its_way(tmp_path: Path) -> None:
    samples = noise()
    streamed = wav_header(None) + to_pcm16(decode(saved(tmp_path / "b.wav", samples).read_bytes()))
    (tmp_path / "a.wav").write_bytes(streamed)

    typed("fit", tmp_path / "a.wav", "--max-mb", "20", "--out", tmp_path / "out")

    assert (tmp_path / "out" / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_a_plan_alone_writes_nothing(tmp_path: Path) -> None:
    file = talked(tmp_path / "a.wav")

    (made,) = told("fit", file, "--max-mb", "0.2", "--formats", "wav")

    assert len(made["parts"]) > 1
    assert {part["out"] for part in made["parts"]} == {None}
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_parts_are_within_the_bytes_and_cut_in_pauses(tmp_path: Path) -> None:
    file = talked(tmp_path / "a.wav")

    (made,) = told("fit", file, "--max-mb", "0.2", "--formats", "wav", "--out", tmp_path / "out")
    parts = [Path(part["out"]) for part in made["parts"]]

    assert [part.name for part in parts] == [f"a-{n:03}.wav" for n in range(1, len(parts) + 1)]
    assert [part.stat().st_size for part in parts] == [part["size_bytes"] for part in made["parts"]]
    assert all(part.stat().st_size <= 200_000 for part in parts)
    assert all(is_in_pause(part["end_s"]) for part in made["parts"])
    assert sum(decode(part.read_bytes()).duration_s for part in parts) == pytest.approx(12.5, abs=1e-3)


def test_smaller_comes_before_parts_and_is_told(tmp_path: Path) -> None:
    file = talked(tmp_path / "a.wav")

    result = typed("fit", file, "--max-mb", "0.2", "--out", tmp_path / "out")

    assert re.search(r" → MP3 64k, 10\d kB$", result.stdout.splitlines()[0])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.mp3"]


def test_base64_is_reckoned_with(tmp_path: Path) -> None:
    (made,) = told("fit", talked(tmp_path / "a.wav"), "--max-base64-mb", "0.08", "--out", tmp_path / "out")

    assert len(made["parts"]) == 2
    assert all(len(base64.b64encode(Path(part["out"]).read_bytes())) <= 80_000 for part in made["parts"])


@pytest.mark.parametrize(("option", "value"), [("--max-seconds", "5"), ("--max-tokens", "50")])
def test_seconds_are_bounded_by_themselves_and_by_tokens(option: str, value: str, tmp_path: Path) -> None:
    (made,) = told("fit", talked(tmp_path / "a.wav"), option, value)

    assert len(made["parts"]) == 3
    assert all(part["end_s"] - part["start_s"] <= 5 for part in made["parts"])


def test_parts_overlap_when_asked(tmp_path: Path) -> None:
    (made,) = told("fit", talked(tmp_path / "a.wav"), "--max-seconds", "5", "--overlap", "0.5")

    first, second, *_ = made["parts"]
    assert second["start_s"] == pytest.approx(first["end_s"] - 0.5)
    assert second["overlap_s"] == 0.5


def test_a_model_is_known_by_its_name(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav", seconds=110, rate=48_000, channels=2)
    model = Catalog.load().find("gpt-audio-1.5")
    assert model is not None
    assert model.limits.max_audio_bytes is not None
    assert model.limits.max_audio_bytes < file.stat().st_size

    (made,) = told("fit", file, "--model", "gpt-audio-1.5")
    (shorter,) = told("fit", file, "--model", "gpt-audio-1.5", "--max-seconds", "60")
    (looser,) = told("fit", file, "--model", "gpt-audio-1.5", "--max-mb", "30")
    (stricter,) = told("fit", file, "--model", "gpt-audio-1.5", "--max-mb", "1")

    assert made["plan"] == "2 min, 21.1 MB → WAV 24 kHz, 5.3 MB"
    assert len(shorter["parts"]) == 2
    assert looser["plan"] == made["plan"]
    assert stricter["format"] == "mp3"


def test_a_format_is_taken_as_it_is_where_the_model_takes_it(tmp_path: Path) -> None:
    typed("convert", talked(tmp_path / "a.wav"), "--to", "flac")

    plans = [told("fit", tmp_path / "a.flac", "--model", name)[0]["format"] for name in ("whisper-1", "gpt-audio-1.5")]

    assert plans == [None, "wav"]


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ([], "--model"),
        (["--model", "nobody"], "'nobody'"),
        (["--model", "gpt-4o-mini-tts"], "no recording"),
        (["--model", "gpt-realtime-2.1"], "no recording"),
        (["--max-mb", "1", "--formats", "wav,doc"], "'wav,doc'"),
        (["--formats", "wav"], "--model"),
        (["--max-mb", "0"], "--max-mb"),
    ],
)
def test_bounds_that_cannot_be_met_are_wrong_usage(bounds: list[str], said: str, tmp_path: Path) -> None:
    result = typed("fit", talked(tmp_path / "a.wav"), *bounds)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_recording_that_cannot_be_made_to_fit_is_refused(tmp_path: Path) -> None:
    files = [talked(tmp_path / "a.wav"), sounding(tmp_path / "b.wav", seconds=0.05)]

    result = typed("fit", *files, "--max-mb", "0.007")

    assert result.exit_code == 1
    assert "no room" in result.stderr
    assert result.stdout.startswith(f"{files[1]}: ")


def test_what_others_may_not_read_alike_does_not_go_as_it_is(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", noise(), 24_000, subtype="FLOAT")

    (made,) = told("fit", tmp_path / "a.wav", "--max-mb", "20")

    assert made["format"] == "wav"


def test_a_plan_warns_of_cuts_in_speech(tmp_path: Path) -> None:
    without_pause = saved(tmp_path / "a.wav", voice(seconds=12, rate=24_000))

    assert "--overlap" in typed("fit", without_pause, "--max-seconds", "5").stdout
    assert "--overlap" not in typed("fit", talked(tmp_path / "b.wav"), "--max-seconds", "5").stdout
