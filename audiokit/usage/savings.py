"""What the mini models saved: the same tokens at the price of the full model that would have been asked instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from audiokit.catalog.models import Catalog, Model, Provider, Tier
from audiokit.catalog.prices import Usage, cost, price_on
from audiokit.catalog.roles import choose
from audiokit.errors import NotConfigured, ProviderError
from audiokit.usage.reports import Period, Reports, Scope, Sums

__all__ = ["SavedByMini", "full_instead_of", "saved_by_mini"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedByMini:
    """At least so much less was paid, in all and by day; of ``n_unknown`` calls of mini models nobody knows it.

    Where there are many days, a month's is spread over its days.
    """

    nanousd: int = 0
    by_day: Mapping[date, int] = field(default_factory=dict)
    n_unknown: int = 0


def saved_by_mini(
    reports: Reports, catalog: Catalog, provider: Provider, scope: Scope, period: Period, models: Collection[str]
) -> SavedByMini:
    """Return what those of ``models`` that are mini saved, by the prices of each day, or month if there are many days.

    What a provider had in its cache is left out on both sides: nobody can tell what it would have had of another model.
    """
    known = {name: model for name in models if (model := catalog.find(name)) and model.tier is Tier.MINI}
    instead = {name: full_instead_of(model, catalog, provider, period.last) for name, model in known.items()}
    total, by_day, n_unknown = 0, defaultdict[date, int](int), 0
    for days, name, sums in reports.by_model_and_time(scope, period, tuple(known)):
        dear, cheap = (_cost(model, sums, days.first, provider) for model in (instead[name], known[name]))
        if dear is None or cheap is None:
            n_unknown += sums.n_calls
            continue
        saved = max(0, dear - cheap)
        total += saved
        for day in days.days():
            by_day[day] += saved // days.n_days
    return SavedByMini(nanousd=total, by_day=by_day, n_unknown=n_unknown)


def full_instead_of(mini: Model, catalog: Catalog, provider: Provider, on: date) -> Model | None:
    """Return who would be asked for the best answer where ``mini`` is; itself where that is no other, None: nobody."""
    asked_at = Provider.OPENAI if provider is Provider.OFFLINE else provider
    try:
        return choose(catalog, mini.roles[0], Tier.FULL, on, asked_at).model
    except (NotConfigured, ProviderError):
        return None


def _cost(model: Model | None, sums: Sums, day: date, provider: Provider) -> int | None:
    """Return the cost at the day's price, that of OpenAI where our own provider has none for the model."""
    if model is None:
        return None
    price = price_on(model, day, provider) or price_on(model, day, Provider.OPENAI)
    return None if price is None else cost(price, _usage(sums))


def _usage(sums: Sums) -> Usage:
    of_sound = min(sums.cached_in_tokens, sums.audio_in_tokens)
    return Usage(
        audio_in_tokens=sums.audio_in_tokens - of_sound,
        text_in_tokens=max(0, sums.text_in_tokens - (sums.cached_in_tokens - of_sound)),
        cached_in_tokens=0,
        text_out_tokens=sums.text_out_tokens,
        audio_out_tokens=sums.audio_out_tokens,
        characters=sums.characters,
    )
