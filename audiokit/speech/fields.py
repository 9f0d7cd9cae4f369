"""Fields of JSON that others wrote: what is missing, null or of another kind reads as nothing, and never raises."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = ["Json", "count_at", "first_at", "number_at", "object_at", "objects_at", "text_at"]

Json = Mapping[str, Any]


def object_at(of: Json, key: str) -> Json:
    """Return the object at ``key``; empty if there is none."""
    found = of.get(key)
    return found if isinstance(found, Mapping) else {}


def first_at(of: Json, key: str) -> Json:
    """Return the first of the objects listed at ``key``; empty if there is none."""
    found = of.get(key)
    return found[0] if isinstance(found, list) and found and isinstance(found[0], Mapping) else {}


def objects_at(of: Json, key: str) -> list[Json]:
    """Return the objects listed at ``key``; none if there is no list, and without what is no object."""
    found = of.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def text_at(of: Json, key: str) -> str | None:
    """Return the text at ``key``; an empty one is none."""
    found = of.get(key)
    return found if isinstance(found, str) and found else None


def count_at(of: Json, key: str) -> int | None:
    """Return the whole number at ``key``, which is not negative."""
    found = of.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def number_at(of: Json, key: str) -> float | None:
    """Return the number at ``key``, which is finite."""
    found = of.get(key)
    if not isinstance(found, int | float) or isinstance(found, bool) or not math.isfinite(found):
        return None
    return float(found)
