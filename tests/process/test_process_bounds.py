"""What a process that reads strangers' bytes may take: beyond it, the system ends it, and the next answer is given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from audiokit.process.pipe import Frame, Kind
from audiokit.process.worker import Sentences, Worker, WorkerDied

SAYS = Sentences(failed="It failed.", died="It died.", missing="It cannot: {reason}.", closed="It is closed.")
BUSY = """
from audiokit.process.bounds import bound_memory, bound_work
from audiokit.process.pipe import Frame, Kind, serve

def open_busy():
    bound_memory(50 * 2**20)
    def answer(request):
        bound_work(0.1)
        if request.payload == b"work":
            while True:
                pass
        if request.payload == b"take":
            try:
                bytearray(200 * 2**20)
            except MemoryError:
                yield Frame(Kind.JSON, b"refused")
                return
        yield Frame(Kind.JSON, b"done")
    return answer

serve(open_busy)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the system is told so on POSIX, and keeps it on Linux")
def test_endless_work_and_too_much_memory_end_with_the_process_and_not_with_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "busy.py").write_text(BUSY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker = Worker("busy", SAYS, tries=1)

    def asked(word: bytes) -> list[bytes]:
        return [frame.payload for frame in worker.ask(Frame(Kind.JSON, word), timeout_s=600)]

    assert asked(b"take") == [b"refused"]
    with pytest.raises(WorkerDied):
        asked(b"work")
    assert asked(b"rest") == [b"done"]
    assert asked(b"rest") == [b"done"], "each piece of work has time of its own"
    worker.close()
