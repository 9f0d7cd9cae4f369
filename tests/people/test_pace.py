from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.errors import TooOften
from audiokit.people.pace import Pace, Rate


@dataclass
class Clock:
    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_burst_is_let_through_and_then_as_much_as_comes_back() -> None:
    clock = Clock()
    pace = Pace(Rate(per_minute=60, burst=3), clock)

    assert [pace.wait_s("ada") for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(1.0)]
    clock.now_s += 1.0
    assert pace.wait_s("ada") == 0.0
    assert pace.wait_s("ada") > 0.0


def test_one_who_asks_too_often_keeps_no_one_else_from_asking() -> None:
    pace = Pace(Rate(per_minute=60, burst=1), Clock())
    pace.wait_s("ada")

    with pytest.raises(TooOften, match=r"You started a lot\. Try again in 1 s\.") as refused:
        pace.check("ada", "You started a lot.")
    pace.check("ben", "You started a lot.")

    assert refused.value.retry_after_s == 1
    assert refused.value.retryable


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 3)), max_size=60))
def test_never_more_than_the_burst_and_what_came_back_is_let_through(asked: list[tuple[float, int]]) -> None:
    clock, rate, taken = Clock(), Rate(per_minute=30, burst=5), 0
    pace = Pace(rate, clock)
    for later_s, n in asked:
        clock.now_s += later_s
        if pace.wait_s("ada", n=n) == 0.0:
            taken += n
        assert taken <= rate.burst + (clock.now_s - 1000.0) * rate.per_s + 1e-6


def test_waiting_as_long_as_one_is_told_is_enough() -> None:
    clock = Clock()
    pace = Pace(Rate(per_minute=7, burst=2), clock)
    while not (wait_s := pace.wait_s("ada")):
        pass
    clock.now_s += wait_s

    assert pace.wait_s("ada") == 0.0


def test_those_who_were_idle_longest_are_forgotten_before_memory_fills() -> None:
    pace = Pace(Rate(per_minute=1, burst=1), Clock())

    for number in range(20_005):
        pace.wait_s(f"person {number}")

    assert pace.wait_s("person 20004") > 0.0
    assert pace.wait_s("person 0") == 0.0
