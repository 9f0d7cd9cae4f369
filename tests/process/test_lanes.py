from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from audiokit.process.lanes import Lanes
from audiokit.process.worker import Sentences, Worker

SAYS = Sentences(failed="", died="", missing="{reason}", closed="")


@pytest.fixture
def workers() -> list[Worker]:
    return [Worker("nothing.is.started", SAYS) for _ in range(3)]


def test_who_keeps_many_busy_leaves_one_for_others(workers: list[Worker]) -> None:
    lanes, over = Lanes(workers), threading.Event()
    has, waits = threading.Barrier(3), threading.Event()

    def long() -> None:
        with lanes.one("ada"):
            has.wait(30)
            over.wait(30)

    def third() -> Worker:
        with lanes.one("ada") as worker:
            waits.set()
            return worker

    with ThreadPoolExecutor(3) as threads:
        both = [threads.submit(long) for _ in range(2)]
        has.wait(30)
        late = threads.submit(third)
        with lanes.one("ben") as worker:
            assert worker in workers
            assert not waits.is_set()
        over.set()
        assert late.result(30) in workers
    assert all(one.done() for one in both)


def test_a_worker_that_failed_its_question_is_free_again(workers: list[Worker]) -> None:
    lanes = Lanes(workers[:1])
    with pytest.raises(ValueError, match="no"), lanes.one("ada"):
        raise ValueError("no")

    with lanes.one("ada") as worker:
        assert worker is workers[0]
