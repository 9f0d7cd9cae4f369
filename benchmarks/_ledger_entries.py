"""Entries of three years: 200 people, six pages, eight models, weekdays and weekends, growing; always the same ones.

A person's pages and a page's models are not all alike: a few are used much, the others now and then, as it is in life.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np

from audiokit.usage.entries import Entry

__all__ = ["COLUMNS", "FIRST", "MODELS", "N_DAYS", "PAGES", "PEOPLE", "TEAMS", "entries_of", "rows"]

FIRST: Final = date(2023, 11, 22)
N_DAYS: Final = 3 * 365
PEOPLE: Final = tuple(f"person-{number:03}" for number in range(200))
TEAMS: Final = tuple(f"team-{number:02}" for number in range(10))
PAGES: Final = ("record_and_converse", "live", "prompting", "spoken_summaries", "sentiment_analysis", "api")
MODELS: Final = (
    "gpt-audio-1.5",
    "gpt-audio-mini",
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-transcribe",
    "gpt-4o-mini-tts",
    "gpt-6-luna",
    "gpt-6-sol",
)
COLUMNS: Final = (
    "id",
    "at",
    "person_id",
    "page",
    "conversation_id",
    "endpoint",
    "kind",
    "model_asked",
    "model_used",
    "text_in_tokens",
    "audio_in_tokens",
    "cached_in_tokens",
    "text_out_tokens",
    "audio_out_tokens",
    "input_ms",
    "output_ms",
    "price_id",
    "cost_nanousd",
    "first_byte_ms",
    "total_ms",
    "outcome",
    "error",
    "cached",
    "history_in_tokens",
    "history_in_ms",
    "cost_audio_in_nanousd",
    "cost_audio_out_nanousd",
    "cost_text_nanousd",
    "cost_cached_nanousd",
    "makes_known",
)
_WEEKEND = 0.25
_GROWTH = 2.0  # the last day has three times the first one's calls
_SEED = 20261121
_OUTCOMES = ("answered", "failed", "cut", "refused")
_DAY_US = 86_400_000_000


def rows(n_entries: int, n_days: int = N_DAYS) -> Iterator[list[tuple[Any, ...]]]:
    """Yield some ``n_entries`` entries, in the order of time, a day's at once, as values of ``COLUMNS``."""
    dice = np.random.default_rng(_SEED)
    days = [FIRST + timedelta(days=n) for n in range(n_days)]
    weights = np.array(
        [(1 + _GROWTH * n / n_days) * (_WEEKEND if day.weekday() > 4 else 1) for n, day in enumerate(days)]
    )
    made = 0
    upto = np.round(np.cumsum(weights) / weights.sum() * n_entries)
    for day, count in zip(days, np.diff(upto, prepend=0), strict=True):
        yield _of_day(dice, day, int(count), made)
        made += int(count)


def entries_of(day: list[tuple[Any, ...]]) -> list[Entry]:
    """Return the same as entries, to be written one by one."""
    return [Entry(**dict(zip(COLUMNS, row, strict=True))) for row in day]


def _shares(n: int, steepness: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    weights = 1 / (np.arange(n) + steepness)
    return weights / weights.sum()


def _of_day(dice: np.random.Generator, day: date, n: int, made: int) -> list[tuple[Any, ...]]:
    person = dice.choice(len(PEOPLE), n, p=_shares(len(PEOPLE), 20.0))
    page = (person + dice.choice(len(PAGES), n, p=_shares(len(PAGES), 0.5))) % len(PAGES)
    model = (page + dice.choice(len(MODELS), n, p=_shares(len(MODELS), 0.5))) % len(MODELS)
    at_us = np.sort(dice.integers(0, _DAY_US, n)).tolist()
    input_ms = dice.gamma(2, 6_000, n).astype(int)
    history_ms = (input_ms * dice.random(n) * 0.8).astype(int)
    output_ms = dice.gamma(2, 9_000, n).astype(int)
    outcome = dice.choice(4, n, p=[0.96, 0.015, 0.01, 0.015])
    first = np.exp(dice.normal(6.6, 0.45, n) + 0.05 * model).astype(int) + 1
    cached, text_in, text_out = dice.integers(0, 60, n), dice.integers(20, 900, n), dice.integers(5, 300, n)
    costs = [input_ms // 100 * 32_000, output_ms // 50 * 64_000, text_in * 2_500 + text_out * 10_000, cached * 400]
    unknown = dice.random(n) < 0.002
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    lists = (
        values.tolist()
        for values in (
            person, page, model, input_ms, history_ms, output_ms, outcome,
            first, cached, text_in, text_out, *costs, unknown,
        )
    )  # fmt: skip
    return [
        _row(made + number, begins + timedelta(microseconds=us), *one)
        for number, (us, one) in enumerate(zip(at_us, zip(*lists, strict=True), strict=True))
    ]


def _row(number: int, at: datetime, *one: Any) -> tuple[Any, ...]:
    who, page, model, heard, again, spoke, outcome, first, cached, text_in, text_out, *costs, unknown = one
    is_answer, is_known = outcome in (0, 2), not unknown
    costs = costs if outcome != 3 else [0, 0, 0, 0]
    return (
        f"{int(at.timestamp() * 1000):012x}7{number:019x}",
        at,
        PEOPLE[who],
        PAGES[page],
        f"conversation-{number // 12}",
        "openai",
        "converse",
        MODELS[model],
        MODELS[model] if is_answer else None,
        text_in,
        heard // 100,
        cached,
        text_out,
        spoke // 50,
        heard,
        spoke if is_answer else None,
        "a-price" if is_known else None,
        sum(costs) if is_known else None,
        first if is_answer else None,
        first + spoke // 3,
        _OUTCOMES[outcome],
        None if is_answer else "ProviderBusy",
        False,
        again // 100,
        again,
        *(costs if is_known else [None] * 4),
        False,
    )
