"""What is made ahead in a thread comes out as it is, errors too, and the thread ends with whoever uses it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from audiokit.summaries.ahead import ahead


def threads() -> int:
    return sum(thread.name == "ahead" for thread in threading.enumerate())


def test_blocks_come_in_their_order_and_no_more_than_a_few_wait() -> None:
    made = list[int]()

    def blocks() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with ahead(blocks(), most=4) as taken:
        assert next(taken) == 0
        assert [*taken] == list(range(1, 100))
    assert made == list(range(100))
    assert threads() == 0


def test_what_goes_wrong_while_they_are_made_goes_wrong_where_they_are_used() -> None:
    def blocks() -> Iterator[int]:
        yield 1
        raise OSError(28, "No space left on device")

    with ahead(blocks()) as taken:
        assert next(taken) == 1
        with pytest.raises(OSError, match="No space"):
            next(taken)
    assert threads() == 0


def test_who_leaves_early_leaves_no_thread_behind() -> None:
    n_made = 0

    def blocks() -> Iterator[int]:
        nonlocal n_made
        while True:
            n_made += 1
            yield n_made

    with ahead(blocks(), most=2) as taken:
        assert next(taken) == 1
    assert threads() == 0
