"""A model that is not in the catalog, which an operator sets or a compatible server lists."""

from __future__ import annotations

from dataclasses import replace

from audiokit.catalog.facts import Confidence, Evidence, Model
from audiokit.catalog.picking import Ask, endpoint_for

__all__ = ["UNLISTED", "unlisted"]

UNLISTED = "unlisted"
"""The family of models that nobody here knows."""


def unlisted(name: str, ask: Ask) -> Model | None:
    """Return ``name`` as a model without prices and without an end, which can do what the one does that it stands for.

    That is the best that plays the role over what we speak; None if there is none.
    """
    stand_in = next((model for model in ask.candidates if endpoint_for(model, ask)), None)
    if stand_in is None:
        return None
    assumed = Evidence(source=f"assumed to be like {stand_in.id}", checked_on=ask.on, confidence=Confidence.C)
    return replace(
        stand_in, id=name, aliases=(), family=UNLISTED, tier=ask.tier, prices=(), lifecycles=(), evidence=assumed
    )
