"""Money held for a batch whose recordings are worked on side by side; for programmes see the tests of summaries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiokit.errors import BudgetExceeded
from audiokit.people.persons import Persons
from audiokit.sentiment.batches import Batches
from audiokit.sentiment.kept import Options
from audiokit.sentiment.recordings import Recordings
from audiokit.store.database import Database, open_database
from audiokit.store.ids import new_id
from audiokit.store.tables import batch, recording
from audiokit.usage.entries import correction_of
from audiokit.usage.ledger import Entry, Ledger
from audiokit.usage.purse import Purse

ME = "local"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None, tmp_path)
    Persons(opened).local()
    yield opened
    opened.close()


def purse_of(database: Database) -> Purse:
    return Purse(database, batch, "batch", part_of=recording.c.batch_id)


def batch_of(database: Database, *, cap_nanousd: int | None, n_recordings: int = 2) -> tuple[str, list[str]]:
    batches, recordings = Batches(database), Recordings(database)
    made = batches.add(ME, Options())
    batches.change(ME, made.id, cap_nanousd=cap_nanousd)
    return made.id, [recordings.add(ME, made.id, f"{number}.wav", "0" * 64) for number in range(n_recordings)]


def spend(database: Database, recording_id: str, nanousd: int | None) -> None:
    Ledger(database).write(
        Entry(
            id=new_id(),
            at=datetime.now(UTC),
            person_id=ME,
            page="sentiment_analysis",
            conversation_id=recording_id,
            endpoint="openai",
            kind="converse",
            model_asked="m",
            cost_nanousd=nanousd,
            total_ms=1,
            outcome="answered",
        )
    )


def spent(database: Database, batch_id: str) -> int:
    return Batches(database).open(ME, batch_id).money.spent_nanousd


def test_the_recordings_of_a_batch_share_its_cap(database: Database) -> None:
    (batch_id, (one, other)), purse = batch_of(database, cap_nanousd=1_000), purse_of(database)
    with purse.holding(batch_id, 700, part_id=one):
        spend(database, one, 650)
        with pytest.raises(BudgetExceeded, match="for this batch"), purse.holding(batch_id, 400, part_id=other):
            pass
        with purse.holding(batch_id, 300, part_id=other):
            spend(database, other, 200)
    assert spent(database, batch_id) == 850


def test_a_recording_that_begins_again_lets_go_of_its_own_part_only(database: Database) -> None:
    (batch_id, (one, other)), purse = batch_of(database, cap_nanousd=1_000), purse_of(database)
    crashed = purse.holding(batch_id, 500, part_id=one)
    crashed.__enter__()
    with purse.holding(batch_id, 400, part_id=other):
        purse.begin(batch_id, part_id=one)
        with pytest.raises(BudgetExceeded), purse.holding(batch_id, 601, part_id=one):
            pass
        with purse.holding(batch_id, 600, part_id=one):
            pass


def test_a_cost_that_nobody_knows_is_told_as_such_until_a_correction_tells_it(database: Database) -> None:
    batches, ledger = Batches(database), Ledger(database)
    batch_id, (one, _) = batch_of(database, cap_nanousd=None)
    spend(database, one, 100)
    spend(database, one, None)
    assert batches.open(ME, batch_id).money.n_unknown == 1
    assert [heading.money.n_unknown for heading in batches.headings(ME)] == [1]

    (unknown,) = (entry for entry in ledger.of_conversation(one) if entry.cost_nanousd is None)
    assert ledger.correct(unknown, correction_of(unknown, cost_nanousd=50))

    assert batches.open(ME, batch_id).money.n_unknown == 0
    assert [heading.money.n_unknown for heading in batches.headings(ME)] == [0]


def test_what_a_batch_that_is_gone_would_pay_is_refused(database: Database) -> None:
    batch_id, (one, _) = batch_of(database, cap_nanousd=None)
    Batches(database).remove(ME, batch_id)
    with pytest.raises(BudgetExceeded, match="not here any more"), purse_of(database).holding(batch_id, 1, part_id=one):
        pass


_calls = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400), st.integers(0, 100)), max_size=12)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cap=st.integers(0, 1_500), calls=_calls)
def test_estimates_that_hold_never_cross_the_cap(
    database: Database, cap: int, calls: list[tuple[int, int, int]]
) -> None:
    (batch_id, ids), purse = batch_of(database, cap_nanousd=cap, n_recordings=4), purse_of(database)
    paid = 0
    for which, estimate, percent in calls:
        try:
            with purse.holding(batch_id, estimate, part_id=ids[which]):
                spend(database, ids[which], estimate * percent // 100)
                paid += estimate * percent // 100
        except BudgetExceeded:
            assert paid + estimate > cap
    assert spent(database, batch_id) == paid <= cap
