"""Both sides of one day and model, the ledger's and the bill's, and whether they say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from audiokit.usage.bill import Counts
from audiokit.usage.billable import NOTHING, Booked

__all__ = ["ByDay", "Sides"]

_SAME_SHARE: Final = Decimal("0.005")
_SAME_NANOUSD: Final = 100_000  # a hundredth of a cent
_COMPARED: Final = (
    "n_requests",
    "input_tokens",
    "output_tokens",
    "audio_in_tokens",
    "audio_out_tokens",
    "characters",
    "seconds",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides of one day and model. ``billed`` None: the usage names no such model; no charge: none is known yet."""

    booked: Booked = NOTHING
    billed: Counts | None = None
    charged_nanousd: int | None = None

    @property
    def n_missing(self) -> int:
        """How many calls the bill has more than the ledger."""
        return (self.billed.n_requests if self.billed else 0) - self.booked.counts.n_requests

    @property
    def counts_agree(self) -> bool:
        """Whether all that both sides tell is the same."""
        if self.billed is None:
            return not self.booked.counts.n_requests
        pairs = ((getattr(self.booked.counts, name), getattr(self.billed, name)) for name in _COMPARED)
        return all(one == other for one, other in pairs if one is not None and other is not None)

    @property
    def costs_agree(self) -> bool:
        """Whether both cost the same, to half a percent or a hundredth of a cent."""
        if self.charged_nanousd is None:
            return not self.booked.cost_nanousd and not self.booked.n_unknown
        difference = abs(self.charged_nanousd - self.booked.cost_nanousd)
        dearer = max(self.charged_nanousd, self.booked.cost_nanousd)
        return difference <= _SAME_NANOUSD or difference <= _SAME_SHARE * dearer


ByDay = Mapping[tuple[date, str], Sides]
"""By day and model."""
