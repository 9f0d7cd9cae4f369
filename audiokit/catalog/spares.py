"""Who else could do what one model failed to do, at the same endpoint."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from audiokit.catalog.models import Catalog, Provider
from audiokit.catalog.picking import Ask, endpoint_for, obstacle
from audiokit.catalog.roles import Choice

__all__ = ["spares"]


def spares(
    catalog: Catalog,
    chosen: Choice,
    *,
    on: date,
    provider: Provider,
    served: frozenset[str] | None = None,
    transports: frozenset[str] = frozenset(),
) -> tuple[Choice, ...]:
    """Return the other living candidates for a choice's role, best first.

    ``served`` is what the endpoint lists as its models, None where it was not asked; ``transports`` are those of
    :func:`audiokit.catalog.roles.choose`.
    """
    ask = Ask(
        catalog=catalog,
        role=chosen.role,
        tier=chosen.tier,
        on=on,
        provider=provider,
        served=served,
        transports=transports,
    )
    others = (model for model in ask.candidates if chosen.model_name not in model.names)
    return tuple(
        replace(
            chosen,
            model=model,
            model_name=model.id,
            endpoint=endpoint,
            why=f"{model.id}: the next choice after {chosen.model_name}.",
            retires_in_days=None,
        )
        for model in others
        if obstacle(model, ask) is None and (endpoint := endpoint_for(model, ask)) is not None
    )
