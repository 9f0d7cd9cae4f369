"""What several threads write at once: one transaction for all who wait, and each with its own result or error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from audiokit.store.columns import utc_now
from audiokit.store.database import Database, open_database
from audiokit.store.tables import person
from audiokit.usage.together import Together


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None, tmp_path)
    yield opened
    opened.close()


def until_waiting(together: Together, n: int) -> None:
    give_up_at = time.monotonic() + 60
    while together.n_waiting < n and time.monotonic() < give_up_at:
        time.sleep(0.001)  # other threads are about to ask
    assert together.n_waiting == n


def add(connection: Connection, name: str) -> str:
    connection.execute(insert(person), {"id": name, "name": name, "created_at": utc_now()})
    return name


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(person.c.id)).scalars())


def test_who_comes_while_another_writes_shares_a_transaction_and_gets_an_own_result(database: Database) -> None:
    together, transactions = Together(database), list[object]()

    def work(connection: Connection, name: str) -> str:
        transactions.append(connection.get_transaction())
        if name == "first":
            until_waiting(together, 4)
        return add(connection, name)

    with ThreadPoolExecutor(5) as threads:
        first = threads.submit(together.write, lambda connection: work(connection, "first"))
        while not transactions:
            time.sleep(0.001)  # the first is about to write
        others = [
            threads.submit(together.write, lambda connection, name=name: work(connection, name)) for name in "abcd"
        ]
        assert [one.result(60) for one in (first, *others)] == ["first", *"abcd"]

    assert len(set(map(id, transactions))) == 1
    assert names(database) == {"first", *"abcd"}


def test_who_fails_is_told_and_what_the_others_wrote_is_kept_once(database: Database) -> None:
    together, n_first = Together(database), list[str]()

    def first(connection: Connection) -> str:
        n_first.append("tried")
        if len(n_first) == 1:
            until_waiting(together, 2)
        return add(connection, "first")

    def fails(connection: Connection) -> str:
        add(connection, "nobody")
        raise LookupError("on purpose")

    with ThreadPoolExecutor(3) as threads:
        good = threads.submit(together.write, first)
        while not n_first:
            time.sleep(0.001)  # the first is about to write
        bad, other = threads.submit(together.write, fails), threads.submit(together.write, lambda one: add(one, "b"))
        assert (good.result(60), other.result(60)) == ("first", "b")
        with pytest.raises(LookupError, match="on purpose"):
            bad.result(60)

    assert names(database) == {"first", "b"}
    assert together.write(lambda connection: add(connection, "later")) == "later"


def test_a_thread_that_is_stopped_in_its_work_holds_up_nobody(database: Database) -> None:
    together, began = Together(database), list[str]()

    def stopped(connection: Connection) -> str:
        began.append(add(connection, "stopped"))
        until_waiting(together, 1)
        raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(together.write, stopped)
        while not began:
            time.sleep(0.001)  # the first is about to write
        other = threads.submit(together.write, lambda connection: add(connection, "other"))
        assert isinstance(first.exception(60), KeyboardInterrupt)
        assert other.result(60) == "other"

    assert names(database) == {"other"}
