"""What the page shows: for everybody, a person, a team, a page, a model; tops, latencies, refusals, lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import fresh_database_url
from sqlalchemy import insert

from audiokit.catalog.models import Catalog, Provider
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, open_database
from audiokit.store.tables import person
from audiokit.usage.entries import Entry
from audiokit.usage.ledger import Ledger
from audiokit.usage.reports import Period, Reports, Scope, Sums
from audiokit.usage.savings import SavedByMini, saved_by_mini

UTC_ZONE = ZoneInfo("UTC")
MONDAY = date(2026, 11, 16)
WEEK = Period(MONDAY, MONDAY + timedelta(days=6))
TALK, LISTEN = "record_and_converse", "sentiment_analysis"
BIG, SMALL = "gpt-audio-1.5", "gpt-audio-mini"
_numbers = count(1)


@dataclass(frozen=True)
class Desk:
    """A ledger, its reports, and two people who are in one team, and one who is in none."""

    database: Database

    def write(self, day: int = 0, hour: int = 12, **given: Any) -> Entry:
        number = next(_numbers)
        known: dict[str, Any] = {
            "id": f"{number:08}",
            "at": datetime(2026, 11, 16, hour, tzinfo=UTC) + timedelta(days=day, microseconds=number),
            "person_id": "ada",
            "page": TALK,
            "endpoint": "openai",
            "kind": "converse",
            "model_asked": BIG,
            "total_ms": 1000,
            "outcome": "answered",
            "cost_nanousd": 10,
        }
        entry = Entry(**{**known, **given})
        Ledger(self.database).write(entry)
        return entry

    @property
    def reports(self) -> Reports:
        return Reports(self.database, UTC_ZONE)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    database = open_database(None if request.param == "sqlite" else fresh_database_url(), tmp_path)
    people = [("ada", "Ada", "blue"), ("bob", "Bob", "blue"), ("eve", "Eve", None)]
    with database.write() as connection:
        for name, called, team in people:
            connection.execute(insert(person).values(id=name, name=called, created_at=utc_now(), team=team))
    yield Desk(database)
    database.close()


def test_the_mini_model_saved_what_the_full_one_would_have_cost_more_for_the_same_tokens(desk: Desk) -> None:
    tokens = {"text_in_tokens": 1000, "audio_in_tokens": 300, "text_out_tokens": 50, "audio_out_tokens": 400}
    desk.write(model_asked=SMALL, cached_in_tokens=100, **tokens)  # of the sound, in either model's cache
    desk.write(model_asked=SMALL, day=1, person_id="bob", **tokens)
    desk.write(model_asked=BIG, **tokens)
    desk.write(model_asked="gpt-4o-mini-transcribe", input_ms=60_000)  # the full one is billed by the minute

    def saved(scope: Scope) -> SavedByMini:
        models = (BIG, SMALL, "gpt-4o-mini-transcribe")
        return saved_by_mini(desk.reports, Catalog.load(), Provider.OPENAI, scope, WEEK, models)

    each_text, each_sound = (1000 * (2.50 - 0.60) + 50 * (10 - 2.40)) * 1000, 400 * (64 - 20) * 1000
    first, second = (round(each_text + each_sound + heard * (32 - 10) * 1000) for heard in (200, 300))
    whole = saved(Scope())
    assert (whole.by_day, whole.nanousd) == ({MONDAY: first, MONDAY + timedelta(days=1): second}, first + second)
    assert whole.n_unknown == 1
    assert saved(Scope(person_id="bob")) == SavedByMini(nanousd=second, by_day={MONDAY + timedelta(days=1): second})
    assert saved(Scope(model=BIG)) == SavedByMini()
    half_a_year = Period(MONDAY - timedelta(days=170), MONDAY + timedelta(days=9))  # by months
    long = saved_by_mini(desk.reports, Catalog.load(), Provider.OPENAI, Scope(), half_a_year, (BIG, SMALL))
    assert long.nanousd == first + second
    assert len(set(long.by_day.values())) == 1


def test_each_scope_has_its_own_share_of_the_whole(desk: Desk) -> None:
    desk.write(cost_nanousd=1)
    desk.write(cost_nanousd=20, person_id="bob", model_asked=SMALL)
    desk.write(cost_nanousd=300, person_id="eve", page=LISTEN)
    desk.write(cost_nanousd=4000, person_id="eve", page=LISTEN, model_asked=SMALL, day=1)
    desk.write(cost_nanousd=50_000, day=30)  # another time
    spent = {
        Scope(): 4321,
        Scope(person_id="eve"): 4300,
        Scope(team="blue"): 21,
        Scope(team="blue", person_id="bob"): 20,
        Scope(team="blue", person_id="eve"): 0,
        Scope(team="red"): 0,
        Scope(page=LISTEN): 4300,
        Scope(model=SMALL): 4020,
        Scope(person_id="eve", model=SMALL): 4000,
        Scope(team="blue", model=BIG): 1,
        Scope(page=LISTEN, model=BIG): 300,
        Scope(page="no such page"): 0,
    }

    for scope, nanousd in spent.items():
        assert desk.reports.tiles(scope, WEEK).now.cost_nanousd == nanousd, scope
        assert sum(day.sums.cost_nanousd for day in desk.reports.daily(scope, WEEK)) == nanousd, scope
        assert sum(one.cost_nanousd or 0 for one in desk.reports.entries(scope, WEEK)) == nanousd, scope
        for by in ("person", "team", "model", "page"):
            tops = desk.reports.top(by, scope, WEEK)
            assert sum(top.sums.cost_nanousd for top in tops) == nanousd, (by, scope)


def test_tops_are_named_and_the_dearest_comes_first(desk: Desk) -> None:
    desk.write(cost_nanousd=5)
    desk.write(cost_nanousd=7, person_id="bob")
    desk.write(cost_nanousd=9, person_id="eve")
    desk.write(cost_nanousd=1, person_id="gone")

    people = desk.reports.top("person", Scope(), WEEK, limit=3)
    teams = desk.reports.top("team", Scope(page=TALK), WEEK)

    assert [(top.key, top.name) for top in people] == [("eve", "Eve"), ("bob", "Bob"), ("ada", "Ada")]
    spent = [(top.key, top.name, top.sums.cost_nanousd) for top in teams]
    assert spent == [("blue", "blue", 12), (None, "No team", 10)]


def test_every_day_has_its_bar_and_the_week_before_is_the_trend(desk: Desk) -> None:
    desk.write(day=2, cost_nanousd=10, cost_audio_in_nanousd=4, cost_text_nanousd=5)
    desk.write(day=-3, cost_nanousd=99)

    days, tiles = desk.reports.daily(Scope(), WEEK), desk.reports.tiles(Scope(), WEEK)

    assert [day.sums.cost_nanousd for day in days] == [0, 0, 10, 0, 0, 0, 0]
    cost = days[2].sums.cost
    assert (cost.audio_in_nanousd, cost.text_nanousd, cost.other_nanousd, cost.total_nanousd) == (4, 5, 1, 10)
    assert (tiles.now.cost_nanousd, tiles.before.cost_nanousd) == (10, 99)


def test_minutes_are_those_newly_spoken_and_cost_by_the_minute_is_known_only_where_all_costs_are(desk: Desk) -> None:
    desk.write(input_ms=90_000, history_in_ms=30_000, output_ms=60_000, cost_nanousd=600)
    desk.write(input_ms=60_000, outcome="refused", cost_nanousd=0)
    desk.write(output_ms=60_000, cached=True, cost_nanousd=0, saved_nanousd=70)

    sums = desk.reports.tiles(Scope(), WEEK).now
    assert (sums.minutes_in, sums.minutes_out, sums.nanousd_per_minute, sums.saved_nanousd) == (1.0, 1.0, 300, 70)

    desk.write(cost_nanousd=None)
    assert desk.reports.tiles(Scope(), WEEK).now.nanousd_per_minute is None
    assert Sums().nanousd_per_minute is None


def test_latency_is_told_by_page_and_model_with_the_share_of_errors(desk: Desk) -> None:
    for ms in range(100, 2100, 20):
        desk.write(first_byte_ms=ms, total_ms=2 * ms)
    desk.write(outcome="failed", error="ProviderBusy", total_ms=90_000)
    desk.write(page=LISTEN, model_asked=SMALL, total_ms=50)

    everybody, ada = (desk.reports.latency(scope, WEEK) for scope in (Scope(), Scope(person_id="ada")))

    for found in (everybody, ada):
        assert [(one.page, one.model, one.n_timed) for one in found] == [(TALK, BIG, 100), (LISTEN, SMALL, 1)]
        assert found[0].first_p50_ms == pytest.approx(1080, rel=0.05)
        assert found[0].total_p95_ms == pytest.approx(3960, rel=0.05)
        assert found[0].sums.error_share == pytest.approx(1 / 101)
        assert found[1].first_p50_ms is None
    assert ada[0].first_p50_ms == 1080


def test_refused_calls_are_listed_newest_first(desk: Desk) -> None:
    first = desk.write(outcome="refused", error="BudgetExceeded", cost_nanousd=0)
    desk.write()
    last = desk.write(outcome="refused", error="ProviderBusy", cost_nanousd=0, person_id="eve", day=1)

    assert desk.reports.refused(Scope(), WEEK) == (last, first)
    assert desk.reports.refused(Scope(), WEEK, limit=1) == (last,)
    assert desk.reports.refused(Scope(team="blue"), WEEK) == (first,)
    assert desk.reports.refused(Scope(page=LISTEN), WEEK) == ()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 7), st.sampled_from([Scope(), Scope(person_id="eve"), Scope(model=SMALL)]))
def test_page_by_page_every_call_is_listed_once_newest_first(desk: Desk, size: int, scope: Scope) -> None:
    if not desk.reports.entries(Scope(), WEEK):
        at = datetime(2026, 11, 18, tzinfo=UTC)  # several at one moment, and days with few and many
        for number in range(24):
            desk.write(
                at=at + timedelta(hours=number % 5, days=number % 3),
                person_id="eve" if number % 4 == 0 else "ada",
                model_asked=SMALL if number % 6 == 0 else BIG,
            )
    listed, before = list[Entry](), None
    while page := desk.reports.entries(scope, WEEK, before=before, limit=size):
        listed += page
        before = page[-1]

    assert [one.id for one in listed] == [one.id for one in desk.reports.entries(scope, WEEK, limit=100)]
    assert listed == sorted(listed, key=lambda one: (one.at, one.id), reverse=True)
    assert len(listed) == desk.reports.tiles(scope, WEEK).now.n_calls > 0


def test_the_forecast_is_of_the_scope_and_from_its_days(desk: Desk) -> None:
    for day in range(-20, 1):
        desk.write(day=day, cost_nanousd=10, hour=0)
        desk.write(day=day, cost_nanousd=1000, person_id="eve", hour=0)

    found = desk.reports.forecast(Scope(team="blue"), MONDAY)

    assert (found.spent_nanousd, found.n_days, found.month_end_nanousd) == (160, 20, 300)


def test_a_ledger_without_entries_is_a_page_of_nothing(desk: Desk) -> None:
    reports = desk.reports

    assert reports.tiles(Scope(), WEEK).now == Sums()
    assert [day.sums for day in reports.daily(Scope(person_id="ada"), WEEK)] == [Sums()] * 7
    assert not reports.top("team", Scope(), WEEK)
    assert not reports.latency(Scope(), WEEK)
    assert not reports.latency(Scope(team="red"), WEEK)
    assert not reports.refused(Scope(), WEEK)
    assert not reports.entries(Scope(), WEEK)
    assert reports.forecast(Scope(), MONDAY).month_end_nanousd == 0
