"""What a cost is made of: sound in, sound out, text, what came from the provider's cache. Pure, and exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import floor
from typing import Final

from audiokit.catalog.prices import Price, Usage, charges, cost

__all__ = ["CostByKind", "split"]

_KIND_OF: Final = {
    "audio_in": "audio_in_nanousd",
    "per_minute": "audio_in_nanousd",
    "audio_out": "audio_out_nanousd",
    "per_character": "audio_out_nanousd",
    "text_in": "text_nanousd",
    "text_out": "text_nanousd",
    "cache_write_text_in": "text_nanousd",
    "cached_text_in": "cached_nanousd",
    "cached_audio_in": "cached_nanousd",
}
"""By the price's field. A minute is one of sound that was sent, as transcribers bill it; characters buy speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostByKind:
    """A cost in its parts, which add up to it. ``cached`` is input that the provider had in its cache already."""

    audio_in_nanousd: int = 0
    audio_out_nanousd: int = 0
    text_nanousd: int = 0
    cached_nanousd: int = 0
    other_nanousd: int = 0

    @property
    def total_nanousd(self) -> int:
        """All parts together."""
        return (
            self.audio_in_nanousd
            + self.audio_out_nanousd
            + self.text_nanousd
            + self.cached_nanousd
            + self.other_nanousd
        )


def split(price: Price, usage: Usage) -> CostByKind | None:
    """Return :func:`audiokit.catalog.prices.cost` in its parts, to the nano-dollar; None where that is None.

    The whole is rounded up once. What that adds goes to the parts that lost most when theirs were rounded down.
    """
    parts, total = charges(price, usage), cost(price, usage)
    if parts is None or total is None:
        return None
    exact = dict.fromkeys(_KIND_OF.values(), Decimal(0))
    for name, amount in parts.items():
        exact[_KIND_OF[name]] += amount
    whole = {kind: floor(amount) for kind, amount in exact.items()}
    most_lost_first = sorted(exact, key=lambda kind: whole[kind] - exact[kind])
    for kind in most_lost_first[: total - sum(whole.values())]:
        whole[kind] += 1
    return CostByKind(**whole)
