"""Numbers as people say them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.offline.numbers import figures, ordinal, spell, written


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("twelve times seven", "12 times 7"),
        ("ninety nine plus fourteen", "99 plus 14"),
        ("ninety-nine", "99"),
        ("two hundred and five minus three point one four", "205 minus 3.14"),
        ("a hundred", "100"),
        ("a thousand and one nights", "1001 nights"),
        ("five hundred thousand and twenty", "500020"),
        ("one million two hundred thousand", "1200000"),
        ("five five", "5 5"),
        ("three point", "3 point"),
        ("a cat and someone seventyish", "a cat and someone seventyish"),
        ("4 plus four", "4 plus 4"),
    ],
)
def test_spelled_numbers_become_figures_and_the_rest_stays(said: str, meant: str) -> None:
    assert figures(said) == meant


@given(st.integers(0, 99))
def test_what_is_spelled_is_read_back(value: int) -> None:
    assert figures(spell(value)) == str(value)


@pytest.mark.parametrize(("value", "word"), [(1, "first"), (12, "twelfth"), (20, "twentieth"), (21, "twenty-first")])
def test_places_in_a_row_are_spelled(value: int, word: str) -> None:
    assert ordinal(value) == word


def test_a_number_is_written_as_short_as_it_is_true() -> None:
    assert [written(Fraction(n)) for n in ("84", "5/2", "1/3")] == ["84", "2.5", "0.3333"]
