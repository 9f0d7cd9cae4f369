"""Entries of three years: 200 people, six pages, eight models, weekdays and weekends, growing; always the same ones.

A person's pages and a page's models are not all alike: a few are used much, the others now and then, as it is in life.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np

from audiokit.usage.entries import Entry
from audiokit.usage.sound import FIGURES

__all__ = ["COLUMNS", "FIRST", "MODELS", "N_DAYS", "PAGES", "PEOPLE", "TEAMS", "Columns", "days_of", "entries_of"]

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
    "saved_silence_nanousd",
    "saved_history_nanousd",
    *(f"{side}_{name}" for side in ("in", "out") for name in FIGURES),
    "again_for",
)
_WEEKEND = 0.25
_GROWTH = 2.0  # the last day has three times the first one's calls
_SEED = 20261121
_OUTCOMES = ("answered", "failed", "cut", "refused")
_DAY_US = 86_400_000_000


Columns = tuple[list[Any], ...]


def days_of(n_entries: int, n_days: int = N_DAYS) -> Iterator[Columns]:
    """Yield some ``n_entries`` entries, in the order of time, a day's at once: the values of each of ``COLUMNS``."""
    dice = np.random.default_rng(_SEED)
    days = [FIRST + timedelta(days=n) for n in range(n_days)]
    weights = np.array(
        [(1 + _GROWTH * n / n_days) * (_WEEKEND if day.weekday() > 4 else 1) for n, day in enumerate(days)]
    )
    upto = np.round(np.cumsum(weights) / weights.sum() * n_entries)
    made = 0
    for day, count in zip(days, np.diff(upto, prepend=0), strict=True):
        yield _of_day(dice, day, int(count), made)
        made += int(count)


def entries_of(day: Columns) -> list[Entry]:
    """Return the same as entries, to be written one by one."""
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in zip(*day, strict=True))
    return [Entry(**{**row, "at": datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)}) for row in rows]


def _shares(n: int, steepness: float) -> list[float]:
    weights = 1 / (np.arange(n) + steepness)
    shares: list[float] = (weights / weights.sum()).tolist()
    return shares


def _named(names: Sequence[str], numbers: Any) -> list[str]:
    return [names[number] for number in numbers.tolist()]


def _where(known: Any, values: Any) -> list[Any]:
    """Return the values, None where they are not known."""
    return [value if is_known else None for value, is_known in zip(values.tolist(), known.tolist(), strict=True)]


def _of_day(dice: np.random.Generator, day: date, n: int, made: int) -> Columns:
    person = dice.choice(len(PEOPLE), n, p=_shares(len(PEOPLE), 20.0))
    page = (person + dice.choice(len(PAGES), n, p=_shares(len(PAGES), 0.5))) % len(PAGES)
    model = (page + dice.choice(len(MODELS), n, p=_shares(len(MODELS), 0.5))) % len(MODELS)
    at = np.datetime64(day, "us") + np.sort(dice.integers(0, _DAY_US, n)).astype("timedelta64[us]")
    input_ms, output_ms = dice.gamma(2, 6_000, n).astype(int), dice.gamma(2, 9_000, n).astype(int)
    again_ms = (input_ms * dice.random(n) * 0.8).astype(int)
    outcome = dice.choice(4, n, p=[0.96, 0.015, 0.01, 0.015])
    first_ms = np.exp(dice.normal(6.6, 0.45, n) + 0.05 * model).astype(int) + 1
    cached, text_in, text_out = dice.integers(0, 60, n), dice.integers(20, 900, n), dice.integers(5, 300, n)
    kinds = (input_ms // 100 * 32_000, output_ms // 50 * 64_000, text_in * 2_500 + text_out * 10_000, cached * 400)
    costs = [np.where(outcome == 3, 0, amounts) for amounts in kinds]
    answered, known = (outcome == 0) | (outcome == 2), dice.random(n) >= 0.01
    numbers = range(made, made + n)
    models = _named(MODELS, model)
    return (
        [f"{made:012x}7{number:019x}" for number in numbers],
        [text.replace("T", " ") for text in np.datetime_as_string(at).tolist()],  # as the tables' Instant on SQLite
        _named(PEOPLE, person),
        _named(PAGES, page),
        [f"conversation-{number // 12}" for number in numbers],
        ["openai"] * n,
        ["converse"] * n,
        models,
        [name if is_answer else None for name, is_answer in zip(models, answered.tolist(), strict=True)],
        text_in.tolist(),
        (input_ms // 100).tolist(),
        cached.tolist(),
        text_out.tolist(),
        (output_ms // 50).tolist(),
        input_ms.tolist(),
        _where(answered, output_ms),
        ["a-price" if is_known else None for is_known in known.tolist()],
        _where(known, sum(costs)),
        _where(answered, first_ms),
        (first_ms + output_ms // 3).tolist(),
        _named(_OUTCOMES, outcome),
        [None if is_answer else "ProviderBusy" for is_answer in answered.tolist()],
        [False] * n,
        (again_ms // 100).tolist(),
        again_ms.tolist(),
        *(_where(known, amounts) for amounts in costs),
        [False] * n,
        _where(answered & (person % 3 > 0), input_ms // 500 * 32_000),
        _where(answered & (again_ms == 0), input_ms // 1_000 * 2_500),
        *_sounds(np.random.default_rng((_SEED, made)), input_ms, output_ms, answered),
        [
            name if is_wrong else None
            for name, is_wrong in zip(reversed(models), (person % 31 == 0).tolist(), strict=True)
        ],
    )


def _sounds(dice: np.random.Generator, input_ms: Any, output_ms: Any, answered: Any) -> Iterator[list[Any]]:
    """Yield what the sounds were like, four in five of which were measured."""
    n = len(answered)
    for lasting_ms, (lufs, snr_db, reach_hz) in ((input_ms, (-26, 22, 6_500)), (output_ms, (-20, 45, 10_500))):
        known = answered & (dice.random(n) < 0.8)
        yield _where(known, lasting_ms)
        yield _where(known, (lasting_ms * dice.uniform(0.4, 0.95, n)).astype(int))
        yield _where(known, np.round(np.maximum(0, dice.normal(-0.01, 0.01, n)), 5))
        yield _where(known, np.round(dice.normal(lufs, 6, n), 1))
        yield _where(known & (dice.random(n) < 0.9), np.round(dice.normal(snr_db, 9, n), 1))
        yield _where(known, dice.normal(reach_hz, 1_500, n).astype(int))
