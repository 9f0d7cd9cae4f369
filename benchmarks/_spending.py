"""A process that makes calls against budgets, told on standard input how many and for whom; for budgets.py and tests.

Each line in is JSON: ``{"person_id", "n_calls", "cost_nanousd"}``; each line out is what came of it.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from audiokit.errors import BudgetExceeded
from audiokit.store.database import Database, open_database
from audiokit.store.ids import new_id
from audiokit.usage.budgets import Budgets, Spender
from audiokit.usage.ledger import Entry, Ledger

__all__ = ["PAGE", "Caller", "entry_of", "main"]

PAGE = "record_and_converse"
_MODEL = "gpt-audio-1.5"
_AT_ONCE = 16
_TAKES_S = 0.002  # long enough for calls to overlap


class Caller:
    """Makes calls that cost what they were expected to."""

    def __init__(self, database: Database) -> None:
        self._budgets = Budgets(database, ZoneInfo("UTC"))
        self._ledger = Ledger(database)

    def call(self, person_id: str, cost_nanousd: int) -> float | None:
        """Make one; return how long it took to hold its cost in ms, None where it was refused."""
        began = time.perf_counter()
        try:
            hold = self._budgets.hold(Spender(person_id=person_id, page=PAGE, model=_MODEL), cost_nanousd)
        except BudgetExceeded:
            return None
        held_ms = (time.perf_counter() - began) * 1000
        time.sleep(_TAKES_S)
        if hold is None:
            self._ledger.write(entry_of(person_id, cost_nanousd))
        else:
            self._budgets.settle(hold, entry_of(person_id, cost_nanousd))
        return held_ms

    def calls(self, person_id: str, n_calls: int, cost_nanousd: int) -> dict[str, Any]:
        """Make so many side by side."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            took_ms = list(threads.map(lambda _: self.call(person_id, cost_nanousd), range(n_calls)))
        return {"hold_ms": [ms for ms in took_ms if ms is not None], "n_refused": took_ms.count(None)}


def entry_of(person_id: str, cost_nanousd: int | None, at: datetime | None = None) -> Entry:
    """Return the entry of a call that was answered."""
    return Entry(
        id=new_id(),
        at=at or datetime.now(UTC),
        person_id=person_id,
        page=PAGE,
        endpoint="openai",
        kind="converse",
        model_asked=_MODEL,
        cost_nanousd=cost_nanousd,
        total_ms=1,
        outcome="answered",
    )


def main() -> None:
    """Do what the lines say: ``python -m benchmarks._spending FOLDER [DATABASE_URL]``."""
    database = open_database(sys.argv[2] if len(sys.argv) > 2 else None, Path(sys.argv[1]))
    caller = Caller(database)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(caller.calls(**json.loads(line))), flush=True)
    database.close()


if __name__ == "__main__":
    main()
