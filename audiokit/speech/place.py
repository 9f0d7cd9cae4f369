"""Where something can be asked: an endpoint with its models, its prices and its way to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from audiokit.catalog.models import Role, Tier
from audiokit.catalog.offers import Offer
from audiokit.catalog.prices import Price
from audiokit.catalog.roles import Choice
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.permitted import Permit, everybody
from audiokit.speech.purser import UNLIMITED, Purser
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller, Request

__all__ = ["Choosing", "Place", "places_for"]


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
    ``ends_on`` is the first day without a model, and ``heir_of`` who takes over from it then. ``speech_for`` asks the
    model that the person, or everybody, has switched to; ``speech_as_named`` the one that is named, to compare them.
    ``estimate`` is what a request may cost there in nano-USD, and ``purser`` knows what the budgets reach for.
    ``permit`` refuses whoever may not have models called. ``switched`` gives the place as a person's calls reach it,
    and ``reached`` the model that a call of theirs by a name goes to.
    """

    endpoint: Endpoint
    choose: Choosing
    candidates: Callable[[Role, Tier], tuple[Choice, ...]]
    offers: Callable[[Role], tuple[Offer, ...]]
    price_of: Callable[[Choice], Price | None]
    speech_for: Callable[[Caller], Speech]
    estimate: Callable[[Caller, Request], int | None] = lambda _, __: None
    purser: Purser = UNLIMITED
    permit: Permit = everybody
    speech_as_named: Callable[[Caller], Speech] | None = None
    ends_on: Callable[[str], date | None] = lambda _: None
    heir_of: Callable[[str], Choice | None] = lambda _: None
    switched: Callable[[Place, str], Place] = lambda place, _: place
    reached: Callable[[str, str], str] = lambda _, model: model

    def for_person(self, person_id: str) -> Place:
        """Return the same with the models that this person has switched to, to name, to price and to ask them."""
        return self.switched(self, person_id)


def places_for(places: Iterable[Place], person_id: str) -> tuple[Place, ...]:
    """Return each place as a person's calls reach it."""
    return tuple(place.for_person(person_id) for place in places)
