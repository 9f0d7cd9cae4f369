"""Calls whose price was missing or wrong: the difference first, then corrections that add up to the right cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from audiokit.catalog.facts import Confidence, Evidence, Price, Provider
from audiokit.catalog.models import Catalog
from audiokit.catalog.prices import Usage, cost
from audiokit.store.database import Database, open_database
from audiokit.usage.entries import Entry, charged
from audiokit.usage.ledger import Ledger
from audiokit.usage.reports import Period, Reports, Scope
from audiokit.usage.repricing import Repricing, Totals, catalog_prices

ZONE = ZoneInfo("UTC")
DAY = date(2026, 11, 21)
MONTH = Period(date(2026, 11, 1), date(2026, 11, 30))
USED = Usage(text_in_tokens=100, cached_text_in_tokens=60, text_out_tokens=10)


def a_price(name: str, text_in: int, *, cached: int = 0) -> Price:
    evidence = Evidence(source="made up", checked_on=DAY, confidence=Confidence.C)
    return Price(
        id=name,
        model_id="m",
        providers=(Provider.OPENAI,),
        from_day=date(2026, 1, 1),
        text_in=Decimal(text_in),
        cached_text_in=Decimal(cached),
        text_out=Decimal(5),
        evidence=evidence,
    )


OLD, NEW = a_price("old", 3), a_price("new", 7, cached=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None, tmp_path)
    yield opened
    opened.close()


def write(database: Database, name: str, price: Price | None, **changed: object) -> Entry:
    entry = Entry(
        id=name,
        at=datetime(2026, 11, 21, 12, tzinfo=UTC),
        person_id="ada",
        page="usage",
        endpoint="openai",
        kind="converse",
        model_asked="m",
        total_ms=5,
        outcome="answered",
    )
    entry = replace(charged(entry, price, USED), **changed)  # type: ignore[arg-type]  # a test's shorthand
    Ledger(database).write(entry)
    return entry


def repricing(database: Database, price: Price | None) -> Repricing:
    def price_of(endpoint: str, model: str, day: date) -> Price | None:
        return price if (endpoint, model, day) == ("openai", "m", DAY) else None

    return Repricing(database, ZONE, price_of)


def test_the_difference_is_shown_before_and_the_cost_is_right_after(database: Database) -> None:
    write(database, "unknown", None)
    write(database, "wrong", OLD)
    write(database, "right", NEW)
    right, wrong = cost(NEW, USED) or 0, cost(OLD, USED) or 0

    found = list(repricing(database, NEW).differences(MONTH))

    assert {one.call.id: one.nanousd for one in found} == {"unknown": right, "wrong": right - wrong}
    assert Totals.of(found) == Totals(n_calls=2, n_unknown=1, nanousd=2 * right - wrong)
    assert Reports(database, ZONE).tiles(Scope(), MONTH).now.cost_nanousd == right + wrong  # nothing is written yet
    assert repricing(database, NEW).write(found) == Totals.of(found)
    sums = Reports(database, ZONE).tiles(Scope(), MONTH).now
    assert (sums.cost_nanousd, sums.n_unknown, sums.n_calls) == (3 * right, 0, 3)
    assert (sums.cost_text_nanousd, sums.cost_cached_nanousd) == (3 * (40 * 7 + 10 * 5), 3 * 60)
    assert list(repricing(database, NEW).differences(MONTH)) == []
    assert Ledger(database).history("wrong")[0].cost_nanousd == wrong


def test_found_twice_it_is_corrected_once(database: Database) -> None:
    write(database, "wrong", OLD)
    one, other = (list(repricing(database, NEW).differences(MONTH)) for _ in range(2))

    assert repricing(database, NEW).write(one).n_calls == 1
    assert repricing(database, NEW).write(other).n_calls == 0
    assert Reports(database, ZONE).tiles(Scope(), MONTH).now.cost_nanousd == cost(NEW, USED)


def test_what_is_not_known_takes_no_cost_away(database: Database) -> None:
    write(database, "wrong", OLD)
    write(database, "elsewhere", None, endpoint="azure")
    write(database, "at hand", OLD, cached=True, cost_nanousd=0)
    write(database, "refused", None, outcome="refused", cost_nanousd=0)

    assert list(repricing(database, None).differences(MONTH)) == []
    assert [one.call.id for one in repricing(database, NEW).differences(MONTH)] == ["wrong"]


def test_a_call_from_before_the_counts_were_kept_is_not_priced_again_by_the_same_price(database: Database) -> None:
    """Its cached tokens were told apart when it was priced, and are not in the ledger: the cost would be too high."""
    unkept = {"cached_text_in_tokens": None, "cost_text_nanousd": None, "cost_cached_nanousd": None}
    write(database, "early", NEW, **unkept)

    assert list(repricing(database, NEW).differences(MONTH)) == []


def test_the_catalog_knows_the_price_of_the_day_at_the_provider() -> None:
    price_of = catalog_prices(Catalog.load())

    found = price_of("openai", "gpt-audio-1.5", DAY)

    assert found is not None
    assert found.holds(DAY, Provider.OPENAI)
    assert price_of("nowhere", "gpt-audio-1.5", DAY) is price_of("openai", "no such model", DAY) is None
