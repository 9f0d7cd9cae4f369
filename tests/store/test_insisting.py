from __future__ import annotations

import pytest

from audiokit.errors import Busy, Damaged, OutOfReach, StoreError
from audiokit.store.insisting import insist


class Shelf:
    """Refuses what is put there, one refusal after the other, and then takes it; only waiting takes time."""

    def __init__(self, *refusals: StoreError) -> None:
        self.refusals = list(refusals)
        self.now_s = 0.0
        self.n_asked = 0

    def put(self) -> str:
        self.n_asked += 1
        if self.refusals:
            raise self.refusals.pop(0)
        return "kept"

    def wait(self, pause_s: float) -> None:
        self.now_s += pause_s

    def clock(self) -> float:
        return self.now_s


def test_what_is_busy_or_out_of_reach_is_asked_again_until_it_keeps() -> None:
    shelf = Shelf(*[Busy("Busy."), OutOfReach("Away.")] * 10)

    assert insist(shelf.put, wait=shelf.wait, clock=shelf.clock) == "kept"
    assert shelf.n_asked == 21
    assert 5 < shelf.now_s < 40, "by and by less often"


def test_patience_ends_with_the_stores_own_sentence() -> None:
    shelf = Shelf(*[OutOfReach("Away.")] * 1000)

    with pytest.raises(OutOfReach, match="Away"):
        insist(shelf.put, patience_s=30, wait=shelf.wait, clock=shelf.clock)

    assert 30 <= shelf.now_s < 33


@pytest.mark.parametrize("refusal", [Damaged("Damaged."), StoreError("The disk is full.")])
def test_what_waiting_does_not_help_is_raised_at_once(refusal: StoreError) -> None:
    shelf = Shelf(refusal)

    with pytest.raises(type(refusal)):
        insist(shelf.put, wait=shelf.wait, clock=shelf.clock)

    assert (shelf.n_asked, shelf.now_s) == (1, 0.0)
