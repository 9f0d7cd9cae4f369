"""The sums that the charts are made of agree with the entries: as they are written, made anew, and loaded in bulk."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from postgres import fresh_database_url
from sqlalchemy import literal, select, union_all

from audiokit.store.database import Database, open_database
from audiokit.store.ids import new_id
from audiokit.store.tables import tally_day, tally_latency, tally_month, tally_sound
from audiokit.usage.days import day_of
from audiokit.usage.entries import Entry, correction_of
from audiokit.usage.ledger import Ledger
from audiokit.usage.rebuilding import ensure, rebuild
from audiokit.usage.reports import Period, Reports, Scope, Sums

sys.path.append(str(Path(__file__).parents[2]))  # the generator of the benchmark

from benchmarks._ledger_entries import PEOPLE, Columns, days_of, entries_of
from benchmarks._ledger_load import load

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
EVENING = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # tomorrow in Berlin


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else fresh_database_url()


@pytest.fixture
def database(address: str | None, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(address, tmp_path)
    yield opened
    opened.close()


def an_entry(**given: Any) -> Entry:
    known: dict[str, Any] = {
        "id": new_id(),
        "at": EVENING,
        "person_id": "ada",
        "page": "record_and_converse",
        "endpoint": "openai",
        "kind": "converse",
        "model_asked": "gpt-audio-1.5",
        "total_ms": 1200,
        "outcome": "answered",
    }
    return Entry(**{**known, **given})


def tallies(database: Database) -> tuple[set[Any], set[Any]]:
    """Every row of both tables; one that has come to nothing is as good as none."""
    with database.read() as connection:
        rows = union_all(*(select(literal(table.name), table) for table in (tally_day, tally_month)))
        sums = {tuple(row) for row in connection.execute(rows) if any(row[5:])}
        counts = (select(table) for table in (tally_latency, tally_sound))
        times = {tuple(row) for statement in counts for row in connection.execute(statement)}
    return sums, times


def a_few_days() -> list[Columns]:
    return list(days_of(600, 9))


def test_written_one_by_one_made_anew_or_loaded_in_bulk_the_sums_are_the_same(
    database: Database, address: str | None, tmp_path: Path
) -> None:
    ledger = Ledger(database, BERLIN)
    entries = [entry for day in a_few_days() for entry in entries_of(day)]
    for entry in entries:
        ledger.write(entry)
    unknown = next(entry for entry in entries if entry.cost_nanousd is None)
    assert ledger.correct(unknown, correction_of(unknown, cost_nanousd=5, price_id="p"))
    one_by_one = tallies(database)

    rebuild(database, BERLIN)

    assert tallies(database) == one_by_one
    other = None if address is None else fresh_database_url()
    in_bulk = open_database(other, tmp_path / "bulk")
    load(other, tmp_path / "bulk", a_few_days())
    (loaded,) = (one for one in Ledger(in_bulk).of_conversation(unknown.conversation_id or "") if one.id == unknown.id)
    Ledger(in_bulk, BERLIN).correct(loaded, correction_of(loaded, cost_nanousd=5, price_id="p"))
    ensure(in_bulk, BERLIN)
    assert tallies(in_bulk) == one_by_one
    in_bulk.close()


def test_the_sums_are_those_of_the_entries_by_an_independent_count(database: Database) -> None:
    ledger, reports = Ledger(database, KATHMANDU), Reports(database, KATHMANDU)
    entries = [entry for day in a_few_days() for entry in entries_of(day)]
    expected = defaultdict[tuple[str, date], list[int]](lambda: [0, 0, 0, 0])
    for entry in entries:
        ledger.write(entry)
        counted = expected[entry.person_id, day_of(entry.at, KATHMANDU)]
        heard = entry.outcome in ("answered", "cut")
        added = (1, entry.cost_nanousd or 0, entry.cost_nanousd is None, (entry.output_ms or 0) if heard else 0)
        for number, amount in enumerate(added):
            counted[number] += amount

    period = Period(min(day for _, day in expected), max(day for _, day in expected))
    for who in PEOPLE[:5]:
        for day in reports.daily(Scope(person_id=who), period):
            told = day.sums.n_calls, day.sums.cost_nanousd, day.sums.n_unknown, day.sums.output_ms
            assert list(told) == expected[who, day.day]
    assert reports.tiles(Scope(), period).now.n_calls == len(entries)


def test_an_entry_that_is_there_already_adds_nothing(database: Database) -> None:
    ledger, entry = Ledger(database), an_entry(cost_nanousd=7)
    ledger.write(entry)
    before = tallies(database)

    ledger.write(replace(entry, cost_nanousd=9))

    assert tallies(database) == before


def test_what_no_database_can_hold_is_kept_in_the_sums_as_it_is_in_the_entry(database: Database) -> None:
    Ledger(database).write(an_entry(page="a\x00b", model_asked="half \ud83d", person_id="a\x00", cost_nanousd=7))
    as_written = tallies(database)

    rebuild(database, ZoneInfo("UTC"))

    assert tallies(database) == as_written


def test_what_is_written_by_eight_at_once_is_counted_whole(database: Database) -> None:
    ledger = Ledger(database)

    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda n: ledger.write(an_entry(cost_nanousd=n, person_id=f"p{n % 3}")), range(64)):
            pass

    day = EVENING.date()
    assert Reports(database, ZoneInfo("UTC")).tiles(Scope(), Period(day, day)).now.cost_nanousd == sum(range(64))


def test_what_is_written_while_the_sums_are_made_anew_is_counted_once(database: Database) -> None:
    ledger, done = Ledger(database), threading.Event()
    for entry in (entry for day in a_few_days() for entry in entries_of(day)):
        ledger.write(entry)

    def write_on() -> int:
        n_written = 0
        while not done.is_set():
            ledger.write(an_entry(at=datetime(2023, 11, 25, 12, tzinfo=UTC)))
            n_written += 1
        return n_written

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(write_on)
        rebuild(database, ZoneInfo("UTC"))
        done.set()
        writing.result()

    while_written = tallies(database)
    rebuild(database, ZoneInfo("UTC"))
    assert tallies(database) == while_written


def test_another_time_zone_moves_an_evening_to_the_next_day_once_the_sums_are_made_anew(database: Database) -> None:
    utc = ZoneInfo("UTC")
    Ledger(database, utc).write(an_entry(cost_nanousd=7))
    ensure(database, utc)
    last_of_month = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    Ledger(database, utc).write(an_entry(cost_nanousd=1, at=last_of_month))

    ensure(database, BERLIN)

    found = Reports(database, BERLIN).daily(Scope(), Period(date(2026, 11, 20), date(2026, 12, 2)))
    assert {day.day: day.sums.cost_nanousd for day in found if day.sums.n_calls} == {
        date(2026, 11, 22): 7,
        date(2026, 12, 1): 1,
    }


def test_a_database_from_before_the_sums_has_them_at_the_first_start(database: Database) -> None:
    Ledger(database).write(an_entry(cost_nanousd=7))
    with database.write() as connection:
        for table in (tally_day, tally_month, tally_latency, tally_sound):
            connection.execute(table.delete())

    ensure(database, BERLIN)

    assert Reports(database, BERLIN).tiles(Scope(), Period(date(2026, 11, 22), date(2026, 11, 22))).now == Sums(
        n_calls=1, cost_nanousd=7
    )
    before = tallies(database)
    ensure(database, BERLIN)
    assert tallies(database) == before


def test_a_correction_is_an_entry_of_its_own_and_counts_on_the_day_of_the_call(database: Database) -> None:
    ledger, reports, day = Ledger(database), Reports(database, ZoneInfo("UTC")), EVENING.date()
    ledger.write(an_entry(id="call", turn_id="turn", input_ms=900))
    (call,) = ledger.of_turn("turn")
    assert reports.tiles(Scope(), Period(day, day)).now.n_unknown == 1

    assert ledger.correct(call, correction_of(call, cost_nanousd=70, cost_text_nanousd=70, price_id="p1"))
    (priced,) = ledger.of_turn("turn")
    assert ledger.correct(priced, correction_of(priced, cost_nanousd=-20, cost_text_nanousd=-20, price_id="p2"))

    (now,) = ledger.of_turn("turn")
    assert (now.cost_nanousd, now.price_id, now.input_ms) == (50, "p2", 900)
    assert [one.cost_nanousd for one in ledger.history("call")] == [None, 70, -20]
    assert ledger.recent("ada", 5) == (now,)
    sums = reports.tiles(Scope(), Period(day, day)).now
    assert (sums.n_calls, sums.n_unknown, sums.cost_nanousd, sums.cost_text_nanousd) == (1, 0, 50, 50)
    assert asdict(ledger.spent_nanousd("ada", EVENING - timedelta(days=1))) == {"known_nanousd": 50, "n_unknown": 0}


def test_of_two_who_correct_the_same_call_one_does(database: Database) -> None:
    ledger = Ledger(database)
    ledger.write(an_entry(id="call"))
    (call,) = ledger.recent("ada", 1)

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: ledger.correct(call, correction_of(call, cost_nanousd=7)), range(4)))

    assert done.count(True) == 1
    assert ledger.spent_nanousd("ada", EVENING).known_nanousd == 7
