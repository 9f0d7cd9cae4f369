"""An endpoint with its models, its prices and its way to be asked, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.offers import Offer, offers
from audiokit.catalog.picking import needs_socket
from audiokit.catalog.prices import Price, price_on
from audiokit.catalog.roles import REALTIME, Choice, choose
from audiokit.catalog.spares import spares
from audiokit.people.switches import Switches
from audiokit.speech.client import OnEndpoint
from audiokit.speech.ending import Ends
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.estimate import Longest, estimate, tokens
from audiokit.speech.held import Held
from audiokit.speech.metered import Metered, kind_of
from audiokit.speech.paced import Pace, paced
from audiokit.speech.permitted import Permit, Permitted, everybody
from audiokit.speech.place import Place
from audiokit.speech.purser import Purser
from audiokit.speech.realtime_request import OverRealtime
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller, Request
from audiokit.speech.served import Served
from audiokit.speech.switched import Switched, Switching, choice_for_everybody, place_switched
from audiokit.speech.varied import Varied
from audiokit.usage.budgets import Budgets
from audiokit.usage.experience import Experience
from audiokit.usage.ledger import Ledger

__all__ = ["Spending", "choice_at", "place_at", "transports_of", "utc_today"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What stands before every paid call: budgets, and what is known of how long answers are.

    ``longest_s`` is how long one call may take, with whatever is repeated of it. ``permit`` says who may call at all,
    and ``pace`` how fast.
    """

    budgets: Budgets
    experience: Experience
    longest_s: float = 600.0
    permit: Permit = everybody
    pace: Pace | None = None


def transports_of(endpoint: Endpoint, catalog: Catalog) -> frozenset[str]:
    """Return what an endpoint can be asked over beside HTTP.

    Of a compatible server nobody knows, unless its operator names a model for live talk, or one that needs a socket.
    Azure's classic paths still speak the beta of Realtime, and the offline engine does everything over HTTP.
    """
    match endpoint.provider:
        case Provider.OPENAI:
            has_sockets = True
        case Provider.AZURE:
            has_sockets = endpoint.api_version is None
        case Provider.COMPATIBLE:
            names_one = any(_needs_socket(catalog, name) for name in endpoint.models.values())
            has_sockets = names_one or Role.LIVE.value in endpoint.models
        case _:
            has_sockets = False
    return frozenset({REALTIME}) if has_sockets else frozenset()


def choice_at(
    endpoint: Endpoint,
    catalog: Catalog,
    role: Role,
    tier: Tier,
    *,
    on: date,
    asked: str | None = None,
    served: frozenset[str] | None = None,
) -> Choice:
    """Return the model that plays a role at an endpoint; see :func:`audiokit.catalog.roles.choose`."""
    return choose(
        catalog,
        role,
        tier,
        on,
        endpoint.provider,
        overrides=endpoint.models,
        served=served,
        transports=transports_of(endpoint, catalog),
        asked=asked,
    )


def utc_today() -> date:
    """Return the day that models and prices go by."""
    return datetime.now(UTC).date()


def place_at(
    wire: OnEndpoint,
    served: Served,
    catalog: Catalog,
    ledger: Ledger,
    *,
    spending: Spending | None = None,
    switches: Switches | None = None,
    today: Callable[[], date] = utc_today,
) -> Place:
    """Return the place of an endpoint.

    Without ``spending``, no budgets stand before it; without ``switches``, nobody switches models.
    """
    endpoint, provider = wire.endpoint, wire.endpoint.provider
    transports = transports_of(endpoint, catalog)
    ends = Ends(served=served, catalog=catalog, provider=provider, transports=transports, today=today)
    forbids = spending.budgets.forbids if spending else _nothing_forbidden
    switching = Switching(switches=switches, catalog=catalog, forbids=forbids)

    def price_on_day(model: str, day: date) -> Price | None:
        known = catalog.find(model)
        return price_on(known, day, provider) if known else None

    def speech_for(caller: Caller) -> Speech:
        model_for = partial(switching.name, caller.person_id)
        return Switched(speech_as_named(caller), model_for, catalog, provider)

    def speech_as_named(caller: Caller) -> Speech:
        """Read inside out: each try of a varied request is a call of its own, and has its own entry."""
        inner = _over_all(wire, catalog) if transports else wire
        metered = Metered(inner=inner, ledger=ledger, price_of=price_on_day, endpoint=endpoint, caller=caller)
        if spending is None:
            return Varied(metered)
        held = Held(
            metered=metered,
            budgets=spending.budgets,
            estimate=partial(estimate_here, caller),
            price_of=lambda request: price_on_day(request.model, today()),
            longest_s=spending.longest_s,
        )
        in_turn = paced(held, spending.pace, provider, partial(_tokens, spending, caller))
        return Varied(Permitted(in_turn, spending.permit, caller.person_id))

    def estimate_here(caller: Caller, request: Request) -> int | None:
        return estimate(request, price_on_day(request.model, today()), _longest(spending, caller, request))

    def choose_here(role: Role, tier: Tier, asked: str | None = None) -> Choice:
        chosen = choose_as_named(role, tier, asked)
        return choice_for_everybody(chosen, switching, choose_as_named)

    def choose_as_named(role: Role, tier: Tier, asked: str | None = None) -> Choice:
        """What a server lists counts where a person asks for something on it; lists are often not complete."""
        listed = served.names() if asked else None
        return choice_at(endpoint, catalog, role, tier, on=today(), asked=asked, served=listed)

    def offers_here(role: Role) -> tuple[Offer, ...]:
        listed, ours = served.names(), endpoint.models
        return offers(catalog, role, today(), provider, served=listed, overrides=ours, transports=transports)

    def candidates(role: Role, tier: Tier) -> tuple[Choice, ...]:
        chosen = choose_here(role, tier)
        return (chosen, *spares(catalog, chosen, on=today(), provider=provider, transports=transports))

    return Place(
        endpoint=endpoint,
        choose=choose_here,
        candidates=candidates,
        offers=offers_here,
        price_of=lambda choice: price_on_day(choice.model_name, today()),
        speech_for=speech_for,
        estimate=estimate_here,
        purser=Purser(spending.budgets if spending else None),
        permit=spending.permit if spending else everybody,
        speech_as_named=speech_as_named,
        ends_on=ends.day,
        heir_of=lambda name: ends.heir(name, choose_as_named),
        switched=partial(place_switched, switching=switching, choose=choose_as_named),
        reached=switching.name,
    )


def _nothing_forbidden(_model: str) -> bool:
    return False


def _longest(spending: Spending | None, caller: Caller, request: Request) -> Longest | None:
    known = spending and spending.experience.longest(kind_of(request), caller.page, request.model)
    return Longest(*known) if known else None


def _tokens(spending: Spending, caller: Caller, request: Request) -> int:
    return tokens(request, _longest(spending, caller, request))


def _over_all(wire: OnEndpoint, catalog: Catalog) -> OverRealtime:
    return OverRealtime(
        inner=wire,
        endpoint=wire.endpoint,
        needs_socket=lambda name: _needs_socket(catalog, name),
        timeout_s=wire.timeout_s,
    )


def _needs_socket(catalog: Catalog, name: str) -> bool:
    known = catalog.find(name)
    return known is not None and needs_socket(known)
