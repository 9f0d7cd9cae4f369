from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.money import NANOUSD_PER_USD, from_usd, scaled, show


def test_a_dollar_is_a_billion_nano_dollars() -> None:
    assert from_usd("1") == NANOUSD_PER_USD == 1_000_000_000


def test_amounts_are_rounded_up() -> None:
    assert from_usd("0.0000000001") == 1
    assert scaled(Decimal("0.5"), 3) == 2


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError):
        from_usd(0.1)  # type: ignore[arg-type]  # the mistake is the point


@pytest.mark.parametrize(
    ("nanousd", "shown"),
    [
        (None, "unknown"),
        (0, "free"),
        (1, "<$0.0001"),
        (99_999, "<$0.0001"),
        (123_456, "$0.0001"),
        (4_200_000, "$0.0042"),
        (13_500_000, "$0.014"),
        (420_000_000, "$0.42"),
        (1_200_000_000, "$1.20"),
        (1_234_567_000_000, "$1,234.57"),
        (-420_000_000, "-$0.42"),
    ],
)
def test_money_is_shown_with_two_digits_that_count(nanousd: int | None, shown: str) -> None:
    assert show(nanousd) == shown


@given(st.integers(min_value=1, max_value=10**15))
def test_something_is_never_shown_as_nothing(nanousd: int) -> None:
    assert show(nanousd) not in {"free", "unknown", "$0.00", "$0.0000"}


@given(st.decimals(min_value=0, max_value=10**6, places=9))
def test_whole_nano_dollars_survive_exactly(usd: Decimal) -> None:
    assert Decimal(from_usd(usd)) / NANOUSD_PER_USD == usd
