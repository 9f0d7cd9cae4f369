"""A studio and a worker process of its own, over the offline engine or whatever settings name."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.summaries.kept import KeptProgramme

__all__ = ["ME", "opened", "until_at_rest"]

ME = "local"
_OFFLINE = {"AUDIOKIT_ENGINE": "offline"}


@contextmanager
def opened(folder: Path, settings: Mapping[str, str] = _OFFLINE) -> Iterator[Studio]:
    """Open a studio on a folder, with a worker beside it."""
    ours = {**settings, "AUDIOKIT_DATA_DIR": str(folder)}
    patch = pytest.MonkeyPatch()
    for name, value in ours.items():
        patch.setenv(name, value)
    studio = open_studio(Settings.read())
    studio.person()
    try:
        with _working({**os.environ, **ours}):
            yield studio
    finally:
        studio.close()
        patch.undo()


@contextmanager
def _working(around: Mapping[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "audiokit.cli.main", "worker"]
    worker = subprocess.Popen(command, env=around, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    assert worker.stdout is not None
    assert b"takes jobs" in worker.stdout.readline()
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)
        worker.stdout.close()


def until_at_rest(studio: Studio, programme: KeptProgramme, *, patience_s: float = 120) -> KeptProgramme:
    """Wait until nothing is being done for a programme."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        found, going = studio.summaries.making.look(ME, programme.id)
        if going is None and not found.state.is_under_way:
            return found
        time.sleep(0.1)
    raise AssertionError(f"still {found.state}: {going}")
