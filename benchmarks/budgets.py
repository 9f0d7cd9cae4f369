"""Fifty parallel calls from four processes against a budget for ten: how many runs overspend, and what holding costs.

SQLite in a folder of its own, or the PostgreSQL of AUDIOKIT_BENCHMARK_DATABASE_URL, whose tables are written to.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from audiokit.store.database import open_database
from audiokit.store.ids import new_id
from audiokit.usage.budgets import Budgets, Every, ScopeKind, Spender
from benchmarks._spending import PAGE

_RUNS, _PROCESSES = 20, 4
_CALLS, _AFFORDABLE, _COST_NANOUSD = 50, 10, 1_000_000
_LOOKS = 2_000


def run() -> dict[str, float]:
    """Return how many of 20 runs let more, or fewer, calls pass than the budget is for, and the times of holding."""
    url = os.environ.get("AUDIOKIT_BENCHMARK_DATABASE_URL")
    with tempfile.TemporaryDirectory() as name:
        database = open_database(url, Path(name))
        budgets = Budgets(database, ZoneInfo("UTC"))
        unlimited_ms = _look_ms(budgets)
        budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, 10**15)
        budgets.put(ScopeKind.PAGE, PAGE, Every.WEEK, 10**15)
        with processes(Path(name), url) as callers:
            runs = [_one_run(budgets, callers) for _ in range(_RUNS)]
        database.close()
    held_ms = [ms for run in runs for ms in run["hold_ms"]]
    return {
        "overspent_runs": float(sum(run["spent"] > run["limit"] for run in runs)),
        "wrong_runs": float(sum(len(run["hold_ms"]) != _AFFORDABLE for run in runs)),
        "hold_ms_p50": float(np.percentile(held_ms, 50)),
        "hold_ms_p99": float(np.percentile(held_ms, 99)),
        "unlimited_hold_ms": unlimited_ms,
    }


@contextmanager
def processes(folder: Path, url: str | None, n: int = _PROCESSES) -> Iterator[Sequence[subprocess.Popen[str]]]:
    """Start so many processes that make calls, and stop them."""
    command = [sys.executable, "-m", "benchmarks._spending", str(folder), *([url] if url else [])]
    with ExitStack() as stack:
        callers = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))  # noqa: S603
            for _ in range(n)
        ]
        for caller in callers:
            stack.callback(caller.terminate)
            _line(caller)
        yield callers


def spend(callers: Sequence[subprocess.Popen[str]], person_id: str, n_calls: int, cost_nanousd: int) -> dict[str, Any]:
    """Have calls made side by side; return how long each that passed was held up, and how many were refused."""
    for number, caller in enumerate(callers):
        n_of_it = len(range(number, n_calls, len(callers)))
        order = {"person_id": person_id, "n_calls": n_of_it, "cost_nanousd": cost_nanousd}
        assert caller.stdin is not None
        caller.stdin.write(json.dumps(order) + "\n")
        caller.stdin.flush()
    told = [json.loads(_line(caller)) for caller in callers]
    return {
        "hold_ms": [ms for one in told for ms in one["hold_ms"]],
        "n_refused": sum(one["n_refused"] for one in told),
    }


def _one_run(budgets: Budgets, callers: Sequence[subprocess.Popen[str]]) -> dict[str, Any]:
    person_id, limit = new_id(), _AFFORDABLE * _COST_NANOUSD
    budget = budgets.put(ScopeKind.PERSON, person_id, Every.DAY, limit)
    told = spend(callers, person_id, _CALLS, _COST_NANOUSD)
    (standing,) = budgets.standings((budget,))
    return told | {"spent": standing.spent_nanousd, "limit": limit}


def _look_ms(budgets: Budgets) -> float:
    """Return how long a call is held up on average where there are no budgets."""
    spender, began = Spender(person_id="local", page=PAGE, model="m"), time.perf_counter()
    for _ in range(_LOOKS):
        assert budgets.hold(spender, _COST_NANOUSD) is None
    return (time.perf_counter() - began) * 1000 / _LOOKS


def _line(caller: subprocess.Popen[str]) -> str:
    assert caller.stdout is not None
    return caller.stdout.readline()
