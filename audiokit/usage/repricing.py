"""Entries whose price was missing or wrong, priced again: shown first, then written as corrections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from typing import Self
from zoneinfo import ZoneInfo

from audiokit.catalog.models import Catalog, Provider
from audiokit.catalog.prices import Price, price_on
from audiokit.store.database import Database
from audiokit.usage.entries import Entry, correction_of, kinds_of, usage_of
from audiokit.usage.kinds import CostByKind, split
from audiokit.usage.ledger import Ledger
from audiokit.usage.reports import Period, Reports, Scope

__all__ = ["Difference", "PriceOf", "Repricing", "Totals", "catalog_prices"]

PriceOf = Callable[[str, str, date], Price | None]
"""What a model costs by endpoint, name and day; None where that is not known."""

_PAGE = 500
_NO_COST = CostByKind()


@dataclass(frozen=True, slots=True)
class Difference:
    """A call, and what it costs by the prices that are known now; ``call.cost_nanousd`` is what it was until now."""

    call: Entry
    price: Price
    cost: CostByKind

    @property
    def nanousd(self) -> int:
        """What the correction adds; where the cost was unknown that is all of it."""
        return self.cost.total_nanousd - (self.call.cost_nanousd or 0)


@dataclass(frozen=True, slots=True)
class Totals:
    """What differences come to; ``n_unknown`` of them had no cost until now."""

    n_calls: int = 0
    n_unknown: int = 0
    nanousd: int = 0

    @classmethod
    def of(cls, differences: Iterable[Difference]) -> Self:
        """Add them up."""
        n_calls = n_unknown = nanousd = 0
        for one in differences:
            n_calls, nanousd = n_calls + 1, nanousd + one.nanousd
            n_unknown += one.call.cost_nanousd is None
        return cls(n_calls, n_unknown, nanousd)


def catalog_prices(catalog: Catalog) -> PriceOf:
    """Return what the catalog says a model costs."""

    def price_of(endpoint: str, model: str, day: date) -> Price | None:
        found = catalog.find(model)
        return price_on(found, day, Provider(endpoint)) if found and endpoint in set(Provider) else None

    return price_of


class Repricing:
    """Compares with what is known now of the prices of the call's day; what is not known takes no cost away."""

    def __init__(self, database: Database, zone: ZoneInfo, price_of: PriceOf) -> None:
        self._reports, self._ledger, self._price_of = Reports(database, zone), Ledger(database, zone), price_of

    def differences(self, period: Period, scope: Scope = Scope()) -> Iterator[Difference]:  # noqa: B008 - frozen
        """Yield every call of ``period`` that would cost something else, newest first."""
        before: Entry | None = None
        while calls := self._reports.entries(scope, period, before=before, limit=_PAGE):
            for call in calls:
                if (found := self._difference(call)) is not None:
                    yield found
            before = calls[-1]

    def write(self, differences: Iterable[Difference]) -> Totals:
        """Write a correction for each; one that somebody else has written meanwhile is not written twice."""
        return Totals.of(one for one in differences if self._ledger.correct(one.call, _correction(one)))

    def _difference(self, call: Entry) -> Difference | None:
        if call.cached or call.outcome == "refused":
            return None
        price = self._price_of(call.endpoint, call.model_used or call.model_asked, call.at.astimezone(UTC).date())
        cost = split(price, usage_of(call)) if price else None
        if price is None or cost is None or cost.total_nanousd == call.cost_nanousd or _is_less_exact(call, price):
            return None
        return Difference(call, price, cost)


def _is_less_exact(call: Entry, price: Price) -> bool:
    """Return whether the call was priced by this price from counts that the ledger did not keep then (before 0006)."""
    return call.cost_nanousd is not None and call.cost_text_nanousd is None and call.price_id == price.id


def _correction(one: Difference) -> Entry:
    was = kinds_of(one.call) or _NO_COST
    return correction_of(
        one.call,
        price_id=one.price.id,
        cost_nanousd=one.nanousd,
        cost_audio_in_nanousd=one.cost.audio_in_nanousd - was.audio_in_nanousd,
        cost_audio_out_nanousd=one.cost.audio_out_nanousd - was.audio_out_nanousd,
        cost_text_nanousd=one.cost.text_nanousd - was.text_nanousd,
        cost_cached_nanousd=one.cost.cached_nanousd - was.cached_nanousd,
    )
