"""Where something can be asked: an endpoint with its models, its prices and its way to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from audiokit.catalog.models import Role, Tier
from audiokit.catalog.offers import Offer
from audiokit.catalog.prices import Price
from audiokit.catalog.roles import Choice
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller

__all__ = ["Choosing", "Place"]


class Choosing(Protocol):
    """How a model is chosen; ``asked`` is one that the person insists on."""

    def __call__(self, role: Role, tier: Tier, asked: str | None = None) -> Choice:
        """Return the model that plays ``role`` today.

        Raises:
            NotConfigured: nobody can.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One endpoint.

    ``candidates`` are all who can play a role there today, the one to be chosen first; ``offers`` all that a person may
    choose among, with those that have ended; ``price_of`` gives today's price of a model, None where it is not known.
    """

    endpoint: Endpoint
    choose: Choosing
    candidates: Callable[[Role, Tier], tuple[Choice, ...]]
    offers: Callable[[Role], tuple[Offer, ...]]
    price_of: Callable[[Choice], Price | None]
    speech_for: Callable[[Caller], Speech]
