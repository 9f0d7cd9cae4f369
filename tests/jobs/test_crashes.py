"""Workers that are killed, that fall, that end: what was done stays done, and the rest goes on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from postgres import fresh_database_url
from workshops import Workshop, eventually, workshop

from audiokit.jobs.values import Status

ENOUGH_S = 60.0
N_LINES = 40


def kill_as_it_goes(shop: Workshop, job: str, label: str, *, n_kills: int) -> None:
    """Kill whoever runs a job, at random moments; what is recorded by then must never be begun again."""
    moments = random.Random(20261121)  # noqa: S311 - the same ones every time
    kept = dict[str, int]()
    for nth in range(n_kills):
        n_steps = nth * N_LINES // n_kills + moments.randint(1, 9)
        shop.until_recorded(job, n_steps)
        worker = shop.runs(job)
        shop.kill(worker)
        lines = [f"begun {label} {place - 2}" for place in shop.recorded(job) if place >= 2]  # the script is step 1
        kept |= {line: n_times for line, n_times in shop.told().items() if line in lines}
        shop.until_taken_from(worker, job)

    state = shop.jobs.wait(job, ENOUGH_S)
    assert (state.status, state.result) == (Status.DONE, [f"{label}-{number}" for number in range(N_LINES)])
    told = shop.told()
    assert told[f"script {label}"] == told[f"stitched {label}"] == 1
    assert kept
    assert {line: told[line] for line in kept} == kept


def test_nothing_that_is_recorded_is_done_again_whenever_the_worker_is_killed(tmp_path: Path) -> None:
    with workshop(tmp_path, n_workers=3) as shop:
        kill_as_it_goes(shop, shop.jobs.start("lines", "ada", "killed", N_LINES, 0.1, 4), "killed", n_kills=2)


def test_a_job_that_no_worker_survives_is_given_up_and_those_beside_it_are_not(tmp_path: Path) -> None:
    with workshop(tmp_path) as shop:
        beside = shop.jobs.start("gated", "bea", "beside", 1, 1)
        shop.until_told("begun beside 0")
        deadly = shop.jobs.start("deadly", "cyd", "deadly")
        eventually(shop.fallen, "the first worker falls")
        shop.open()
        eventually(shop.fallen, "the second worker falls")
        shop.let("beside.gate")  # else it might run alone, and the deadly one would wait for it
        shop.open()
        for number in range(3, 13):
            eventually(shop.fallen, f"worker {number} falls")
            shop.open()

        state = shop.jobs.wait(deadly, ENOUGH_S)
        assert state.status is Status.FAILED
        assert state.error is not None
        assert "broke down over it again and again" in state.error
        told = shop.told()
        assert (told["script deadly"], told["fell deadly"]) == (1, 12)
        assert shop.jobs.wait(beside, ENOUGH_S).result == [0], "it was there, and was not to blame"


def test_a_worker_that_ends_lets_what_has_begun_end_and_hands_the_rest_to_another(tmp_path: Path) -> None:
    with workshop(tmp_path) as shop:
        job = shop.jobs.start("gated", "dot", "ending", 4, 2)
        shop.until_told("begun ending 0", "begun ending 1")

        ended = shop.end("slot-0")
        shop.until_told("stopping")
        shop.let("ending.gate")
        assert ended() == 0
        assert shop.jobs.state(job).status is Status.QUEUED
        assert shop.told()["closed"] == 1
        assert "begun ending 2" not in shop.told()

        shop.open()
        assert shop.jobs.wait(job, ENOUGH_S).result == [0, 1, 2, 3]
        assert {shop.told()[f"begun ending {line}"] for line in range(4)} == {1}


@pytest.mark.postgres
def test_on_postgresql_it_is_the_same(tmp_path: Path) -> None:
    with workshop(tmp_path, n_workers=3, database_url=fresh_database_url()) as shop:
        kill_as_it_goes(shop, shop.jobs.start("lines", "ada", "killed", N_LINES, 0.1, 4), "killed", n_kills=2)

        job = shop.jobs.start("gated", "ada", "pause", 3, 1, deduplicate="once")
        assert shop.jobs.start("gated", "ada", "pause", 3, 1, deduplicate="once") == job
        shop.until_told("begun pause 0")
        shop.jobs.pause(job)
        assert shop.jobs.state(job).status is Status.PAUSED
        shop.let("pause.gate")
        shop.jobs.resume(job)
        assert shop.jobs.wait(job, ENOUGH_S).result == [0, 1, 2]

        failed = shop.jobs.start("fussy", "ada", "retry", 4)
        assert shop.jobs.wait(failed, ENOUGH_S).status is Status.FAILED
        shop.let("retry.mended")
        assert shop.jobs.wait(shop.jobs.retry(failed), ENOUGH_S).result == [0, 10, 20, 30]
        assert shop.told()["begun retry 0"] == 1
