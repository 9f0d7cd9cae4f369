"""200 spoken lines, eight at a time, by a provider that takes a second for each: against the ideal of 25 s."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from benchmarks._paid import asked_for, prepare, provider
from benchmarks._programmes import PERSON, Working, of_lines, opened, texts, until_over

_N_LINES, _AT_ONCE, _TAKES_S = 200, 8, 1.0
_IDEAL_S = _N_LINES / _AT_ONCE * _TAKES_S


def run() -> dict[str, float]:
    """Return the time from the start of the job to its recording over the ideal, and to the last line spoken.

    ``worker_first_mb`` is the worker's memory after the first tenth of the lines, ``worker_last_mb`` at the last one.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with provider(folder, takes_s=_TAKES_S) as address, opened(folder, address) as (studio, around):
            prepare(address, texts(_N_LINES) + texts(8))
            worker = Working(around)
            worker.start()
            try:
                warm = of_lines(studio, ["First of all, a line to warm up with."])
                studio.summaries.making.speak(PERSON, warm.id)
                until_over(studio, warm.id, patience_s=60)
                programme, memory = of_lines(studio, texts(_N_LINES)), list[float]()
                watching = threading.Event()
                watcher = threading.Thread(target=_watch, args=(worker, memory, watching))
                watcher.start()
                began = time.monotonic()
                studio.summaries.making.speak(PERSON, programme.id)
                made = until_over(studio, programme.id, patience_s=300, look_s=0.5)
                wall_s = time.monotonic() - began
                watching.set()
                watcher.join()
            finally:
                worker.stop()
            calls = [at for at, text in asked_for(folder) if text.startswith("This is the line")]
    assert made.n_spoken == _N_LINES, made.trouble
    return {
        "wall_ratio": wall_s / _IDEAL_S,
        "spoken_ratio": (max(calls) + _TAKES_S - min(calls)) / _IDEAL_S,
        "wall_s": wall_s,
        "n_calls": float(len(calls)),
        "worker_first_mb": memory[len(memory) // 10],
        "worker_last_mb": memory[-1],
        "worker_peak_mb": max(memory),
    }


def _watch(worker: Working, memory: list[float], until: threading.Event) -> None:
    while not until.wait(0.5):
        memory.append(worker.rss_mb)
