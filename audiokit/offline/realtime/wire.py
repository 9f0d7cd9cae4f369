"""Realtime events as they stand on the wire, key for key in the recorded order. Pure functions of values."""

from __future__ import annotations

import random
import secrets
import string
from collections.abc import Mapping
from typing import Any

from audiokit.offline.refusals import Refused

__all__ = ["PCM", "Event", "delta", "error", "event", "new_id", "rate_limits"]

Event = dict[str, Any]
PCM: Mapping[str, Any] = {"type": "audio/pcm", "rate": 24_000}

_LETTERS = string.ascii_letters + string.digits
_ID_LENGTH = 21
_PADDED_TO = 16
_TOKENS_A_MINUTE = 15_000_000  # as recorded; nothing is limited here
_chance = random.Random()  # noqa: S311 - padding, no secret


def new_id(kind: str) -> str:
    """Return an id such as ``item_E6U0xpLmn5e80rVGpEeKv``."""
    return f"{kind}_{''.join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))}"


def event(kind: str, **fields: Any) -> Event:
    """Return one server event with an id of its own."""
    return {"type": kind, "event_id": new_id("event"), **fields}


def delta(kind: str, text: str, **where: Any) -> Event:
    """Return a piece of text, padded so that its size does not tell what it is."""
    padding = "".join(_chance.choices(_LETTERS, k=-len(text) % _PADDED_TO))
    return event(kind, **where, delta=text, obfuscation=padding)


def error(refused: Refused, caused_by: str | None) -> Event:
    """Return a refusal; ``caused_by`` is the id that the client gave its event."""
    told = {"type": refused.kind, "code": refused.code, "message": refused.message, "param": refused.param}
    return event("error", error=told | {"event_id": caused_by})


def rate_limits(used_tokens: int) -> Event:
    """Return what is left, which is everything."""
    limit = {"name": "tokens", "limit": _TOKENS_A_MINUTE, "remaining": _TOKENS_A_MINUTE - used_tokens}
    return event("rate_limits.updated", rate_limits=[limit | {"reset_seconds": 0.002}])
