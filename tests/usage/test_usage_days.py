"""Days where the installation is, and how a long period is read by months."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.usage.days import DAY, Period, begins_at, day_of, next_month, spans, zone_named

DAYS = st.dates(date(2023, 1, 1), date(2027, 1, 1))
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Auckland")


@given(DAYS, DAYS)
def test_months_and_days_cover_each_day_of_a_period_once_and_no_other(one: date, other: date) -> None:
    period = Period(min(one, other), max(one, other))
    covered = Counter[date]()

    for span in spans(period):
        last = span.last if span.grain == DAY else next_month(span.last) - timedelta(days=1)
        for day in Period(span.first, last).days():
            covered[day] += span.sign

    assert {day: n for day, n in covered.items() if n} == dict.fromkeys(period.days(), 1)


@given(DAYS, st.integers(28, 1200))
def test_of_a_long_period_few_days_are_read_one_by_one(first: date, n_days: int) -> None:
    found = spans(Period(first, first + timedelta(days=n_days)))

    assert sum((span.last - span.first).days + 1 for span in found if span.grain == DAY) <= 31


@given(DAYS, st.sampled_from(ZONES))
def test_a_day_begins_where_the_one_before_ends_also_when_clocks_change(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    begins = begins_at(day, zone)

    assert day_of(begins, zone) == day
    assert day_of(begins - timedelta(microseconds=1), zone) == day - timedelta(days=1)


def test_an_evening_here_is_the_next_day_elsewhere() -> None:
    at = datetime(2026, 11, 21, 20, tzinfo=UTC)

    assert [day_of(at, ZoneInfo(name)).day for name in ("America/Sao_Paulo", "UTC", "Asia/Kathmandu")] == [21, 21, 22]


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    week = Period(date(2026, 3, 1), date(2026, 3, 7))

    assert week.before() == Period(date(2026, 2, 22), date(2026, 2, 28))
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_without_a_setting_the_zone_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    assert zone_named(None).key == "Asia/Kathmandu"

    monkeypatch.setenv("TZ", "no/such/place")
    assert zone_named(None).utcoffset(datetime(2026, 1, 1)) is not None  # noqa: DTZ001 - what the zone is asked

    assert zone_named("Europe/Berlin").key == "Europe/Berlin"
