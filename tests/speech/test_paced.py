"""Calls wait for their turn; time passes only where somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from audiokit.catalog.models import Provider
from audiokit.errors import NotConfigured, ProviderBusy
from audiokit.settings import RateLimit, Settings
from audiokit.speech.paced import JOBS_AHEAD_S, Pace
from audiokit.store.database import Database, open_database
from audiokit.store.rates import Rates


@dataclass
class Time:
    """A clock that only sleeping moves."""

    now: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)
    before_sleep: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.before_sleep()
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None, tmp_path)
    yield opened
    opened.close()


def pace(database: Database, time: Time, limits: dict[str, RateLimit], *, ahead_s: float = 120.0) -> Pace:
    rates = Rates(database, clock=lambda: time.now)
    return Pace(rates=rates, limits=limits, patience_s=120.0, ahead_s=ahead_s, clock=lambda: time.now, sleep=time.sleep)


def test_each_call_waits_until_requests_and_tokens_reach_for_it(database: Database, time: Time) -> None:
    paced = pace(database, time, {"openai": RateLimit(requests=60, tokens=60_000)})

    for _ in range(60):
        paced.wait(Provider.OPENAI, "gpt-audio", 10)
    by_requests = time.now
    paced.wait(Provider.OPENAI, "gpt-audio", 30_000)

    assert 50 < by_requests - 1_000_000 < 65
    assert 25 < time.now - by_requests < 40


def test_models_are_counted_apart_unless_they_are_named_together(database: Database, time: Time) -> None:
    limits = {"openai": RateLimit(requests=1), "openai.gpt-audio": RateLimit(requests=2), "azure": RateLimit(tokens=9)}
    paced = pace(database, time, limits)

    for model in ("gpt-audio", "whisper-1", "gpt-4o"):
        paced.wait(Provider.OPENAI, model, 10)
    paced.wait(Provider.AZURE, "whisper-1", 1)
    paced.wait(Provider.OFFLINE, "whisper-1", 10**9)
    assert sum(time.slept) == 0
    paced.wait(Provider.OPENAI, "gpt-audio-mini", 10)
    assert sum(time.slept) > 20


def test_what_would_take_too_long_is_said_at_once_and_takes_nothing(database: Database, time: Time) -> None:
    paced = pace(database, time, {"openai": RateLimit(tokens=1000)})
    paced.wait(Provider.OPENAI, "gpt-audio", 1000)
    before = time.now

    for _ in range(3):
        with pytest.raises(ProviderBusy, match=r"could be made in 1\d\d s"):
            paced.wait(Provider.OPENAI, "gpt-audio", 2500)

    assert time.now == before
    paced.wait(Provider.OPENAI, "gpt-audio", 100)


def test_a_person_goes_before_a_job_that_came_first(database: Database, time: Time) -> None:
    limits, order = {"openai": RateLimit(requests=6)}, list[str]()
    person = pace(database, time, limits)
    job = pace(database, time, limits, ahead_s=JOBS_AHEAD_S)
    person.wait(Provider.OPENAI, "gpt-audio", 1)

    def somebody_comes() -> None:
        time.before_sleep = lambda: None
        person.wait(Provider.OPENAI, "gpt-audio", 1)
        order.append("person")

    time.before_sleep = somebody_comes
    job.wait(Provider.OPENAI, "gpt-audio", 1)
    order.append("job")

    assert order == ["person", "job"]


@pytest.mark.parametrize(
    "given", ['{"openia": {"requests": 5}}', '{"openai": {"request": 5}}', '{"openai": {"tokens": 0}}']
)
def test_a_wrong_rate_names_its_setting(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("AUDIOKIT_RATES", given)
    with pytest.raises(NotConfigured, match="AUDIOKIT_RATES"):
        Settings.read()
