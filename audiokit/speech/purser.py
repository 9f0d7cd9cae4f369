"""Degrade before refusing: the first of several ways that the budgets reach for, and why it is not the first of all.

A feature gives its ways in order, such as the full model, the mini one, words only. Nothing is held here: what is
looked at may be gone a moment later, and then the call itself is refused (:mod:`audiokit.speech.held`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from audiokit.speech.held import spender_of
from audiokit.speech.requests import Caller
from audiokit.usage.budget import why_less
from audiokit.usage.budgets import Budgets

__all__ = ["UNLIMITED", "Purser", "Way"]

_Offer = TypeVar("_Offer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(Generic[_Offer]):
    """One way to have something done by ``model``; ``estimate`` says in nano-USD what it may cost, None: nobody knows.

    ``sentence`` says what is done then, as its first half: ``The mini model answers``.
    """

    offer: _Offer
    model: str
    estimate: Callable[[], int | None]
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Purser:
    """Knows what the budgets reach for; without any, for everything."""

    budgets: Budgets | None = None

    @property
    def is_unlimited(self) -> bool:
        """Whether there are no budgets at all; then estimates need not be made."""
        return self.budgets is None or self.budgets.is_unlimited

    def reaches(self, caller: Caller, model: str, estimate_nanousd: int | None) -> bool:
        """Whether a call would be made at this moment."""
        if self.budgets is None:
            return True
        return self.budgets.refusal(spender_of(caller, model), estimate_nanousd) is None

    def choose(self, caller: Caller, ways: Sequence[Way[_Offer]]) -> tuple[_Offer, str | None]:
        """Return the first way that is reached for, with a sentence if that is not the first.

        Where none is, it is the first, so that its call is refused, with the reason, and written down as refused.
        """
        if self.budgets is None or self.budgets.is_unlimited:
            return ways[0].offer, None
        first = None
        for way in ways:
            refusal = self.budgets.refusal(spender_of(caller, way.model), way.estimate())
            if refusal is None:
                return way.offer, None if first is None else f"{way.sentence}: {why_less(first)}"
            first = first or refusal
        return ways[0].offer, None


UNLIMITED = Purser()
"""For where there are no budgets."""
