from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.sentiment.changing import SHORTEST_RUN, changes

ROWS = {
    "normal": lambda random, n: random.normal(size=n),
    "laplace": lambda random, n: random.laplace(scale=2**-0.5, size=n),
    "heavy tails": lambda random, n: random.standard_t(3, size=n) / 3**0.5,
}


@given(st.integers(SHORTEST_RUN, 40), st.integers(SHORTEST_RUN, 40), st.floats(1, 50), st.booleans())
def test_a_clean_step_is_found_where_it_is(n_before: int, n_after: int, size: float, is_up: bool) -> None:
    step = size if is_up else -size

    found = changes([0.0] * n_before + [step] * n_after, least=1.0, trust=0.1)

    assert [change.index for change in found] == [n_before]
    assert (found[0].before, found[0].after, found[0].amount) == (0, step, step)


@given(st.lists(st.integers(-100, 100), max_size=60), st.sampled_from([-4.0, -1.0, 0.5, 8.0]))
def test_where_it_changes_depends_neither_on_the_unit_nor_on_the_sign(row: list[int], unit: float) -> None:
    plain = changes(row, least=1.0, trust=1.0)
    other = changes([unit * value for value in row], least=abs(unit), trust=abs(unit))

    assert [change.index for change in other] == [change.index for change in plain]
    assert [change.amount for change in other] == [unit * change.amount for change in plain]


@given(st.lists(st.floats(-1e6, 1e6), max_size=80))
def test_each_side_lasts_and_differs_enough_whatever_comes(row: list[float]) -> None:
    found = changes(row, least=5.0, trust=0.5)

    edges = [0, *(change.index for change in found), len(row)]
    assert all(after - before >= SHORTEST_RUN for before, after in pairwise(edges)) or not found
    assert all(abs(change.amount) >= max(5.0, 2 * change.spread) for change in found)


def test_steps_up_and_down_are_both_found_in_noise() -> None:
    row = np.repeat([0.0, 6.0, -1.0, 4.0], 8) + np.random.default_rng(3).normal(size=32)

    assert [change.index for change in changes(row.tolist(), least=2.0, trust=0.1)] == [8, 16, 24]


@pytest.mark.parametrize("outliers", [[30.0], [30.0, -30.0]])
def test_what_stands_alone_is_no_change(outliers: list[float]) -> None:
    row = np.random.default_rng(1).normal(size=40)
    row[[15, 29][: len(outliers)]] = outliers

    assert changes(row.tolist(), least=1.0, trust=0.1) == ()


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("n", [8, 20, 60])
def test_in_a_row_that_never_changes_a_change_is_rarely_invented(name: str, n: int) -> None:
    random = np.random.default_rng(n)

    invented = [bool(changes(ROWS[name](random, n).tolist(), least=0.0, trust=0.0)) for _ in range(150)]

    assert np.mean(invented) <= 0.04


def test_a_change_of_less_than_is_worth_a_word_is_none() -> None:
    assert changes([0.0] * 10 + [1.0] * 10, least=1.5, trust=0.01) == ()
    assert changes([0.0] * 10 + [1.0] * 10, least=0.1, trust=0.6) == ()  # it cannot be measured as finely


def test_too_few_figures_say_nothing() -> None:
    assert changes([0.0, 0.0, 0.0, 9.0, 9.0], least=1.0, trust=0.1) == ()
    assert changes([], least=1.0, trust=0.1) == ()
