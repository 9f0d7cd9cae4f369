from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from postgres import fresh_database_url

from audiokit.errors import Busy
from audiokit.store.flights import open_flights

# One who makes what is not there yet, in threads of its own; every making leaves a line behind.
CROWD = """
import sys, threading, time
from pathlib import Path
from audiokit.store.flights import open_flights
folder, url = Path(sys.argv[1]), sys.argv[2] or None
flights = open_flights(url, folder)
def want(key):
    with flights.only_one(key):
        made = folder / f"made-{key}"
        if not made.exists():
            with open(folder / "makings", "a") as makings: makings.write(key + "\\n")
            time.sleep(0.05)
            made.touch()
print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=want, args=(f"key{n % 5}",)) for k in range(5) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
HOLDER = """
import sys, time
from pathlib import Path
from audiokit.store.flights import open_flights
with open_flights(sys.argv[2] or None, Path(sys.argv[1])).only_one("key"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["files", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "files" else fresh_database_url()


def started(code: str, folder: Path, url: str | None) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", code, str(folder), url or ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_three_processes_with_many_threads_each_only_one_makes_each_thing(tmp_path: Path, url: str | None) -> None:
    crowd = [started(CROWD, tmp_path, url) for _ in range(3)]
    assert [said(process) for process in crowd] == ["ready"] * 3
    for process in crowd:
        process.communicate("go\n", timeout=120)
    assert [process.returncode for process in crowd] == [0, 0, 0]
    assert sorted((tmp_path / "makings").read_text().split()) == [f"key{n}" for n in range(5)]


def test_one_that_is_killed_lets_the_next_one_in(tmp_path: Path, url: str | None) -> None:
    flights = open_flights(url, tmp_path)
    holder = started(HOLDER, tmp_path, url)
    assert said(holder) == "held"
    with ThreadPoolExecutor(1) as pool:
        inside = threading.Event()

        def enter() -> None:
            with flights.only_one("key"):
                inside.set()

        waiting = pool.submit(enter)
        assert not inside.wait(0.2)
        holder.send_signal(signal.SIGKILL)
        waiting.result(timeout=30)
    holder.communicate()


def test_other_keys_do_not_wait(tmp_path: Path, url: str | None) -> None:
    flights = open_flights(url, tmp_path)
    with flights.only_one("one"), flights.only_one("other"), open_flights(url, tmp_path).only_one("third"):
        pass


def test_who_waits_too_long_is_told_so_and_may_come_again(tmp_path: Path, url: str | None) -> None:
    patient, hasty = open_flights(url, tmp_path), open_flights(url, tmp_path, patience_s=0.05)
    with patient.only_one("key"), pytest.raises(Busy, match="try again"), hasty.only_one("key"):
        raise AssertionError("nobody else comes in")
    with hasty.only_one("key"):
        pass


def test_threads_of_one_process_wait_for_no_longer_than_their_patience(tmp_path: Path) -> None:
    flights = open_flights(None, tmp_path, patience_s=0.05)

    def enter() -> None:
        with flights.only_one("key"):
            raise AssertionError("nobody else comes in")

    with ThreadPoolExecutor(1) as pool, flights.only_one("key"), pytest.raises(Busy):
        pool.submit(enter).result()


def test_an_error_inside_lets_the_next_one_in(tmp_path: Path, url: str | None) -> None:
    flights = open_flights(url, tmp_path)
    with pytest.raises(KeyError), flights.only_one("key"):
        raise KeyError
    with flights.only_one("key"):
        pass


def test_no_file_is_left_behind(tmp_path: Path) -> None:
    flights = open_flights(None, tmp_path)

    def enter(number: int) -> None:
        with flights.only_one(f"key{number % 3}"):
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(300)))
    assert list((tmp_path / "flights").iterdir()) == []
    assert flights._gates == {}
