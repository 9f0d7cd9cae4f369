"""What a provider's bill says, as values: what was used and what was charged, by day (UTC) and model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Protocol

__all__ = ["Bill", "BillSource", "Charged", "Counts", "Used", "added"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much was used. ``None`` is what was not told, or does not apply.

    ``input_tokens`` are the whole input, cached or not; ``cached_in_tokens`` and ``audio_in_tokens`` are parts of it,
    as ``audio_out_tokens`` is of ``output_tokens``. ``seconds`` are those of sound that was written down,
    ``characters`` those that were read aloud.
    """

    n_requests: int = 0
    input_tokens: int | None = None
    cached_in_tokens: int | None = None
    audio_in_tokens: int | None = None
    output_tokens: int | None = None
    audio_out_tokens: int | None = None
    characters: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What was used of a model on a day; ``model`` is the provider's name for it, None where it tells none."""

    day: date
    model: str | None
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What was charged for a line of the bill on a day; ``line_item`` reads like ``gpt-audio-1.5, input_tokens``."""

    day: date
    line_item: str | None
    nanousd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What the provider says of some days."""

    used: tuple[Used, ...] = ()
    charged: tuple[Charged, ...] = ()


class BillSource(Protocol):
    """Who knows the bill."""

    def bill(self, first: date, last: date) -> Bill:
        """Return the bill of the days from ``first`` to ``last``, both included, in UTC.

        Raises:
            ProviderError: it cannot be had; the sentence says why.
        """


def added(counts: Iterable[Counts]) -> Counts:
    """Return the sum; what none of them tells stays unknown."""
    sums = dict[str, int]()
    for one in counts:
        for name in _NAMES:
            if (count := getattr(one, name)) is not None:
                sums[name] = sums.get(name, 0) + count
    return Counts(**sums)


_NAMES = tuple(field.name for field in fields(Counts))
