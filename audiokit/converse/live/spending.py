"""What a live session costs, from what the provider reports, and how far that goes against what was set for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Budget", "Spending"]

_WARN_AT = 0.8
_LEAST_S = 5.0  # before that, a rate means nothing
_SECONDS_A_MINUTE = 60


class Budget(StrEnum):
    """How things stand with a session's budget."""

    WITHIN = "within"
    NEARLY = "nearly"  # four fifths are spent
    SPENT = "spent"


@dataclass(slots=True, kw_only=True)
class Spending:
    """One session's costs so far. ``budget_nanousd`` None is no limit; ``clock`` is in steady seconds."""

    budget_nanousd: int | None
    clock: Callable[[], float]
    began_at: float
    known_nanousd: int = 0
    n_unknown: int = 0

    def add(self, cost_nanousd: int | None) -> None:
        """Count one call; what nobody can price makes the whole unknown."""
        if cost_nanousd is None:
            self.n_unknown += 1
        else:
            self.known_nanousd += cost_nanousd

    @property
    def total_nanousd(self) -> int | None:
        """What was spent; None if that is not known."""
        return None if self.n_unknown else self.known_nanousd

    @property
    def per_minute_nanousd(self) -> int | None:
        """What a minute has cost on average; None in the first moments, and where the whole is not known."""
        elapsed_s = self.clock() - self.began_at
        if self.n_unknown or elapsed_s < _LEAST_S:
            return None
        return round(self.known_nanousd * _SECONDS_A_MINUTE / elapsed_s)

    @property
    def state(self) -> Budget:
        """How far the budget is spent, by what is known."""
        if self.budget_nanousd is None:
            return Budget.WITHIN
        if self.known_nanousd >= self.budget_nanousd:
            return Budget.SPENT
        return Budget.NEARLY if self.known_nanousd >= _WARN_AT * self.budget_nanousd else Budget.WITHIN
