"""From a role and a tier to a model that lives today, at this provider, over what we can speak; and why that one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from audiokit.catalog.models import Catalog, Model, Provider, Role, Tier
from audiokit.catalog.picking import Ask, endpoint_for, listed_names, obstacle_to_asking, pick
from audiokit.catalog.reasons import PURPOSES, nobody, why_asked, why_instead, why_listed, why_told
from audiokit.catalog.unlisted import unlisted
from audiokit.errors import NotConfigured

__all__ = ["REALTIME", "Choice", "choose"]

REALTIME = "realtime"
"""What to name in ``transports`` once the caller can send a single request over a Realtime WebSocket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The model that plays a role, under the name to send, at the endpoint to send it to.

    ``why`` is a sentence or two for the page. ``retires_in_days`` is None where no end is known, and zero or less where
    an operator insists on a model after its end. A model that is not in the catalog has no prices and no lifecycle;
    what it can do is assumed to be what the model can do that it stands in for.
    """

    model: Model
    model_name: str
    endpoint: str
    role: Role
    tier: Tier
    why: str
    retires_in_days: int | None


def choose(  # noqa: PLR0913 - nine independent questions; a bag around them would only hide them
    catalog: Catalog,
    role: Role,
    tier: Tier,
    on: date,
    provider: Provider,
    *,
    overrides: Mapping[str, str] = MappingProxyType({}),
    served: frozenset[str] | None = None,
    transports: frozenset[str] = frozenset(),
    asked: str | None = None,
) -> Choice:
    """Return the model that plays ``role`` at ``provider`` on a day.

    ``asked`` is the model that a person named, one of :func:`audiokit.catalog.offers.offers`: it is chosen if it can be
    had there, also before the operator's; and if not, what would be chosen without it serves, and ``why`` says so.

    ``overrides`` are the operator's (role to model name) and win, except at the offline engine, which has one model.
    ``served`` is what the endpoint lists as its models, None where it was not asked: what it does not list is passed
    over, and what a compatible server does list lives, whatever became of OpenAI's own. ``transports`` are what the
    caller speaks beside plain HTTP; the live roles cannot do without a WebSocket, and take it for granted.

    Raises:
        ModelRetired: everything that could play the role there has been switched off.
        NotConfigured: nothing there ever could, or not for this key, or not over these transports; or an override
            names no role, or a model that cannot play it.
    """
    ask = Ask(catalog=catalog, role=role, tier=tier, on=on, provider=provider, served=served, transports=transports)
    _refuse_unknown_roles(overrides)
    told = overrides.get(role.value) if provider is not Provider.OFFLINE else None
    if asked is not None and asked != told:
        return _as_asked(asked, ask) or _instead_of(asked, _by_rule(told, ask), ask)
    return _by_rule(told, ask)


def _by_rule(told: str | None, ask: Ask) -> Choice:
    if told is not None:
        return _as_told(told, ask)
    if (chosen := pick(ask)) is None:
        raise nobody(ask)
    return _choice(chosen.model, chosen.model_name, chosen.endpoint, why_listed(chosen, ask), ask)


def _as_asked(name: str, ask: Ask) -> Choice | None:
    """Return a person's own choice, or None if it cannot be had.

    A name that only a compatible server knows holds until its list says otherwise.
    """
    known = ask.catalog.find(name)
    if known is None:
        may_be_there = ask.provider is Provider.COMPATIBLE and (ask.served is None or name in ask.served)
        model = unlisted(name, ask) if may_be_there else None
    else:
        can_be_had = ask.role in known.roles and obstacle_to_asking(known, ask) is None
        model = known if can_be_had else None
    if model is None or (endpoint := endpoint_for(model, ask)) is None:
        return None
    if known is not None:
        names = listed_names(known, ask) or known.names
        name = name if name in names else names[0]
    return _choice(model, name, endpoint, why_asked(name, model, ask), ask)


def _instead_of(name: str, choice: Choice, ask: Ask) -> Choice:
    return replace(choice, why=why_instead(choice.model_name, choice.model, name, ask))


def _as_told(name: str, ask: Ask) -> Choice:
    known = ask.catalog.find(name)
    endpoint = endpoint_for(known, ask) if known and ask.role in known.roles else None
    if known and endpoint:
        return _choice(known, name, endpoint, why_told(name, known, ask, is_listed=True), ask)
    if known and ask.provider is not Provider.COMPATIBLE:
        raise NotConfigured(
            f"AUDIOKIT_MODELS gives {ask.role} to {name}, which cannot be used for {PURPOSES[ask.role]} here. "
            f"Name another, or leave {ask.role} out.",
            model=name,
        )
    model = unlisted(name, ask)
    if model is None or (endpoint := endpoint_for(model, ask)) is None:
        raise nobody(ask)
    return _choice(model, name, endpoint, why_told(name, model, ask, is_listed=False), ask)


def _choice(model: Model, name: str, endpoint: str, why: str, ask: Ask) -> Choice:
    end = None if ask.server_decides else model.shuts_down_on(ask.provider)
    days = None if end is None else (end - ask.on).days
    return Choice(
        model=model, model_name=name, endpoint=endpoint, role=ask.role, tier=ask.tier, why=why, retires_in_days=days
    )


def _refuse_unknown_roles(overrides: Mapping[str, str]) -> None:
    roles = [role.value for role in Role]
    for name in overrides:
        if name not in roles:
            near = difflib.get_close_matches(name, roles, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Roles are {', '.join(roles)}."
            raise NotConfigured(f"AUDIOKIT_MODELS names {name!r}, which is no role. {hint}", key="AUDIOKIT_MODELS")
