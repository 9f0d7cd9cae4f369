from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audiokit.audio.writing.atomic import replaced

KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from audiokit.audio.writing.atomic import replaced
with replaced(Path(sys.argv[1])) as file:
    file.write(bytes(3_000_000))
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "whole.bin"

    with replaced(path) as file:
        file.write(b"first half, ")
        file.flush()
        assert not path.exists()
        file.write(b"second half")

    assert path.read_bytes() == b"first half, second half"
    assert list(tmp_path.iterdir()) == [path]


def test_after_an_error_what_was_there_stays_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "whole.bin"
    path.write_bytes(b"before")

    with pytest.raises(ZeroDivisionError), replaced(path) as file:
        file.write(b"%d" % (1 / len(file.read())))

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_process_killed_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "whole.bin"
    path.write_bytes(b"before")

    done = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(path)], check=False)  # noqa: S603

    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"before"
    assert [left.suffix for left in tmp_path.iterdir() if left != path] == [".part"]


def test_a_name_as_long_as_a_name_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".wav")

    with replaced(path) as file:
        file.write(b"sound")

    assert path.read_bytes() == b"sound"
