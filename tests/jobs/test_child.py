"""The app's own worker: kept alive, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from workshops import eventually

from audiokit.jobs.child import COMMAND, ChildWorker

ROOT = Path(__file__).resolve().parents[2]
OBEDIENT = (sys.executable, "-S", "-c", "import sys; sys.stdin.read()")
DEAF = (sys.executable, "-S", "-c", "import time; time.sleep(600)")
DIES = (sys.executable, "-S", "-c", "")


def is_alive(process_id: int) -> bool:
    """Whether there is such a process, and it has not ended; one that nobody has asked about yet has."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process_id}/status").read_text("utf-8")
    except OSError:
        return False


def process_of(child: ChildWorker, but: int | None = None) -> int:
    eventually(lambda: child.process_id not in {None, but}, "a process of its own")
    assert child.process_id is not None
    return child.process_id


def test_a_worker_that_is_killed_is_started_again() -> None:
    child = ChildWorker(OBEDIENT, pauses_s=[0.0])
    child.start()
    first = process_of(child)

    os.kill(first, signal.SIGKILL)

    second = process_of(child, but=first)
    child.stop()
    assert not is_alive(first)
    assert not is_alive(second)
    assert child.process_id is None


def test_a_worker_that_cannot_live_is_started_less_and_less_often(caplog: pytest.LogCaptureFixture) -> None:
    child = ChildWorker(DIES, pauses_s=[0.0, 0.01, 600.0])
    child.start()

    eventually(lambda: "in 600 s" in caplog.text, "a long pause")
    child.stop()

    assert len(caplog.records) == 2


def test_a_worker_that_does_not_end_by_itself_is_ended() -> None:
    child = ChildWorker(DEAF, grace_s=0.01)
    child.start()
    process = process_of(child)

    child.stop()

    assert not is_alive(process)


def test_a_worker_that_was_stopped_is_not_started_again() -> None:
    child = ChildWorker(OBEDIENT)
    child.stop()
    child.start()

    assert child.process_id is None


def test_the_worker_ends_when_the_app_is_killed() -> None:
    code = (
        "import time; from audiokit.jobs.child import ChildWorker\n"
        f"child = ChildWorker({OBEDIENT!r}); child.start()\n"
        "while child.process_id is None: time.sleep(0.01)\n"
        "print(child.process_id, flush=True); time.sleep(600)"
    )
    app = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert app.stdout
    worker = int(app.stdout.readline())
    assert is_alive(worker)

    app.kill()
    app.stdout.close()
    app.wait()

    eventually(lambda: not is_alive(worker), "the worker ends")


def test_the_command_takes_jobs_and_ends_with_its_standard_input(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own command
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"AUDIOKIT_DATA_DIR": str(tmp_path)},
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "The worker takes jobs as slot-0.\n"

    process.stdin.close()
    process.stdout.close()

    assert process.wait(60) == 0
    assert (tmp_path / "jobs.sqlite").stat().st_mode & 0o077 == 0, "nobody else's to read"
