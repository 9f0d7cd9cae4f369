"""A studio and its worker over a provider that counts, for the benchmarks of programmes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Persona, Shape
from benchmarks._paid import SETTINGS

__all__ = ["PERSON", "Working", "of_lines", "opened", "texts", "until_over"]

PERSON = "local"
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def texts(n_lines: int) -> list[str]:
    """Return so many different short lines."""
    tens = [f"{_NUMBERS[n // 100]} {_NUMBERS[n // 10 % 10]} {_NUMBERS[n % 10]}" for n in range(n_lines)]
    return [f"This is the line {words}." for words in tens]


@contextmanager
def opened(folder: Path, address: str) -> Iterator[tuple[Studio, dict[str, str]]]:
    """Open a studio on ``folder``, and yield it with the environment for a worker of it."""
    ours = SETTINGS | {"AUDIOKIT_COMPATIBLE_BASE_URL": address, "AUDIOKIT_DATA_DIR": str(folder / "data")}
    os.environ.update(ours)
    studio = open_studio(Settings.read())
    try:
        studio.person()
        yield studio, {**os.environ}
    finally:
        studio.close()


def of_lines(studio: Studio, lines: list[str]) -> KeptProgramme:
    """Begin a programme of these lines."""
    shape = Shape(format="announcement", personas=(Persona(name="Ann", voice="marin"),))
    return studio.summaries.library.of_lines(PERSON, "Lines", [Line(text=text) for text in lines], shape)


class Working:
    """One worker process, which can be killed."""

    def __init__(self, around: dict[str, str]) -> None:
        self._around = around
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id, once it was started."""
        assert self._process is not None
        return self._process.pid

    @property
    def rss_mb(self) -> float:
        """What it has in memory now."""
        if self._process is None:
            return 0.0
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1000

    def start(self) -> None:
        """Start it, and wait until it takes jobs."""
        command = [sys.executable, "-m", "audiokit.cli.main", "worker"]
        self._process = subprocess.Popen(command, env=self._around, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
        if self._process.stdout is not None:
            self._process.stdout.readline()

    def kill(self) -> None:
        """Kill it as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
            self._process.kill()
            self._process.wait()


def until_over(studio: Studio, programme_id: str, *, patience_s: float, look_s: float = 0.05) -> KeptProgramme:
    """Wait until nothing is being done for a programme any more."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        programme, going = studio.summaries.making.look(PERSON, programme_id)
        if going is None and not programme.state.is_under_way:
            return programme
        time.sleep(look_s)
    raise TimeoutError(f"{programme_id} is still under way")
