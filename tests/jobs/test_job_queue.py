"""Jobs as pages know them, with a real worker."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshops import Workshop, eventually, workshop

from audiokit.errors import Damaged, NotFound, StoreError
from audiokit.jobs.queue import Jobs
from audiokit.jobs.retention import forget_old
from audiokit.jobs.values import JobState, NotJson, Status, whole

ENOUGH_S = 60.0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


def ends(shop: Workshop, job: str) -> JobState:
    state = shop.jobs.wait(job, ENOUGH_S)
    assert state.is_over, state
    return state


def test_results_are_in_the_order_of_the_items_and_every_step_is_run_once(shop: Workshop) -> None:
    state = ends(shop, shop.jobs.start("lines", "ada", "order", 20, 0.01, 8))

    assert (state.status, state.result) == (Status.DONE, [f"order-{number}" for number in range(20)])
    told = shop.told()
    assert {told[f"done order {number}"] for number in range(20)} == {1}
    assert told["script order"] == told["stitched order"] == 1


def test_no_more_items_are_under_way_than_are_allowed(shop: Workshop) -> None:
    job = shop.jobs.start("gated", "bea", "few", 5, 3)
    shop.until_told("begun few 0", "begun few 1", "begun few 2")

    assert shop.jobs.wait(shop.jobs.start("nothing", "bea"), ENOUGH_S).status is Status.DONE
    assert "begun few 3" not in shop.told()

    shop.let("few.gate")
    assert ends(shop, job).result == [0, 1, 2, 3, 4]


def test_a_paused_job_begins_nothing_and_a_resumed_one_ends_with_everything_in_its_place(shop: Workshop) -> None:
    job = shop.jobs.start("gated", "cyd", "pause", 6, 2)
    shop.until_told("begun pause 0", "begun pause 1")

    shop.jobs.pause(job)
    assert shop.jobs.state(job).status is Status.PAUSED
    shop.let("pause.gate")
    shop.until_told("done pause 0", "done pause 1")
    assert shop.jobs.wait(shop.jobs.start("nothing", "cyd"), ENOUGH_S).status is Status.DONE
    assert "begun pause 2" not in shop.told()

    shop.jobs.resume(job)
    assert ends(shop, job).result == [0, 1, 2, 3, 4, 5]
    assert all(shop.told()[f"begun pause {number}"] == 1 for number in range(2, 6))


def test_a_cancelled_job_is_not_resumed_but_can_be_retried_with_what_was_done(shop: Workshop) -> None:
    job = shop.jobs.start("lines", "dot", "cancel", 30, 0.05, 2)
    eventually(lambda: len(shop.recorded(job)) > 5, "some lines recorded")
    shop.jobs.cancel(job)
    kept = shop.recorded(job)

    shop.jobs.resume(job)
    assert shop.jobs.state(job).status is Status.CANCELLED
    again = shop.jobs.retry(job)

    assert again != job
    assert ends(shop, again).result == [f"cancel-{number}" for number in range(30)]
    told = shop.told()
    assert told["script cancel"] == 1
    lines = [place - 2 for place in kept if place >= 2]  # the script is step 1
    assert {told[f"done cancel {line}"] for line in lines} == {1}


def test_a_job_that_waits_can_be_cancelled_before_it_begins(shop: Workshop) -> None:
    under_way = [shop.jobs.start("gated", "eve", f"wait{n}", 1, 1) for n in range(2)]
    waits = shop.jobs.start("lines", "eve", "never", 1, 0.0, 1)
    shop.until_told("begun wait0 0", "begun wait1 0")
    assert shop.jobs.state(waits).status is Status.QUEUED

    shop.jobs.cancel(waits)
    for n in range(2):
        shop.let(f"wait{n}.gate")

    assert [ends(shop, job).status for job in under_way] == [Status.DONE] * 2
    assert ends(shop, shop.jobs.start("nothing", "eve")).status is Status.DONE
    assert shop.jobs.state(waits).status is Status.CANCELLED
    assert "script never" not in shop.told()


def test_a_person_with_many_jobs_does_not_hold_up_another(shop: Workshop) -> None:
    many = [shop.jobs.start("gated", "fay", f"many{n}", 1, 1) for n in range(6)]
    shop.until_told("begun many0 0", "begun many1 0")

    assert ends(shop, shop.jobs.start("nothing", "gus")).status is Status.DONE
    assert [shop.jobs.state(job).status for job in many[2:]] == [Status.QUEUED] * 4

    for n in range(6):
        shop.let(f"many{n}.gate")
    assert {ends(shop, job).status for job in many} == {Status.DONE}


def test_a_retried_job_does_again_only_what_failed_however_often_it_is_retried(shop: Workshop) -> None:
    first = shop.jobs.start("fussy", "hal", "retry", 8)
    failed = ends(shop, first)
    assert failed.status is Status.FAILED
    assert failed.error == "3 lines failed, the first: Line 1 has to wait."

    second = shop.jobs.retry(first)
    assert ends(shop, second).status is Status.FAILED
    shop.let("retry.mended")
    third = shop.jobs.retry(first)

    assert len({first, second, third}) == 3
    assert ends(shop, third).result == [0, 10, 20, 30, 40, 50, 60, 70]
    assert shop.jobs.retry(first) == shop.jobs.retry(third) == third, "what is done is not done again"
    told = shop.told()
    assert told["script retry"] == 1
    assert [told[f"begun retry {line}"] for line in range(8)] == [1, 3, 1, 1, 3, 1, 1, 3]
    assert shop.jobs.state(first).status is Status.FAILED, "history is not rewritten"


def test_two_who_retry_at_once_get_one_job(shop: Workshop) -> None:
    job = shop.jobs.start("fussy", "ida", "twice", 2)
    ends(shop, job)
    shop.let("twice.mended")

    with ThreadPoolExecutor(6) as all_at_once:
        again = set(all_at_once.map(lambda _: shop.jobs.retry(job), range(6)))

    assert len(again) == 1
    assert ends(shop, again.pop()).status is Status.DONE
    assert shop.told()["begun twice 1"] == 2


def test_the_same_job_is_started_once_while_it_is_not_over(shop: Workshop) -> None:
    def start(_: object = None) -> str:
        return shop.jobs.start("gated", "jan", "same", 1, 1, deduplicate="same")

    with ThreadPoolExecutor(8) as all_at_once:
        started = set(all_at_once.map(start, range(8)))
    assert len(started) == 1
    job = started.pop()

    shop.jobs.pause(job)
    assert start() == job, "a paused one is not over"
    assert shop.jobs.start("gated", "kim", "same", 1, 1, deduplicate="same") != job, "another person's is another"

    shop.let("same.gate")
    shop.jobs.resume(job)
    assert ends(shop, job).status is Status.DONE
    assert start() != job


def test_a_bug_is_told_as_a_sentence_and_leaves_no_words_in_the_database(shop: Workshop) -> None:
    state = ends(shop, shop.jobs.start("buggy", "lea"))

    assert state.status is Status.FAILED
    assert state.error is not None
    assert state.error.startswith("Something went wrong inside audiokit")
    assert not any("secret words" in cell for cell in cells(shop.folder))


def test_a_result_that_is_not_json_fails_with_a_sentence(shop: Workshop) -> None:
    state = ends(shop, shop.jobs.start("odd", "mia"))

    assert state.error is not None
    assert state.error.startswith("A result holds something that is not JSON")


def test_a_workflow_that_no_worker_knows_fails_with_a_sentence(shop: Workshop) -> None:
    state = ends(shop, shop.jobs.start("from_the_future", "ned"))

    assert state.error is not None
    assert "older than the app" in state.error


def test_what_is_stored_is_json_and_never_pickle(shop: Workshop) -> None:
    ends(shop, shop.jobs.start("lines", "ola", "stored", 2, 0.0, 2))
    ends(shop, shop.jobs.start("buggy", "ola"))

    with closing(sqlite3.connect(shop.folder / "jobs.sqlite")) as connection:
        for table, columns in {
            "workflow_status": ["inputs", "output", "error"],
            "workflow_input": ["inputs"],
            "workflow_output": ["output", "error"],
            "operation_outputs": ["output", "error"],
        }.items():
            for column in columns:
                for (stored,) in connection.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):  # noqa: S608
                    json.loads(stored)
        kinds = connection.execute("SELECT DISTINCT serialization FROM workflow_status").fetchall()
        mode = connection.execute("PRAGMA journal_mode").fetchone()
    assert kinds == [("portable_json",)]
    assert mode == ("wal",)
    # Base64 of a pickle begins like this (protocols 2 to 5).
    assert not any(cell.startswith(("gAI", "gAM", "gAQ", "gAU")) for cell in cells(shop.folder))


def test_the_jobs_of_a_person_are_looked_up_together(shop: Workshop) -> None:
    job = shop.jobs.start("nothing", "pam")
    ends(shop, job)

    states = shop.jobs.states([job, "not-there.1"])

    assert set(states) == {job}
    assert states[job].workflow == "nothing"
    assert shop.jobs.states([]) == {}
    with pytest.raises(NotFound):
        shop.jobs.state("not-there.1")


def test_jobs_that_have_been_over_for_long_are_forgotten_and_paused_ones_are_not(tmp_path: Path) -> None:
    jobs = Jobs(None, tmp_path)
    try:
        paused, cancelled, waiting = (jobs.start("nothing", "quy") for _ in range(3))
        jobs.pause(paused)
        jobs.cancel(cancelled)
        with jobs._client() as client:
            assert forget_old(client, keep=timedelta(days=30)) == 0
            assert forget_old(client, keep=timedelta(days=30), now=datetime.now(UTC) + timedelta(days=31)) == 1

        assert set(jobs.states([paused, cancelled, waiting])) == {paused, waiting}
        assert not any(cancelled in cell for cell in cells(tmp_path))
    finally:
        jobs.close()


def test_a_damaged_database_is_told_as_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"This is no database at all." * 100)

    with pytest.raises(Damaged, match="is damaged"):
        Jobs(None, tmp_path).states(["x.1"])


def test_a_database_that_cannot_be_reached_is_told_as_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be reached") as told:
        Jobs("postgresql://audiokit:made-up@127.0.0.1:1/none", tmp_path).states(["x.1"])

    assert "made-up" not in str(told.value)


@pytest.mark.parametrize(
    "argument",
    [b"sound", (1, 2), {1: "a"}, {"a": {2}}, float("nan"), object(), Path("x"), "\ud800", [[(1,)]]],
    ids=["bytes", "tuple", "number for a name", "set", "nan", "object", "path", "half a character", "deep"],
)
def test_an_argument_that_is_not_json_is_refused_before_anything_is_opened(tmp_path: Path, argument: Any) -> None:
    with pytest.raises(NotJson, match="An argument holds something that is not JSON"):
        Jobs(None, tmp_path / "new").start("lines", "ada", argument)

    assert not (tmp_path / "new").exists()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aé\0\u2028"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_every_json_value_is_let_through_as_it_is(value: Any) -> None:
    assert whole("A value", value) is value


def test_pages_load_the_durable_engine_at_the_first_question_only(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, audiokit.jobs.fan, audiokit.jobs.worker, audiokit.jobs.child\n"
        "from audiokit.jobs.queue import Jobs\n"
        f"jobs = Jobs(None, pathlib.Path({str(tmp_path)!r}))\n"
        "assert 'dbos' not in sys.modules\n"
        "jobs.states(['x.1'])\n"
        "assert 'dbos' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own words


def cells(folder: Path) -> list[str]:
    """Every text in the database."""
    with closing(sqlite3.connect(folder / "jobs.sqlite")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608
    return [cell for row in rows for cell in row if isinstance(cell, str)]
