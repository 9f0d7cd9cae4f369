"""What everybody's calls have come to since the beginning, by page and model; for monitoring, and nobody is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.usage.days import Period, month_of, next_month
from audiokit.usage.rollups import FIRST, TOTAL
from audiokit.usage.sound import DIRECTIONS, Direction
from audiokit.usage.sound_tallies import counts_by
from audiokit.usage.sums import Scope, Sums
from audiokit.usage.tallies import sums_by, times_by, where

__all__ = ["Total", "totals"]

_BEGINNING: Final = date(2020, 1, 1)  # before there was anything to ask for sound
_NO_TIMES: Final[Mapping[int, int]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """All calls of a model on a page. Times are calls by bucket (:mod:`audiokit.usage.latencies`).

    Sounds are by direction, and by the names of the columns that count them (:mod:`audiokit.usage.sound`).
    """

    page: str
    model: str
    sums: Sums
    sounds: Mapping[Direction, Mapping[str, int]]
    first_sound: Mapping[int, int]
    total: Mapping[int, int]


def totals(database: Database, *, now: Callable[[], datetime] = utc_now) -> tuple[Total, ...]:
    """Return each page and model that was ever used. Whole months are read, a row each: it stays quick."""
    end = next_month(next_month(month_of(now().date()))) - timedelta(days=1)  # also where it is tomorrow already
    period = Period(_BEGINNING, end)
    with database.read() as connection:
        at = where(connection, Scope(), period, by_person=False, by_place=True)
        if not at.pages:
            return ()
        sums = sums_by(connection, at, period, "page", "model")
        times = times_by(connection, at, period)
        sounds = counts_by(connection, at, period)
    return tuple(
        Total(
            page=page,
            model=model,
            sums=found,
            sounds={side: sounds[page, model, side] for side in DIRECTIONS if (page, model, side) in sounds},
            first_sound=times.get((page, model, FIRST), _NO_TIMES),
            total=times.get((page, model, TOTAL), _NO_TIMES),
        )
        for (page, model), found in sorted(sums.items())
    )
