"""How prices, states and kinds of moments are said on this page."""

from __future__ import annotations

from types import MappingProxyType

from audiokit.sentiment.kept import Money, Progress
from audiokit.sentiment.quote import Quote
from audiokit.sentiment.wording import KINDS, STANDING
from audiokit.ui.amounts import clock, dollars, length

__all__ = ["KINDS", "STANDING", "STATES", "clock", "dollars", "length", "many", "on_button", "span", "spent"]

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


def span(low_nanousd: int | None, high_nanousd: int | None) -> str:
    """Return what will be paid, for Markdown: ``≈ $0.38 to 0.46``, ``free``, ``price unknown``."""
    if low_nanousd is None or high_nanousd is None:
        return "price unknown"
    if high_nanousd == 0:
        return "free"
    low, high = dollars(low_nanousd), dollars(high_nanousd)
    if low_nanousd == 0:
        return f"up to {high}"
    return f"≈ {low}" if low == high else f"≈ {low} to {high}"


def on_button(quote: Quote) -> str:
    """Return price and length for a button: ``≈ $0.12 · 42 min``."""
    if quote.low_nanousd is None or quote.high_nanousd is None:
        price = "price unknown"
    else:
        middle = (quote.low_nanousd + quote.high_nanousd) // 2
        price = dollars(middle) if middle == 0 else f"≈ {dollars(middle)}"
    return f"{price} · {length(quote.minutes)}"


def spent(paid: Money) -> str:
    """Return what was spent against what was said: ``$0.31 of ≈ $0.42``."""
    if paid.high_nanousd == 0 and not paid.spent_nanousd:
        return "free"
    so_far = dollars(paid.spent_nanousd) if paid.spent_nanousd else r"\$0"
    if not paid.high_nanousd or paid.low_nanousd is None:
        return so_far if paid.spent_nanousd else "nothing spent yet"
    return f"{so_far} of {span(paid.low_nanousd, paid.high_nanousd)}"
