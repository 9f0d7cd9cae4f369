"""``audiokit evaluate`` over files that the offline engine speaks: their names say what they stand for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from audiokit.audio.clip import Clip
from audiokit.audio.resample import resample
from audiokit.audio.wav import from_pcm16, to_wav
from audiokit.cli.main import main
from audiokit.offline.engine import Engine
from audiokit.offline.speak import SAMPLE_RATE_HZ

SAID = ("Kids are talking by the door.", "Dogs are sitting by the door.")
HIGHER = {"01": 1.0, "02": 0.97, "04": 0.93, "03": 1.2, "05": 1.25, "06": 1.3}  # by emotion: neutral, calm, sad, ...
VOICES = {"01": "alloy", "02": "echo"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two actors who are higher when they are excited, a third of whom there is one file, and a broken one."""
    folder = tmp_path_factory.mktemp("corpus")
    with Engine() as engine:
        for actor, voice in VOICES.items():
            spoken = [b"".join(engine.speak(said, voice)) for said in SAID]
            (folder / f"Actor_{actor}").mkdir()
            for emotion, times in HIGHER.items():
                for number, pcm in enumerate(spoken, 1):
                    name = f"03-01-{emotion}-01-0{number}-01-{actor}.wav"
                    (folder / f"Actor_{actor}" / name).write_bytes(to_wav(higher(pcm, times)))
        (folder / "03a01Wa.wav").write_bytes(to_wav(higher(spoken[0], 1.0)))
    (folder / "03a02Na.wav").write_bytes(b"RIFF and nothing else")
    (folder / "notes.txt").write_text("Not a sound.")
    return folder


def higher(pcm: bytes, times: float) -> Clip:
    """The same speech as if a tape ran so many times as fast."""
    clip = from_pcm16(pcm, SAMPLE_RATE_HZ)
    return Clip(resample(clip, round(SAMPLE_RATE_HZ / times)).samples, SAMPLE_RATE_HZ)


def typed(*words: object, answer: str = "") -> Result:
    result = CliRunner().invoke(main, ["evaluate", *map(str, words)], input=answer)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed(*words, "--json").stdout)
    return found


def test_activation_is_told_from_calm_against_the_actors_own_and_what_is_not_known_is_told_as_such(
    corpus: Path,
) -> None:
    found = told(corpus)

    assert (found["n_files"], found["n_actors"], found["corpora"]) == (25, 3, {"EmoDB": 1, "RAVDESS": 24})
    assert found["measures"]["excited"] == {"value": pytest.approx(1, abs=0.05), "n_yes": 12, "n_no": 12}
    confusion = found["measures"]["confusion"]
    rows = dict(zip(confusion["rows"], confusion["counts"], strict=True))
    assert confusion["columns"] == ["above usual", "below usual", "not known"]
    assert rows["sad"] == [0, 4, 0]
    assert rows["fearful"] == [4, 0, 0]
    assert rows["angry"] == [4, 0, 1], "of one file nobody knows what is usual"
    assert [trouble.split(":")[0] for trouble in found["troubles"]] == ["03a02Na.wav"]
    assert (found["voice"], found["cost_nanousd"]) == (None, 0)


def test_it_is_told_in_words_with_what_it_does_not_mean(corpus: Path) -> None:
    said = typed(corpus).stdout
    assert "25 files of 3 actors" in said
    assert "Excited against calm: AUC" in said
    assert "(12 against 12; 0.5 is chance)" in said
    assert "None of this is a measure of what a person feels." in said


def test_voices_are_read_once_their_price_is_agreed_to(corpus: Path) -> None:
    refused = typed(corpus, "--voice", answer="n\n")
    assert refused.exit_code == 1
    assert "25 voices are to be read" in refused.stderr
    assert "Price: free." in refused.stderr

    found = told(corpus, "--voice", "--yes", "--limit", 5)
    heard = [one for one in found["files"] if one["tone"] is not None]
    assert len(heard) == 5
    assert {one["tone"] for one in heard} == {"cannot_tell"}, "the offline engine names no tone"
    assert found["voice"]["n_told"] == 0
    assert found["voice"]["confusion"]["columns"][-1] == "unknown"
    assert found["cost_nanousd"] == 0
    assert "could not tell" in typed(corpus, "--voice", "--yes", "--limit", 2).stdout


def test_where_voices_must_not_be_read_no_model_is_asked(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_READS_VOICE", "false")
    refused = typed(corpus, "--voice", "--yes")
    assert refused.exit_code == 1
    assert "Article 5(1)(f)" in refused.stderr


def test_a_folder_without_such_files_is_told_how_they_are_named(tmp_path: Path) -> None:
    refused = typed(tmp_path)
    assert refused.exit_code == 1
    assert "03-01-05-01-02-01-12.wav" in refused.stderr
