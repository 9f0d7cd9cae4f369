"""Who can play a role right now, and what stands in the way of the others. No sentences here; see ``reasons``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from audiokit.catalog.models import Catalog, Model, Provider, Role, Tier

__all__ = [
    "Ask",
    "Obstacle",
    "Pick",
    "endpoint_for",
    "heir",
    "listed_names",
    "needs_socket",
    "obstacle",
    "obstacle_to_asking",
    "pick",
]

_WAYS: Mapping[Role, tuple[str, ...]] = {
    Role.CONVERSE: ("chat/completions", "realtime"),
    Role.SPEAK: ("audio/speech", "chat/completions", "realtime"),
    Role.TRANSCRIBE: ("audio/transcriptions",),
    Role.WRITE: ("chat/completions",),
    Role.JUDGE: ("chat/completions",),
    Role.LIVE: ("realtime",),
    Role.TRANSLATE: ("realtime/translations", "realtime"),
}
_SOCKETS = frozenset({"realtime", "realtime/translations"})
_LIVE_ROLES = frozenset({Role.LIVE, Role.TRANSLATE})  # these are played over a WebSocket or not at all


class Obstacle(StrEnum):
    """Why a model cannot play a role, in the order in which we look."""

    NOT_OFFERED = "not offered"
    ENDED = "ended"
    NOT_SERVED = "not served"
    OUT_OF_REACH = "out of reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to the catalog; the fields are the arguments of ``roles.choose``."""

    catalog: Catalog
    role: Role
    tier: Tier
    on: date
    provider: Provider
    served: frozenset[str] | None = None
    transports: frozenset[str] = frozenset()

    @property
    def candidates(self) -> tuple[Model, ...]:
        """Who may play the role, best first, dead or alive."""
        return self.catalog.preferred(self.role, self.tier)

    @property
    def server_decides(self) -> bool:
        """Whether what lives is what a compatible server lists, and not what OpenAI still has."""
        return self.provider is Provider.COMPATIBLE and self.served is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A model, the name to send, and the endpoint to send it to."""

    model: Model
    model_name: str
    endpoint: str


def pick(ask: Ask) -> Pick | None:
    """Return the first candidate that nothing stands in the way of."""
    return next((_picked(model, ask) for model in ask.candidates if obstacle(model, ask) is None), None)


def obstacle(model: Model, ask: Ask) -> Obstacle | None:
    """Return the first thing that keeps ``model`` from playing the role, or None."""
    if not ask.server_decides:
        if model.lifecycle(ask.provider) is None:
            return Obstacle.NOT_OFFERED
        if not model.lives(ask.on, ask.provider):
            return Obstacle.ENDED
    if ask.served is not None and _served_name(model, ask) is None:
        return Obstacle.NOT_SERVED
    return Obstacle.OUT_OF_REACH if endpoint_for(model, ask) is None else None


def obstacle_to_asking(model: Model, ask: Ask) -> Obstacle | None:
    """Return what keeps a person from having ``model`` who asks for it by name, or None.

    As :func:`obstacle`, but what an endpoint lists can be had there, whatever our dates say: sources disagree on some,
    and a choice of one's own may be tried where the catalog's own must not depend on it.
    """
    if listed_names(model, ask):
        return None if endpoint_for(model, ask) else Obstacle.OUT_OF_REACH
    return obstacle(model, ask)


def heir(model: Model, ask: Ask) -> Pick | None:
    """Return who takes over from ``model`` where it cannot be had: its named replacement, or else the role's own pick.

    That is the tier's own, or where it has none, the other tier's.
    """
    named = _replacement(model, ask)
    if named is not None and ask.role in named.roles and obstacle(named, ask) is None:
        return _picked(named, ask)
    return pick(ask) or next(filter(None, (pick(replace(ask, tier=tier)) for tier in Tier)), None)


def endpoint_for(model: Model, ask: Ask) -> str | None:
    """Return the best endpoint at which ``model`` can play the role over the transports at hand."""
    has_socket = ask.role in _LIVE_ROLES or "realtime" in ask.transports
    ways = (way for way in _WAYS[ask.role] if has_socket or way not in _SOCKETS)
    return next((way for way in ways if way in model.endpoints), None)


def needs_socket(model: Model) -> bool:
    """Whether ``model`` converses over a Realtime WebSocket alone."""
    return "realtime" in model.endpoints and "chat/completions" not in model.endpoints


def listed_names(model: Model, ask: Ask) -> tuple[str, ...]:
    """Return the names of ``model`` that the endpoint lists, later snapshots last; none where it was not asked."""
    served = ask.served or frozenset()
    ours = [name for name in model.names if name in served]
    longer = (name for name in served.difference(ours) if name.startswith(model.names))
    return (*ours, *sorted(name for name in longer if ask.catalog.find(name) is model))


def _picked(model: Model, ask: Ask) -> Pick | None:
    endpoint = endpoint_for(model, ask)
    if endpoint is None:
        return None
    return Pick(model=model, model_name=_served_name(model, ask) or model.id, endpoint=endpoint)


def _served_name(model: Model, ask: Ask) -> str | None:
    return next(iter(listed_names(model, ask)), None)


def _replacement(model: Model, ask: Ask) -> Model | None:
    """Return what its provider names in its place; OpenAI's word serves where the provider has none."""
    lives = (model.lifecycle(ask.provider), model.lifecycle(Provider.OPENAI))
    name = next((life.replacement for life in lives if life and life.replacement), None)
    return ask.catalog.find(name) if name else None
