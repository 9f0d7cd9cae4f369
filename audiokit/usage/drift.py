"""Where the ledger and the bill part, day by day and model by model, with the likely causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from audiokit.usage.causes import Cause, CauseKind, causes
from audiokit.usage.sides import ByDay, Sides

__all__ = ["Drift", "drifts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One day and model on both sides, and the likely causes of what differs."""

    day: date
    model: str
    sides: Sides
    causes: tuple[Cause, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether both say the same, to half a percent or a hundredth of a cent, but for the rounding of seconds."""
        return self.sides.costs_agree and all(cause.kind is CauseKind.ROUNDING for cause in self.causes)

    @property
    def difference_nanousd(self) -> int | None:
        """What the bill has more than the ledger; None while its cost is not known."""
        charged = self.sides.charged_nanousd
        return None if charged is None else charged - self.sides.booked.cost_nanousd


def drifts(sides: ByDay, now: datetime) -> tuple[Drift, ...]:
    """Return each day and model with the likely causes of what differs, in the order of days, then models."""
    return tuple(
        Drift(day=day, model=model, sides=both, causes=tuple(causes(sides, day, model, now)))
        for (day, model), both in sorted(sides.items())
    )
