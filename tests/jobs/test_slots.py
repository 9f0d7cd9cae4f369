"""Who holds a slot is alive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgres import fresh_database_url
from workshops import eventually

from audiokit.jobs.engine import open_system
from audiokit.jobs.slots import FileSlots, PostgresSlots, Slots, executor_of, slot_of, take


@contextmanager
def two(first: Slots, second: Slots) -> Iterator[tuple[Slots, Slots]]:
    try:
        yield first, second
    finally:
        first.close()
        second.close()


def hold_each_in_its_turn(first: Slots, second: Slots) -> None:
    assert take(first) == 0
    assert take(second) == 1
    assert not second.try_lock(0)
    assert first.keep(0)
    assert second.keep(1)
    first.unlock(0)
    assert second.try_lock(0)


def test_no_two_workers_on_one_machine_have_the_same_slot(tmp_path: Path) -> None:
    with two(FileSlots(tmp_path), FileSlots(tmp_path)) as (first, second):
        hold_each_in_its_turn(first, second)


def test_what_a_worker_held_is_free_when_it_is_gone(tmp_path: Path) -> None:
    with two(FileSlots(tmp_path), FileSlots(tmp_path)) as (first, second):
        assert take(first) == 0
        first.close()

        assert take(second) == 0


@pytest.mark.postgres
def test_no_two_workers_on_one_database_have_the_same_slot(tmp_path: Path) -> None:
    system = open_system(fresh_database_url(), tmp_path, pool_size=1)
    with two(PostgresSlots(system), PostgresSlots(system)) as (first, second):
        hold_each_in_its_turn(first, second)
    system.close()


@pytest.mark.postgres
def test_a_worker_whose_connection_broke_takes_its_slot_again_or_learns_that_it_is_lost(tmp_path: Path) -> None:
    system = open_system(fresh_database_url(), tmp_path, pool_size=1)
    first, second = PostgresSlots(system), PostgresSlots(system)
    with two(first, second):
        assert take(first) == 0
        first._connection.invalidate()
        assert first.keep(0)
        assert not second.try_lock(0)

        first._connection.invalidate()
        eventually(lambda: second.try_lock(0), "the server notices")
        assert not first.keep(0)
    system.close()


def test_the_name_of_a_worker_says_its_slot() -> None:
    assert [slot_of(executor_of(number)) for number in (0, 7, 123)] == [0, 7, 123]
    assert [slot_of(name) for name in ("local", "slot-", "slot-x", "7", "", None)] == [None] * 6
