from __future__ import annotations

import threading

from audiokit.errors import Busy
from audiokit.jobs.timer import Timer


def test_a_timer_comes_round_whatever_goes_wrong_until_it_is_stopped() -> None:
    rounds, third = list[int](), threading.Event()

    def work() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            third.set()
        if len(rounds) < 3:
            raise Busy("Somebody else is writing.")

    timer = Timer("test", 0.001, work)
    timer.start()
    assert third.wait(30)
    timer.stop()
    n_rounds = len(rounds)

    assert n_rounds >= 3
    assert "test" not in {thread.name for thread in threading.enumerate()}
    Timer("never started", 1, work).stop()
    assert len(rounds) == n_rounds
