"""What a provider allows a minute, kept by all processes that share a database: both databases."""

from __future__ import annotations

import bisect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres import fresh_database_url

from audiokit.store.database import Database, open_database
from audiokit.store.rates import Rates, _advanced, _rate

_TAKES = """
import json, sys
from pathlib import Path
from audiokit.store.database import open_database
from audiokit.store.rates import Rates

database = open_database(sys.argv[2] or None, Path(sys.argv[1]))
rates = Rates(database)
print("ready", flush=True)
sys.stdin.readline()  # all together
print(json.dumps([rates.take("r", per_minute=600, amount=3, ahead_s=1e6).at_s for _ in range(100)]))
database.close()
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else fresh_database_url()


@pytest.fixture
def database(address: str | None, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(address, tmp_path)
    yield opened
    opened.close()


def most_in_a_minute(turns_s: list[float], amount: int) -> int:
    return max(amount * (bisect.bisect_left(turns_s, at + 60) - first) for first, at in enumerate(turns_s))


@pytest.mark.usefixtures("database")
def test_three_processes_together_never_take_more_than_is_allowed_and_hardly_less(
    address: str | None, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _TAKES, str(tmp_path), address or ""]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    turns = sorted(at for child in children for at in json.loads(child.communicate("\n", timeout=120)[0]))

    assert len(turns) == 300
    assert most_in_a_minute(turns, 3) <= 600
    assert 3 * len(turns) / (turns[-1] - turns[0]) > 0.85 * 600 / 60


def test_who_will_not_wait_takes_nothing(database: Database) -> None:
    rates = Rates(database)
    assert rates.take("r", per_minute=60, amount=3).is_taken
    assert rates.take("other", per_minute=60, amount=3).is_taken

    told = [rates.take("r", per_minute=60, ahead_s=0.01) for _ in range(5)]

    assert not any(turn.is_taken for turn in told)
    assert told[-1].wait_s <= told[0].wait_s < 1.2


@given(per_minute=st.integers(1, 50_000_000), shares=st.lists(st.floats(0.0, 1.5), min_size=1, max_size=60))
@settings(max_examples=60)
def test_however_much_is_taken_at_a_time_no_minute_has_more_than_is_allowed(
    per_minute: int, shares: list[float]
) -> None:
    full_at, now_ms, turns = 0, 1_700_000_000_000, list[tuple[float, int]]()
    for share in shares:
        amount = max(1, int(share * per_minute / 8))
        allowed, units = _rate(per_minute, amount)
        full_at, wait_ms = _advanced(allowed, full_at, now_ms, units)
        turns.append(((now_ms + wait_ms) / 1000, amount))

    for first, (at, _) in enumerate(turns):
        within = [amount for later, amount in turns[first + 1 :] if later < at + 60]
        assert sum(within) <= per_minute
