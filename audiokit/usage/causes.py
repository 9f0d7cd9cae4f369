"""Why the ledger and the bill may part on a day, as sentences with what to do. Pure: no database, no network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from audiokit.money import show
from audiokit.usage.sides import ByDay, Sides

__all__ = ["Cause", "CauseKind", "causes"]

_LAG: Final = timedelta(days=2)
_OWN_PROJECT: Final = "Give audiokit a project of its own, and name it in AUDIOKIT_BILL_PROJECT_ID."


class CauseKind(StrEnum):
    """Why two sums may differ, the surest first."""

    LAG = "lag"
    UNKNOWN_COST = "unknown cost"
    MIDNIGHT = "midnight"
    OTHER_USER = "other user"
    NOT_COUNTED = "not counted"
    CACHED = "cached"
    ROUNDING = "rounding"
    PRICE = "price"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Cause:
    """One likely cause, and what to do about it, in words."""

    kind: CauseKind
    sentence: str


def causes(sides: ByDay, day: date, model: str, now: datetime) -> Iterator[Cause]:
    """Yield why the sides of a day and model may differ; nothing where they agree."""
    both = sides[day, model]
    if both.counts_agree and both.costs_agree:
        return
    found = [cause for cause in _looked_for(sides, day, model, now) if cause]
    yield from found or [
        Cause(
            CauseKind.UNEXPLAINED,
            "Neither the calls nor the prices explain this. Compare the two exports for this day, call by call.",
        )
    ]


def _looked_for(sides: ByDay, day: date, model: str, now: datetime) -> Iterator[Cause | None]:
    both = sides[day, model]
    lagging = _lag(both, day, now)
    yield lagging
    yield _unknown_cost(both)
    midnight = _midnight(sides, day, model)
    yield midnight
    if midnight is None:
        yield _other_user(both)
        yield None if lagging else _not_counted(both)
    cached, rounding = _cached(both), _rounding(both)
    yield cached
    yield rounding
    if not (lagging or cached or both.booked.n_unknown) and both.booked.counts.n_requests and both.counts_agree:
        yield _price(both)


def _lag(both: Sides, day: date, now: datetime) -> Cause | None:
    """The bill has less than the ledger, and the day is hardly over."""
    is_young = now < datetime.combine(day, time.max, UTC) + _LAG
    has_less = both.n_missing < 0 or both.charged_nanousd is None or both.charged_nanousd < both.booked.cost_nanousd
    if not (is_young and has_less):
        return None
    return Cause(
        CauseKind.LAG, "The bill of this day is not complete yet; costs come a day or two later. Look again then."
    )


def _unknown_cost(both: Sides) -> Cause | None:
    n = both.booked.n_unknown
    if not n:
        return None
    return Cause(
        CauseKind.UNKNOWN_COST,
        f"{_calls(n)} in the ledger {_have(n)} no known cost: the provider did not say what was used, or no price was "
        "known. Give the price and have them priced again.",
    )


def _midnight(sides: ByDay, day: date, model: str) -> Cause | None:
    """What is too much here is missing on a day beside it."""
    here = sides[day, model].n_missing
    beside = (sides.get((day + timedelta(days=step), model), Sides()).n_missing for step in (1, -1))
    if not here or -here not in set(beside):
        return None
    n = abs(here)
    return Cause(
        CauseKind.MIDNIGHT,
        f"{_calls(n)} around midnight (UTC) {'was' if n == 1 else 'were'} counted on the day beside this one. Over "
        "both days the sums agree.",
    )


def _other_user(both: Sides) -> Cause | None:
    if both.charged_nanousd and both.billed is None and not both.booked.counts.n_requests:
        return Cause(
            CauseKind.OTHER_USER,
            f"OpenAI charged {show(both.charged_nanousd)} for something that is not used here: somebody else uses the "
            f"same account. {_OWN_PROJECT}",
        )
    if both.n_missing <= 0:
        return None
    return Cause(
        CauseKind.OTHER_USER,
        f"The bill has {_calls(both.n_missing)} that this ledger does not have: somebody else uses the same account. "
        f"{_OWN_PROJECT}",
    )


def _not_counted(both: Sides) -> Cause | None:
    n = -both.n_missing
    if n <= 0:
        return None
    if n <= both.booked.n_unsettled:
        return Cause(
            CauseKind.NOT_COUNTED,
            f"{_calls(n)} of the ledger broke off or failed, and {'was' if n == 1 else 'were'} not billed.",
        )
    return Cause(
        CauseKind.NOT_COUNTED,
        f"The ledger has {_calls(n)} that the bill does not have: they were made with the key of another project. "
        "Check AUDIOKIT_BILL_PROJECT_ID and AUDIOKIT_BILL_API_KEY_ID.",
    )


def _cached(both: Sides) -> Cause | None:
    """Chat Completions does not say whether text or sound came from the cache: we then price it as if none had."""
    if both.billed is None or both.charged_nanousd is None or both.charged_nanousd >= both.booked.cost_nanousd:
        return None
    told, known = both.billed.cached_in_tokens or 0, both.booked.counts.cached_in_tokens or 0
    if not max(told, known):
        return None
    return Cause(
        CauseKind.CACHED,
        f"OpenAI had {max(told, known):,} tokens of the input in its cache and charged less for them. The ledger "
        "prices them in full where the reply does not say what they were: it is never too low for that.",
    )


def _rounding(both: Sides) -> Cause | None:
    """The bill counts whole seconds of each call."""
    if both.billed is None or both.billed.seconds is None or both.booked.counts.seconds is None:
        return None
    more_s = both.billed.seconds - both.booked.counts.seconds
    if not 0 < abs(more_s) <= both.billed.n_requests:
        return None
    return Cause(
        CauseKind.ROUNDING,
        f"Seconds are rounded for each call: {both.billed.seconds:,} s on the bill, {both.booked.counts.seconds:,} s "
        "in the ledger.",
    )


def _price(both: Sides) -> Cause | None:
    if both.charged_nanousd is None or both.costs_agree:
        return None
    if not both.booked.cost_nanousd:
        return Cause(
            CauseKind.PRICE, f"OpenAI charged {show(both.charged_nanousd)} for what is free by our list of prices."
        )
    ratio = Decimal(both.charged_nanousd) / both.booked.cost_nanousd
    return Cause(
        CauseKind.PRICE,
        f"The counts agree and the costs do not: OpenAI charged {ratio:.2f} times what our list of prices says. The "
        "price has changed; enter the new one and have these calls priced again.",
    )


def _calls(n: int) -> str:
    return "1 call" if n == 1 else f"{n:,} calls"


def _have(n: int) -> str:
    return "has" if n == 1 else "have"
