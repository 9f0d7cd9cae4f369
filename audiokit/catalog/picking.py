"""Who can play a role right now, and what stands in the way of the others. No sentences here; see ``reasons``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from audiokit.catalog.models import Catalog, Model, Provider, Role, Tier

__all__ = ["Ask", "Obstacle", "Pick", "endpoint_for", "obstacle", "pick"]

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
    for model in ask.candidates:
        endpoint = endpoint_for(model, ask)
        if endpoint is not None and obstacle(model, ask) is None:
            return Pick(model=model, model_name=_served_name(model, ask) or model.id, endpoint=endpoint)
    return None


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


def endpoint_for(model: Model, ask: Ask) -> str | None:
    """Return the best endpoint at which ``model`` can play the role over the transports at hand."""
    has_socket = ask.role in _LIVE_ROLES or "realtime" in ask.transports
    ways = (way for way in _WAYS[ask.role] if has_socket or way not in _SOCKETS)
    return next((way for way in ways if way in model.endpoints), None)


def _served_name(model: Model, ask: Ask) -> str | None:
    return next((name for name in model.names if name in (ask.served or ())), None)
