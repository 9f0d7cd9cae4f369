from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from postgres import fresh_database_url

from audiokit.store.in_hand import InHand, open_in_hand

HOLDER = """
import sys
from pathlib import Path
from audiokit.store.in_hand import open_in_hand
held = open_in_hand(sys.argv[1], Path(sys.argv[2]))
held.take("turn")
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.mark.postgres
def test_what_a_process_has_in_hand_is_known_elsewhere_until_it_lets_go_or_dies(tmp_path: Path) -> None:
    url = fresh_database_url()
    here = open_in_hand(url, tmp_path)
    command = [sys.executable, "-c", HOLDER, url, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: S603 - ourselves
        assert other.stdout is not None
        assert other.stdout.readline() == b"taken\n"
        assert here.is_elsewhere("turn")
        assert not here.is_elsewhere("another")

        other.kill()
        other.wait()

    until_free(here, "turn")
    here.take("turn")
    there = open_in_hand(url, tmp_path)
    assert there.is_elsewhere("turn")
    assert not here.is_elsewhere("turn"), "it is in hand here"
    here.let_go("turn")
    assert not there.is_elsewhere("turn")
    here.close()
    there.close()


@pytest.mark.postgres
def test_what_is_in_hand_is_told_again_once_a_lost_connection_is_back(tmp_path: Path) -> None:
    url = fresh_database_url()
    here, there = open_in_hand(url, tmp_path), open_in_hand(url, tmp_path)
    here.take("first")
    cut_off(url)
    here.take("missed")  # it finds out that the connection is gone
    here.take("second")

    assert all(there.is_elsewhere(name) or there.is_elsewhere(name) for name in ("first", "missed", "second"))
    here.let_go("first")
    assert not there.is_elsewhere("first")
    here.close()
    there.close()


def test_alone_nothing_is_elsewhere(tmp_path: Path) -> None:
    here = open_in_hand(None, tmp_path)
    here.take("turn")
    assert not here.is_elsewhere("turn")
    assert not open_in_hand(None, tmp_path).is_elsewhere("turn")
    here.close()


def until_free(here: InHand, name: str) -> None:
    """Wait until the server has noticed that a client is dead."""

    give_up_at = time.monotonic() + 60
    while here.is_elsewhere(name):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def cut_off(url: str) -> None:
    """End every other connection to this database, as a server that is started anew does."""
    import psycopg  # noqa: PLC0415 - skipped where it is not installed

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
