"""Worker processes: they come when needed, come again when they die, and never stay behind."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audiokit.errors import NotConfigured, ReplyUnusable
from audiokit.process.pipe import Frame, Kind, read, write
from audiokit.process.worker import Sentences, Worker, WorkerDied

SAYS = Sentences(
    failed="It failed.", died="It died.", missing="It cannot sing offline: {reason}.", closed="It is closed."
)
PARROT = """
import os, sys, time
from audiokit.process.pipe import Frame, Kind, serve

def open_parrot():
    print("a library says hello on standard output", flush=True)
    os.system("echo and so does another")
    def answer(request):
        word = request.payload.decode()
        if word == "die":
            os._exit(9)
        if word == "fail":
            raise ValueError("no")
        if word == "hang":
            time.sleep(600)
        for _ in range(3):
            yield Frame(Kind.JSON, word.encode())
        if word == "die later":
            os._exit(9)
    return answer

serve(open_parrot)
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "parrot.py").write_text(PARROT)
    (tmp_path / "mute.py").write_text(
        "from audiokit.process.pipe import serve\n"
        "def fails(): raise ImportError('there is no voice here')\n"
        "serve(fails)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def parrot(modules: Path) -> Iterator[Worker]:  # noqa: ARG001 - it must be there
    worker = Worker("parrot", SAYS)
    yield worker
    worker.close()


def asked(worker: Worker, word: str, timeout_s: float = 20.0) -> list[str]:
    return [f.payload.decode() for f in worker.ask(Frame(Kind.JSON, word.encode()), timeout_s=timeout_s)]


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(process_id: int) -> bool:
    end = time.monotonic() + 60
    while is_alive(process_id) and time.monotonic() < end:
        threading.Event().wait(0.01)
    return not is_alive(process_id)


def test_frames_come_out_as_they_went_in() -> None:
    pipe = io.BytesIO()
    write(pipe, Frame(Kind.SOUND, b"\0" * 70_000))
    write(pipe, Frame(Kind.END))
    pipe.seek(0)

    assert read(pipe) == Frame(Kind.SOUND, b"\0" * 70_000)
    assert read(pipe) == Frame(Kind.END)
    assert read(pipe) is None


@pytest.mark.parametrize("n_bytes", [1, 4, 5, 9])
def test_a_frame_that_is_cut_off_is_an_end(n_bytes: int) -> None:
    whole = io.BytesIO()
    write(whole, Frame(Kind.JSON, b"hello"))

    assert read(io.BytesIO(whole.getvalue()[:n_bytes])) is None


def test_nothing_runs_before_the_first_question(parrot: Worker) -> None:
    assert parrot.process_id is None
    assert asked(parrot, "hello") == ["hello"] * 3
    assert parrot.process_id is not None


def test_what_libraries_print_does_not_disturb_the_pipe(parrot: Worker) -> None:
    assert asked(parrot, "a") + asked(parrot, "b") == ["a"] * 3 + ["b"] * 3


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill that way")
def test_a_worker_that_was_killed_is_started_again_and_nobody_notices(parrot: Worker) -> None:
    asked(parrot, "hello")
    first = parrot.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)

    assert asked(parrot, "hello") == ["hello"] * 3
    assert parrot.process_id != first


def test_a_question_that_kills_is_asked_twice_and_then_refused(parrot: Worker) -> None:
    with pytest.raises(WorkerDied):
        asked(parrot, "die")

    assert asked(parrot, "hello") == ["hello"] * 3


def test_an_answer_that_breaks_off_is_not_begun_again(parrot: Worker) -> None:
    frames = list[str]()
    with pytest.raises(WorkerDied):
        frames.extend(f.payload.decode() for f in parrot.ask(Frame(Kind.JSON, b"die later"), timeout_s=20))

    assert asked(parrot, "hello") == ["hello"] * 3


def test_a_failure_is_a_sentence_and_costs_nothing(parrot: Worker) -> None:
    asked(parrot, "hello")
    before = parrot.process_id

    with pytest.raises(ReplyUnusable, match="It failed") as caught:
        asked(parrot, "fail")

    assert caught.value.detail["reason"] == "ValueError: no"
    assert asked(parrot, "hello") == ["hello"] * 3
    assert parrot.process_id == before


def test_a_worker_that_hangs_is_stopped(parrot: Worker) -> None:
    parrot.warm()

    with pytest.raises(WorkerDied):
        asked(parrot, "hang", timeout_s=0.2)


def test_an_answer_that_nobody_wants_any_more_keeps_nobody_waiting(parrot: Worker) -> None:
    answer = parrot.ask(Frame(Kind.JSON, b"hello"), timeout_s=20)
    next(answer)
    answer.close()  # type: ignore[attr-defined]  # it is a generator

    assert asked(parrot, "hello") == ["hello"] * 3


def test_closing_ends_a_question_that_is_under_way(parrot: Worker) -> None:
    parrot.warm()
    failed = list[BaseException]()

    def ask() -> None:
        try:
            asked(parrot, "hang", timeout_s=60)
        except (WorkerDied, NotConfigured) as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not parrot._turn.locked():
        threading.Event().wait(0.001)
    parrot.close()
    thread.join(60)

    assert len(failed) == 1
    with pytest.raises(NotConfigured, match="closed"):
        asked(parrot, "hello")


def test_a_worker_that_cannot_run_says_why_and_is_not_tried_again(modules: Path) -> None:  # noqa: ARG001
    worker = Worker("mute", SAYS)

    for _ in range(2):
        with pytest.raises(NotConfigured, match="cannot sing offline: there is no voice here"):
            worker.warm()
    assert worker.why_not is not None


def test_a_worker_that_nobody_holds_ends(modules: Path) -> None:  # noqa: ARG001
    worker = Worker("parrot", SAYS)
    worker.warm()
    process_id = worker.process_id
    del worker

    assert process_id is not None
    assert wait_until_gone(process_id)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill that way")
def test_a_worker_ends_with_its_parent_even_if_that_is_killed(modules: Path) -> None:
    script = modules / "parent.py"
    script.write_text(
        "from audiokit.process.worker import Sentences, Worker\n"
        f"worker = Worker('parrot', {SAYS})\n"
        "worker.warm()\n"
        "print(worker.process_id, flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        process_id = json.loads(parent.stdout.readline())
        parent.kill()

    assert wait_until_gone(process_id)
