"""A worker for tests: ``python scratch_worker.py DATA_DIR [DATABASE_URL]``. Ends with its standard input.

Its workflows write a line into ``DATA_DIR/done.log`` for each step that is run, and wait for files at gates.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from audiokit.errors import ProviderBusy
from audiokit.jobs.fan import Result, spread
from audiokit.jobs.steps import bench, current_job, step
from audiokit.jobs.worker import Pace, Registry, Worker

DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
QUICK = Pace(
    n_at_once=4,
    grace_s=20,
    queue_every_s=0.1,
    alone_every_s=0.3,
    reap_every_s=0.3,
    free_for_s=float(os.environ.get("FREE_FOR_S", "0.3")),
)
_PATIENCE_S = 120.0


def tell(what: str) -> None:
    """One short write to a file opened for appending is whole, whichever process makes it."""
    with (DATA / "done.log").open("a", encoding="utf-8") as log:
        log.write(f"{what}\n")


def gate(name: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    is_told = False
    while not (DATA / name).exists() and time.monotonic() < until:
        if bench().stopping.is_set() and not is_told:
            tell("stopping")
            is_told = True
        time.sleep(0.01)


def spoken(item: list[Any]) -> str:
    label, number, seconds = item
    tell(f"begun {label} {number}")
    time.sleep(seconds)
    tell(f"done {label} {number}")
    return f"{label}-{number}"


def lines(label: str, n_lines: int, seconds: float, at_once: int) -> list[Any]:
    """A programme: a script, its lines, and what is made of them."""

    def write() -> list[Any]:
        tell(f"script {label}")
        return [[label, number, seconds] for number in range(n_lines)]

    script = step(write)
    said = spread(script, spoken, at_once=at_once)
    step(tell, f"stitched {label}")
    return [one.value if isinstance(one, Result) else one.sentence for one in said]


def gated(label: str, n_lines: int, at_once: int) -> list[Any]:
    """Each line waits for the file named after the job's label."""

    def wait_for(number: int) -> int:
        tell(f"begun {label} {number}")
        gate(f"{label}.gate")
        tell(f"done {label} {number}")
        return number

    return [one.value for one in spread(range(n_lines), wait_for, at_once=at_once) if isinstance(one, Result)]


def fussy(label: str, n_lines: int) -> list[Any]:
    """Every third line fails until there is a file ``LABEL.mended``; then the job fails."""

    def said(number: int) -> int:
        tell(f"begun {label} {number}")
        if number % 3 == 1 and not (DATA / f"{label}.mended").exists():
            raise ProviderBusy(f"Line {number} has to wait.")
        return number * 10

    step(tell, f"script {label}")
    outcomes = spread(range(n_lines), said, at_once=4)
    failed = [one for one in outcomes if not isinstance(one, Result)]
    if failed:
        raise ProviderBusy(f"{len(failed)} lines failed, the first: {failed[0].sentence}")
    return [one.value for one in outcomes if isinstance(one, Result)]


def deadly(label: str) -> None:
    """What no worker survives."""
    step(tell, f"script {label}")

    def fall() -> None:
        tell(f"fell {label}")
        os._exit(9)

    step(fall)


def buggy() -> None:
    raise KeyError("secret words of the person")


def odd() -> Any:
    return step(lambda: b"sound")


def nothing() -> str:
    return current_job()


def register(registry: Registry) -> None:
    for workflow in (lines, gated, fussy, deadly, buggy, odd, nothing):
        registry.add(workflow.__name__, workflow)
    registry.when_closing(lambda: tell("closed"))


def main() -> None:
    until = threading.Event()

    def parent() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        until.set()

    threading.Thread(target=parent, daemon=True).start()
    url = sys.argv[2] if len(sys.argv) > 2 else None
    Worker(url, DATA, register, QUICK).run(until, ready=lambda name: os.write(1, f"{name}\n".encode()))
    os._exit(0)


if __name__ == "__main__":
    main()
