"""A database that comes back finds every worker alive: nobody is taken for dead, and nothing is begun again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest
from outages import Server
from workshops import eventually, workshop

from audiokit.jobs.values import Status

pytestmark = pytest.mark.postgres

ENOUGH_S = 60.0
LOOKED = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%%pg_advisory_unlock%%' AND pid <> pg_backend_pid()"


def test_workers_outlive_a_database_that_goes_away_and_go_on_with_what_they_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREE_FOR_S", "60")
    server = Server()
    with workshop(tmp_path, n_workers=2, database_url=server.url) as shop:
        job = shop.jobs.start("gated", "ada", "one", 2, 1)
        shop.until_told("begun one 0")
        busy = shop.workers[shop.runs(job)]

        server.goes_away()
        os.kill(busy.pid, signal.SIGSTOP)  # the other worker is back before it
        server.close()
        with psycopg.connect(server.url, autocommit=True) as connection:
            eventually(lambda: connection.execute(LOOKED).fetchone(), "the other one finds its place free")
        os.kill(busy.pid, signal.SIGCONT)
        shop.let("one.gate")

        state = shop.jobs.wait(job, ENOUGH_S)
        assert (state.status, state.result) == (Status.DONE, [0, 1])
        assert {shop.told()[f"begun one {number}"] for number in (0, 1)} == {1}
        assert shop.fallen() == []
