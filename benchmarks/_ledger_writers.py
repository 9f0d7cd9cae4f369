"""Four threads that append entries for a while: ``python -m benchmarks._ledger_writers FOLDER SECONDS [URL]``.

It says that it is ready, waits for a line, and prints how many entries it wrote.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from audiokit.store.columns import utc_now
from audiokit.store.database import open_database
from audiokit.store.ids import new_id
from audiokit.usage.entries import Entry
from audiokit.usage.ledger import Ledger
from benchmarks._ledger_entries import days_of, entries_of

N_THREADS = 4


def main() -> None:
    """Open, wait, write."""
    folder, seconds, url = Path(sys.argv[1]), float(sys.argv[2]), (*sys.argv[3:], None)[0]
    samples = [entry for day in days_of(2_000, 7) for entry in entries_of(day)]
    database = open_database(url, folder)
    ledger = Ledger(database)
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(N_THREADS) as threads:
        written = threads.map(partial(_write, ledger, samples, until), range(N_THREADS))
        print(sum(written), flush=True)
    database.close()


def _write(ledger: Ledger, samples: list[Entry], until: float, number: int) -> int:
    n_written = 0
    while time.monotonic() < until:
        sample = samples[(n_written * N_THREADS + number) % len(samples)]
        ledger.write(replace(sample, id=new_id(), at=utc_now()))
        n_written += 1
    return n_written


if __name__ == "__main__":
    main()
