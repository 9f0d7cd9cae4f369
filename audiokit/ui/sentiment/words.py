"""How prices, states and kinds of moments are said on this page."""

from __future__ import annotations

from types import MappingProxyType

from audiokit.sentiment.kept import Progress
from audiokit.sentiment.quote import Quote
from audiokit.sentiment.wording import KINDS, STANDING
from audiokit.ui.amounts import clock, dollars, length, span, spent, spent_in_short

__all__ = [
    "KINDS",
    "STANDING",
    "STATES",
    "clock",
    "dollars",
    "length",
    "many",
    "on_button",
    "span",
    "spent",
    "spent_in_short",
]

STATES = MappingProxyType(
    {
        Progress.WAITING: ("○", "Waiting"),
        Progress.PREPARING: ("◔", "Preparing the sound"),
        Progress.HEARING: ("◑", "Writing down the words"),
        Progress.READING: ("◕", "Reading words and voices"),
        Progress.DONE: ("✓", "Done"),
        Progress.PAUSED: ("‖", "Paused"),
        Progress.FAILED: ("✕", "Failed"),
    }
)
"""Sign and words of each state."""


def many(n: int, one: str, more: str | None = None) -> str:
    """Return a number with its noun: ``1 recording``, ``2 recordings``."""
    return f"{n} {one if n == 1 else more or f'{one}s'}"


def on_button(quote: Quote) -> str:
    """Return price and length for a button: ``≈ $0.12 · 42 min``."""
    if quote.low_nanousd is None or quote.high_nanousd is None:
        price = "price unknown"
    else:
        middle = (quote.low_nanousd + quote.high_nanousd) // 2
        price = dollars(middle) if middle == 0 else f"≈ {dollars(middle)}"
    return f"{price} · {length(quote.minutes)}"
