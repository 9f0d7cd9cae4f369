"""What a person may choose for a role at an endpoint today, and what has become of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from audiokit.catalog.models import Catalog, Model, Provider, Role, Tier
from audiokit.catalog.picking import Ask, endpoint_for, listed_names, obstacle_to_asking
from audiokit.catalog.reasons import why_ended, why_offered
from audiokit.catalog.unlisted import unlisted

__all__ = ["Offer", "offers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One model for one role, under the name to ask for it (``choose(…, asked=offer.model_name)``).

    ``why`` is a sentence or two: until when it lives, or since when it does not, and what replaces it.
    """

    model: Model
    model_name: str
    tier: Tier
    is_available: bool
    why: str


def offers(
    catalog: Catalog,
    role: Role,
    on: date,
    provider: Provider,
    *,
    served: frozenset[str] | None = None,
    overrides: Mapping[str, str] = MappingProxyType({}),
    transports: frozenset[str] = frozenset(),
) -> tuple[Offer, ...]:
    """Return every model that plays ``role`` over what we speak: what can be had first, in the catalog's order.

    ``served``, ``overrides`` and ``transports`` are those of :func:`audiokit.catalog.roles.choose`. What the operator
    set comes first. Where a compatible server lists models that nobody here knows, they come last: what they can do is
    for the person to find out. Nothing is raised: where there is nothing to choose, nothing is returned.
    """
    ask = Ask(
        catalog=catalog,
        role=role,
        tier=Tier.FULL,
        on=on,
        provider=provider,
        served=served,
        transports=transports,
    )
    told = overrides.get(role.value) if provider is not Provider.OFFLINE else None
    found = [*_by_the_operator(told, ask), *_known(ask, without=told), *_unknown(ask, without=told)]
    return tuple(sorted(found, key=lambda offer: not offer.is_available))


def _by_the_operator(told: str | None, ask: Ask) -> Iterator[Offer]:
    if told is None:
        return
    known = ask.catalog.find(told)
    tier = known.tier if known else Tier.FULL
    model = known or unlisted(told, replace(ask, tier=tier))
    if model is not None:
        why = f"Set by the operator. {why_offered(model, ask)}"
        yield Offer(model=model, model_name=told, tier=tier, is_available=True, why=why)


def _known(ask: Ask, *, without: str | None) -> Iterator[Offer]:
    for model in _in_order(ask):
        its = replace(ask, tier=model.tier)
        trouble = obstacle_to_asking(model, its)
        for name in listed_names(model, its) or (model.id,):
            if name != without:
                yield Offer(
                    model=model,
                    model_name=name,
                    tier=model.tier,
                    is_available=trouble is None,
                    why=why_ended(model, trouble, its) if trouble else why_offered(model, its),
                )


def _in_order(ask: Ask) -> tuple[Model, ...]:
    """Return those who play the role there, or did: the preferred ones first, then as the catalog has them."""
    preferred = [model for tier in Tier for model in ask.catalog.preferred(ask.role, tier)]
    others = [model for model in ask.catalog.models if ask.role in model.roles]
    return tuple(model for model in dict.fromkeys([*preferred, *others]) if _belongs(model, ask))


def _belongs(model: Model, ask: Ask) -> bool:
    """Whether anybody would look for it there: it can be reached, and it is not of the other side of the door."""
    is_ours = model.lifecycle(Provider.OFFLINE) is not None
    if is_ours or ask.provider is Provider.OFFLINE:
        at_home = is_ours and ask.provider is Provider.OFFLINE
        return (at_home or bool(listed_names(model, ask))) and endpoint_for(model, ask) is not None
    return endpoint_for(model, ask) is not None


def _unknown(ask: Ask, *, without: str | None) -> Iterator[Offer]:
    """What a compatible server lists and the catalog does not have. OpenAI lists a hundred that play no role here."""
    if ask.provider is not Provider.COMPATIBLE:
        return
    for name in sorted(ask.served or ()):
        if name != without and ask.catalog.find(name) is None and (model := unlisted(name, ask)):
            why = "This server lists it. Whether it can do this, and what it costs, is not known."
            yield Offer(model=model, model_name=name, tier=model.tier, is_available=True, why=why)
