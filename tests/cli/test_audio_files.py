"""Every command of ``audiokit audio``: which files it takes, what it refuses, and that nothing is lost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from clips import noise
from terminal import saved, sounding, spoken, text, told, typed

from audiokit.audio.decode import decode
from audiokit.cli.audio.sound import heard

on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")


def every_command(file: Path, out: Path) -> list[list[object]]:
    return [
        ["inspect", file],
        ["prepare", file, "--out", out],
        ["convert", file, "--out", out, "--to", "mp3"],
        ["fit", file, "--max-mb", "1", "--out", out],
        ["split", file, "--max-seconds", "2", "--out", out],
        ["join", file, "--out", out / "joined.wav"],
    ]


NAMES = ["inspect", "prepare", "convert", "fit", "split", "join"]


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_pattern_that_the_shell_has_left_alone_means_all_that_match(tmp_path: Path) -> None:
    for name in ("b.wav", "a.wav", "c.txt"):
        sounding(tmp_path / name)

    looks = told("inspect", tmp_path / "*.wav")

    assert [Path(look["file"]).name for look in looks] == ["a.wav", "b.wav"]


def test_a_file_that_is_named_like_a_pattern_is_itself(tmp_path: Path) -> None:
    sounding(tmp_path / "a.wav")
    file = sounding(tmp_path / "[a].wav")

    assert [look["file"] for look in told("inspect", file)] == [str(file)]


@pytest.mark.parametrize("n", range(len(NAMES)), ids=NAMES)
@pytest.mark.parametrize("what", ["text", "nothing", "folder", "missing", "no match"])
def test_what_is_no_recording_is_refused_by_name_and_leaves_nothing(what: str, n: int, tmp_path: Path) -> None:
    file = tmp_path / ("*.ogg" if what == "no match" else "x.wav")
    if what == "text":
        text(file)
    elif what == "nothing":
        file.touch()
    elif what == "folder":
        file.mkdir()

    result = typed(*every_command(file, tmp_path / "out")[n])

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{file}: ")
    assert result.stderr.strip().endswith(".")
    assert not (tmp_path / "out").exists()


def test_one_that_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    files = [sounding(tmp_path / "a.wav"), text(tmp_path / "b.wav"), sounding(tmp_path / "c.wav")]

    result = typed("convert", *files, "--to", "flac")

    assert result.exit_code == 1
    assert left_in(tmp_path) == {"a.wav", "b.wav", "c.wav", "a.flac", "c.flac"}
    assert result.stderr.count("\n") == 1


def test_a_program_is_told_what_was_refused_in_its_place(tmp_path: Path) -> None:
    files = [text(tmp_path / "a.wav"), sounding(tmp_path / "b.wav")]

    result = typed("inspect", *files, "--json")
    refused, look = map(json.loads, result.stdout.splitlines())

    assert refused == {"file": str(files[0]), "error": result.stderr.strip().removeprefix(f"{files[0]}: ")}
    assert look["file"] == str(files[1])


@pytest.mark.parametrize("n", range(1, len(NAMES)), ids=NAMES[1:])
def test_what_exists_is_overwritten_when_that_is_said_and_not_before(n: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = every_command(spoken(tmp_path / "a.wav"), out)[n]
    assert typed(*command).exit_code == 0
    written = sorted(out.iterdir())
    for file in written:
        file.write_text("precious")

    refused = typed(*command)

    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert {file.read_text() for file in written} == {"precious"}
    assert typed(*command, "--force").exit_code == 0
    assert sorted(out.iterdir()) == written
    assert all(decode(file.read_bytes()).n_frames for file in written)


def test_a_folder_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.flac").mkdir()

    result = typed("convert", sounding(tmp_path / "a.wav"), "--to", "flac", "--force")

    assert result.exit_code == 1
    assert "exists" in result.stderr
    assert (tmp_path / "a.flac").is_dir()


@pytest.mark.parametrize("command", ["prepare", "convert", "fit", "join"])
def test_what_is_read_is_never_overwritten(command: str, tmp_path: Path) -> None:
    file = spoken(tmp_path / "a.wav")
    before = file.read_bytes()
    out = file if command == "join" else tmp_path
    options = {"fit": ["--max-mb", "1"], "convert": ["--to", "wav"]}.get(command, [])

    result = typed(command, file, "--out", out, "--force", *options)

    assert file.read_bytes() == before
    assert result.exit_code == 1
    assert "is read from" in result.stderr


def test_what_is_read_is_known_under_another_name(tmp_path: Path) -> None:
    file, alias = sounding(tmp_path / "a.wav"), tmp_path / "b.flac"
    try:
        os.link(file, alias)
    except OSError:
        pytest.skip("there are no hard links here")
    file.rename(tmp_path / "b.wav")

    result = typed("convert", tmp_path / "b.wav", "--to", "flac", "--force")

    assert result.exit_code == 1
    assert "is read from" in result.stderr


def test_of_two_files_that_would_have_one_name_the_second_is_refused(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
    files = [sounding(tmp_path / "one" / "a.wav", hz=500), sounding(tmp_path / "other" / "a.wav", seconds=2)]

    result = typed("convert", *files, "--to", "flac", "--out", tmp_path / "out", "--force")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{files[1]}: ")
    assert decode((tmp_path / "out" / "a.flac").read_bytes()).duration_s == 1


def test_a_place_that_cannot_be_written_to_is_a_sentence(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav")

    result = typed("join", file, "--out", file / "b.wav")

    assert result.exit_code == 1
    assert "The system says" in result.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ["inspect"],
        ["prepare", "a.wav"],
        ["convert", "a.wav"],
        ["convert", "a.wav", "--to", "doc"],
        ["convert", "a.wav", "--kbits", "5000"],
        ["split", "a.wav", "--out", "."],
        ["join", "a.wav"],
        ["nothing"],
    ],
)
def test_wrong_usage_has_a_code_of_its_own(wrong: list[str]) -> None:
    assert typed(*wrong).exit_code == 2


def test_nothing_but_refusals_is_said_on_stderr_where_nobody_watches(tmp_path: Path) -> None:
    for number, command in enumerate(every_command(spoken(tmp_path / "a.wav"), tmp_path / "out")):
        assert typed(*command, *(["--force"] if number else [])).stderr == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_goes_to_its_end_where_somebody_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with heard(spoken(tmp_path / "a.wav")):
        shown = terminal.getvalue()

    assert "hearing a.wav" in shown
    assert "100%" in shown


def test_signs_that_a_terminal_lacks_are_replaced(tmp_path: Path) -> None:
    file = sounding(tmp_path / "a.wav", rate=48_000)

    said = typed("prepare", file, "--out", tmp_path / "out", charset="cp1252").stdout
    drawn = typed("inspect", file, charset="ascii").stdout

    assert "a.wav -> " in said
    assert "48 -> 24 kHz" in said
    assert "#" * 58 in drawn


@on_posix
def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = saved(tmp_path / "a\x1b[2J\udcff\n.wav", noise())

    result = typed("inspect", file)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"{tmp_path / 'a'}�[2J��.wav"
    assert told("inspect", file)[0]["file"] == str(file)


def test_nothing_is_decoded_by_the_commands_that_need_no_sound() -> None:
    code = "import sys, audiokit.cli.main; print([m for m in ('av', 'numpy', 'soxr') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own

    assert done.stdout.strip() == "[]"
