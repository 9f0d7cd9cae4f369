"""Models that are in use and have an announced end: where they are used, how long they last, what takes their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from audiokit.catalog.models import Catalog, Provider
from audiokit.usage.reports import Period, Reports, Scope

__all__ = ["Retiring", "end_of", "retiring"]

_LATELY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retiring:
    """A model that was asked for in the last thirty days and has an end. ``pages`` are where, the busiest first."""

    model: str
    pages: tuple[str, ...]
    n_calls: int
    shuts_down_on: date
    days_left: int
    replacement: str | None = None


def retiring(
    reports: Reports,
    catalog: Catalog,
    provider: Provider,
    scope: Scope,
    today: date,
    *,
    ends_on: Callable[[str], date | None] | None = None,
    heir_of: Callable[[str], str | None] | None = None,
) -> tuple[Retiring, ...]:
    """Return those that ``scope`` uses, the one that ends first first; those that have ended already are among them.

    ``ends_on`` is the first day without a model, and ``heir_of`` who takes over; without them, as the catalog has it.
    """
    pages = defaultdict[str, list[tuple[int, str]]](list)
    for one in reports.latency(scope, Period(today - _LATELY, today)):
        pages[one.model].append((one.sums.n_calls, one.page))
    lives = {name: end_of(catalog, provider, name, ends_on=ends_on, heir_of=heir_of) for name in pages}
    found = (_ending(name, sorted(used, reverse=True), lives[name], today) for name, used in pages.items())
    return tuple(sorted((one for one in found if one), key=lambda one: (one.shuts_down_on, one.model)))


def end_of(
    catalog: Catalog,
    provider: Provider,
    name: str,
    *,
    ends_on: Callable[[str], date | None] | None = None,
    heir_of: Callable[[str], str | None] | None = None,
) -> tuple[date | None, str | None]:
    """Return the first day without a model, and who takes over; as :func:`retiring` has it."""
    model = catalog.find(name)
    life = model.lifecycle(provider) if model else None
    day, heir = (life.shuts_down_on, life.replacement) if life else (None, None)
    return ends_on(name) if ends_on else day, heir_of(name) if heir_of else heir


def _ending(
    name: str, used: list[tuple[int, str]], life: tuple[date | None, str | None], today: date
) -> Retiring | None:
    shuts_down_on, replacement = life
    if shuts_down_on is None:
        return None
    return Retiring(
        model=name,
        pages=tuple(page for _, page in used),
        n_calls=sum(n for n, _ in used),
        shuts_down_on=shuts_down_on,
        days_left=(shuts_down_on - today).days,
        replacement=replacement,
    )
