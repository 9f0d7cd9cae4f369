"""An endpoint's place as on one day, asked over HTTP alone: what answers in a test's transport has no socket."""

from __future__ import annotations

from datetime import date

from audiokit.catalog.models import Catalog, Role, Tier
from audiokit.catalog.prices import Price, price_on
from audiokit.catalog.roles import Choice, choose
from audiokit.catalog.spares import spares
from audiokit.speech.client import OnEndpoint
from audiokit.speech.metered import Metered
from audiokit.speech.place import Place
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller
from audiokit.speech.varied import Varied
from audiokit.usage.ledger import Ledger

__all__ = ["place_over_http"]

CATALOG = Catalog.load()


def place_over_http(wire: OnEndpoint, ledger: Ledger, day: date) -> Place:
    """Return the place; models and prices are those of ``day``, whenever the test is run."""
    provider = wire.endpoint.provider

    def price_on_day(model: str, _today: date) -> Price | None:
        known = CATALOG.find(model)
        return price_on(known, day, provider) if known else None

    def speech_for(caller: Caller) -> Speech:
        return Varied(Metered(inner=wire, ledger=ledger, price_of=price_on_day, endpoint=wire.endpoint, caller=caller))

    def chosen(role: Role, tier: Tier, asked: str | None = None) -> Choice:
        assert asked is None
        return choose(CATALOG, role, tier, day, provider)

    def candidates(role: Role, tier: Tier) -> tuple[Choice, ...]:
        first = chosen(role, tier)
        return (first, *spares(CATALOG, first, on=day, provider=provider))

    return Place(
        endpoint=wire.endpoint,
        choose=chosen,
        candidates=candidates,
        offers=lambda _role: (),
        price_of=lambda choice: price_on_day(choice.model_name, day),
        speech_for=speech_for,
    )
