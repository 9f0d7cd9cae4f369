"""Budgets: what passes and what does not, by one process and by four, and that they always agree with the ledger."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import fresh_database_url
from sqlalchemy import func, select, update

from audiokit.errors import BudgetExceeded, InputError
from audiokit.people.persons import Persons
from audiokit.store.database import Database, open_database
from audiokit.store.ids import new_id
from audiokit.store.tables import budget_hold, entry, notice, person
from audiokit.usage.budget import first_days, next_start
from audiokit.usage.budgets import Budget, Budgets, Every, ScopeKind, Spender, Standing
from audiokit.usage.ledger import Entry, Ledger
from benchmarks.budgets import processes, spend

BERLIN = ZoneInfo("Europe/Berlin")
ME = Spender(person_id="local", page="record_and_converse", model="gpt-audio-1.5")
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else fresh_database_url()


@pytest.fixture
def database(url: str | None, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(url, tmp_path)
    Persons(opened).local()
    yield opened
    opened.close()


class Time:
    """A moment that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        """Return the same as a steady clock."""
        return self.now.timestamp()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def budgets(database: Database, time: Time) -> Budgets:
    return Budgets(database, BERLIN, now=time, clock=time.seconds)


def entry_of(spender: Spender, cost_nanousd: int | None, at: datetime, **more: object) -> Entry:
    call = Entry(
        id=new_id(),
        at=at,
        person_id=spender.person_id,
        page=spender.page,
        endpoint="openai",
        kind="converse",
        model_asked=spender.model,
        cost_nanousd=cost_nanousd,
        total_ms=1,
        outcome="answered",
    )
    return replace(call, **more)  # type: ignore[arg-type]  # names and values of a dataclass


def of(budgets: Budgets, budget: Budget) -> Standing:
    (standing,) = budgets.standings((budget,))
    return standing


def test_a_call_counts_in_every_budget_that_applies_and_in_no_other(
    database: Database, budgets: Budgets, time: Time
) -> None:
    with database.write() as connection:
        connection.execute(update(person).values(team="Radio"))
    names = {
        ScopeKind.INSTALLATION: "",
        ScopeKind.TEAM: "Radio",
        ScopeKind.PERSON: ME.person_id,
        ScopeKind.PAGE: ME.page,
        ScopeKind.MODEL: ME.model,
    }
    counted = [budgets.put(kind, name, Every.DAY, 1_000) for kind, name in names.items()]
    others = [budgets.put(kind, "other", Every.DAY, 1_000) for kind, name in names.items() if name]
    hold = budgets.hold(ME, 400)
    assert hold is not None
    assert [of(budgets, one).held_nanousd for one in counted] == [400] * 5

    budgets.settle(hold, entry_of(ME, 300, time.now))

    assert [(of(budgets, one).spent_nanousd, of(budgets, one).held_nanousd) for one in counted] == [(300, 0)] * 5
    assert [of(budgets, one).spent_nanousd for one in others] == [0] * 4
    standing = {one.budget.id for one in budgets.standing(ME.person_id)}
    own_kinds = {ScopeKind.PERSON, ScopeKind.TEAM}
    assert standing == {one.id for one in (*counted, *others) if one in counted or one.scope_kind not in own_kinds}


def test_the_tightest_budget_decides_and_nothing_is_held_of_the_others(budgets: Budgets) -> None:
    wide = budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, 1_000_000)
    budgets.put(ScopeKind.MODEL, ME.model, Every.WEEK, 100)

    with pytest.raises(BudgetExceeded) as refused:
        budgets.hold(ME, 101)

    assert "The budget of the model gpt-audio-1.5 for this week" in str(refused.value)
    assert "begins anew on Monday, 23 November 2026" in str(refused.value)
    assert "Usage & Cost" in str(refused.value)
    assert of(budgets, wide).held_nanousd == 0
    assert budgets.hold(ME, 100) is not None


def test_a_soft_budget_and_what_is_free_or_unknown_stop_nobody(budgets: Budgets, time: Time) -> None:
    soft = budgets.put(ScopeKind.PERSON, ME.person_id, Every.DAY, 100, is_hard=False)
    time.now += timedelta(days=1)  # in a period that nothing has been counted in
    assert budgets.hold(ME, 5_000) is not None
    assert of(budgets, soft).held_nanousd == 5_000
    budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 0)
    assert budgets.hold(ME, 0) is None
    assert budgets.hold(ME, None) is None
    assert budgets.refusal(ME, 1) is not None
    with pytest.raises(BudgetExceeded):
        budgets.hold(ME, 1)


def test_what_was_spent_before_a_budget_was_set_counts(database: Database, budgets: Budgets, time: Time) -> None:
    ledger = Ledger(database, BERLIN)
    ledger.write(entry_of(ME, 70, time.now))
    ledger.write(entry_of(ME, 1_000, time.now - timedelta(days=1)))
    ledger.write(entry_of(replace(ME, person_id="ada"), 1_000, time.now))

    budget = budgets.put(ScopeKind.PERSON, ME.person_id, Every.DAY, 100)

    assert of(budgets, budget).spent_nanousd == 70
    raised = budgets.put(ScopeKind.PERSON, ME.person_id, Every.DAY, 200)
    assert raised.id == budget.id
    assert (of(budgets, raised).spent_nanousd, of(budgets, raised).share) == (70, 0.35)
    budgets.remove(budget.id)
    assert budgets.all() == ()


def test_a_person_who_changes_teams_takes_along_what_they_spent(
    database: Database, budgets: Budgets, time: Time
) -> None:
    left, joined, theirs = (budgets.put(ScopeKind.TEAM, name, Every.WEEK, 100) for name in ("Radio", "Museum", "Lab"))
    with database.write() as connection:
        connection.execute(update(person).values(team="Radio"))
    Ledger(database, BERLIN).write(entry_of(ME, 70, time.now))
    hold = budgets.hold(ME, 20)
    with database.write() as connection:
        connection.execute(update(person).values(team="Museum"))
        budgets.count_teams_anew(connection, {"Radio", "Museum", None})

    assert [of(budgets, one).spent_nanousd for one in (left, joined, theirs)] == [0, 70, 0]
    assert hold is not None
    budgets.settle(hold, entry_of(ME, 15, time.now))
    standings = [of(budgets, one) for one in (left, joined)]
    assert [(one.spent_nanousd, one.held_nanousd) for one in standings] == [(0, 0), (85, 0)]


def test_a_cost_nobody_knows_counts_as_what_was_held_until_it_is_known(
    database: Database, budgets: Budgets, time: Time
) -> None:
    budget = budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 100)
    hold = budgets.hold(ME, 60)
    assert hold is not None
    call = entry_of(ME, None, time.now)
    budgets.settle(hold, call)

    standing = of(budgets, budget)
    assert (standing.spent_nanousd, standing.presumed_nanousd, standing.n_unknown) == (0, 60, 1)
    with pytest.raises(BudgetExceeded):
        budgets.hold(ME, 41)
    assert of(budgets, budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 100)) == standing

    Ledger(database, BERLIN).write(entry_of(ME, 20, call.at, corrects=call.id, makes_known=True))

    known = of(budgets, budget)
    assert (known.spent_nanousd, known.presumed_nanousd, known.n_unknown) == (20, 0, 0)
    assert of(budgets, budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 100)) == known


def test_what_a_killed_caller_held_comes_back_at_the_next_call_that_needs_it(budgets: Budgets, time: Time) -> None:
    budget = budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, 100)
    gone = budgets.hold(ME, 80, lasts=timedelta(minutes=2))
    assert gone is not None
    time.now += timedelta(seconds=119)
    with pytest.raises(BudgetExceeded):
        budgets.hold(ME, 50)

    time.now += timedelta(seconds=2)
    held = budgets.hold(ME, 50)

    assert held is not None
    assert of(budgets, budget).held_nanousd == 50
    budgets.settle(gone, entry_of(ME, 30, time.now))  # it was not dead after all: what it spent counts, once
    assert (of(budgets, budget).spent_nanousd, of(budgets, budget).held_nanousd) == (30, 50)
    budgets.release(held)
    budgets.release(held)
    assert of(budgets, budget).held_nanousd == 0


def test_periods_begin_anew_in_the_installations_zone(budgets: Budgets, time: Time) -> None:
    time.now = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)  # a Monday, a minute before December in Berlin
    kept = {period: budgets.put(ScopeKind.INSTALLATION, "", period, 100) for period in Every}
    hold = budgets.hold(ME, 90)
    assert hold is not None
    assert of(budgets, kept[Every.MONTH]).resets_at == datetime(2026, 12, 1, tzinfo=BERLIN)

    time.now += timedelta(minutes=2)
    budgets.settle(hold, entry_of(ME, 90, time.now))  # held in November, spent in December

    standing = {period: of(budgets, budget) for period, budget in kept.items()}
    assert {one.spent_nanousd for one in standing.values()} == {90}
    assert standing[Every.WEEK].starts_on == date(2026, 11, 30)
    assert {one.held_nanousd for one in standing.values()} == {0}
    assert standing[Every.DAY].starts_on == standing[Every.MONTH].starts_on == date(2026, 12, 1)


def test_another_time_zone_has_everything_counted_anew(database: Database, budgets: Budgets, time: Time) -> None:
    budget = budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 100)
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # in Berlin it is the 21st already, in London the 20th
    Ledger(database, BERLIN).write(entry_of(ME, 40, late))
    assert of(budgets, budget).spent_nanousd == 40

    in_london = Budgets(database, ZoneInfo("Europe/London"), now=time)

    assert not in_london.is_unlimited
    assert of(in_london, budget).spent_nanousd == 0


def test_each_threshold_is_noted_once_for_a_limit_in_a_period(database: Database, budgets: Budgets, time: Time) -> None:
    budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 100)
    ledger = Ledger(database, BERLIN)

    def spend_and_look(cost: int) -> list[int]:
        ledger.write(entry_of(ME, cost, time.now))
        with database.read() as connection:
            in_order = select(notice.c.percent).order_by(notice.c.starts_on, notice.c.limit_nanousd, notice.c.percent)
            return list(connection.execute(in_order).scalars())

    assert spend_and_look(49) == []
    assert spend_and_look(1) == [50]
    assert spend_and_look(10) == [50]
    assert spend_and_look(36) == [50, 95]  # past 80 in one step: the higher says it all
    assert spend_and_look(50) == [50, 95]
    time.now += timedelta(days=1)
    assert spend_and_look(80) == [50, 95, 80]
    budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 200)
    assert spend_and_look(20) == [50, 95, 80, 50]


@given(costs=st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["known", "none", "unknown"])), max_size=25))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_budget_and_the_ledger_always_agree_and_the_limit_holds(
    database: Database, costs: list[tuple[int, str]]
) -> None:
    me, budgets = replace(ME, person_id=new_id()), Budgets(database, BERLIN)
    budget = budgets.put(ScopeKind.PERSON, me.person_id, Every.MONTH, 200)
    for amount, how in costs:
        try:
            hold = budgets.hold(me, amount)
        except BudgetExceeded:
            continue
        assert hold is not None
        if how == "none":
            budgets.release(hold)
        else:
            cost = amount if how == "known" else None
            budgets.settle(hold, entry_of(me, cost, datetime.now(UTC)))
    standing = of(budgets, budget)
    with database.read() as connection:
        mine = entry.c.person_id == me.person_id
        known = connection.execute(select(func.coalesce(func.sum(entry.c.cost_nanousd), 0)).where(mine)).scalar_one()
    assert standing.spent_nanousd == known
    assert standing.held_nanousd == 0
    assert standing.used_nanousd <= 200


def test_fifty_calls_from_four_processes_pass_exactly_as_far_as_the_budget_reaches(
    database: Database, url: str | None, tmp_path: Path
) -> None:
    budgets = Budgets(database, ZoneInfo("UTC"))
    everybody = budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, 10**9)
    n_runs, cost = 2, 1_000
    with processes(tmp_path, url) as callers:
        for _ in range(n_runs):
            someone = new_id()
            budget = budgets.put(ScopeKind.PERSON, someone, Every.DAY, 10 * cost)
            told = spend(callers, someone, 50, cost)
            assert (len(told["hold_ms"]), told["n_refused"]) == (10, 40)
            assert (of(budgets, budget).spent_nanousd, of(budgets, budget).held_nanousd) == (10 * cost, 0)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(budget_hold)).scalar_one() == 0
        total = connection.execute(select(func.sum(entry.c.cost_nanousd))).scalar_one()
    assert of(budgets, everybody).spent_nanousd == total == n_runs * 10 * cost


def test_a_caller_killed_with_a_hold_leaves_the_budget_whole_again(
    database: Database, url: str | None, tmp_path: Path
) -> None:
    budgets = Budgets(database, ZoneInfo("UTC"))
    budget = budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, 1_000)
    program = (
        "import sys, pathlib, time, zoneinfo\n"
        "from audiokit.store.database import open_database\n"
        "from audiokit.usage.budgets import Budgets, Spender\n"
        "database = open_database(sys.argv[2] or None, pathlib.Path(sys.argv[1]))\n"
        "me = Spender(person_id='local', page='p', model='m')\n"
        "Budgets(database, zoneinfo.ZoneInfo('UTC')).hold(me, 900)\n"
        "print('held', flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path), url or ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as caller:  # noqa: S603 - our own program
        assert caller.stdout is not None
        assert caller.stdout.readline() == "held\n"
        os.kill(caller.pid, signal.SIGKILL)
    with pytest.raises(BudgetExceeded):
        budgets.hold(ME, 200)

    later = Budgets(database, ZoneInfo("UTC"), now=lambda: datetime.now(UTC) + timedelta(minutes=11))

    assert later.sweep() == 1
    assert of(budgets, budget).held_nanousd == 0
    assert budgets.hold(ME, 1_000) is not None


@pytest.mark.postgres
def test_a_budget_put_while_others_spend_counts_every_entry_once(tmp_path: Path) -> None:
    database = open_database(fresh_database_url(), tmp_path)
    ledger, stop = Ledger(database, BERLIN), threading.Event()

    def write() -> None:
        while not stop.is_set():
            ledger.write(entry_of(ME, 1, datetime.now(UTC)))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    budgets = Budgets(database, BERLIN)
    kept = [budgets.put(ScopeKind.PAGE, ME.page, period, 10**9 + n) for n in range(4) for period in Every]
    stop.set()
    for writer in writers:
        writer.join()
    with database.read() as connection:
        total = connection.execute(select(func.sum(entry.c.cost_nanousd))).scalar_one()
    assert {of(budgets, budget).spent_nanousd for budget in kept} == {int(total or 0)}
    database.close()


def test_nobody_waits_in_a_circle_whatever_is_done_side_by_side_at_midnight(database: Database) -> None:
    moments = [datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, 0, 1, tzinfo=UTC)]
    people = ["ada", "bob", "eve"]
    before = Budgets(database, ZoneInfo("UTC"), now=lambda: moments[0])
    after = Budgets(database, ZoneInfo("UTC"), now=lambda: moments[1])
    for period in Every:
        for kind, name in ((ScopeKind.INSTALLATION, ""), (ScopeKind.PAGE, ME.page), (ScopeKind.PERSON, "bob")):
            after.put(kind, name, period, 10**6)
    ledger = Ledger(database)

    def work(number: int) -> None:
        dice = Random(number)  # noqa: S311 - what is done, not secrets
        for _ in range(12):
            me, budgets = replace(ME, person_id=dice.choice(people)), dice.choice((before, after))
            hold = budgets.hold(me, 5, lasts=timedelta(seconds=dice.choice((-1, 600))))
            assert hold is not None
            match dice.randrange(5):
                case 0:
                    budgets.release(hold)
                case 1:
                    budgets.settle(hold, entry_of(me, 4, dice.choice(moments)))
                case 2:
                    budgets.settle(hold, entry_of(me, None, moments[1]))
                case 3:
                    ledger.write(entry_of(me, 3, dice.choice(moments)))
                case _:
                    after.sweep()
            if number == 0:
                after.remove(after.put(ScopeKind.MODEL, ME.model, Every.DAY, 10**6).id)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))

    later = Budgets(database, ZoneInfo("UTC"), now=lambda: moments[1] + timedelta(minutes=11))
    later.sweep()
    standings = set(later.standings(later.all()))
    assert {standing.held_nanousd for standing in standings} == {0}
    later.count_anew()
    assert set(later.standings(later.all())) == standings


def test_a_budget_without_sense_is_refused(budgets: Budgets) -> None:
    for kind, name, limit in ((ScopeKind.PERSON, " ", 1), (ScopeKind.INSTALLATION, "x", 1), (ScopeKind.PAGE, "p", -1)):
        with pytest.raises(InputError):
            budgets.put(kind, name, Every.DAY, limit)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_one_period_of_each_kind(day: date) -> None:
    for period, first in first_days(day).items():
        assert first <= day < next_start(first, period)
        assert first_days(next_start(first, period))[period] == next_start(first, period)
        assert period is not Every.WEEK or first.isoweekday() == 1
