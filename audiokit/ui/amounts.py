"""How money and time are said, on every page."""

from __future__ import annotations

from audiokit import money
from audiokit.usage.purse import Money
from audiokit.words.clock import clock

__all__ = ["clock", "dollars", "length", "span", "spent", "spent_in_short"]

_A_FEW = 10  # minutes: below, halves are told


def dollars(nanousd: int | None) -> str:
    """Return an amount for Markdown, in which a dollar sign begins mathematics."""
    return money.show(nanousd).replace("$", r"\$")


def length(minutes: float) -> str:
    """Return a length that is about so long: ``6 min``, ``2.5 min``, ``40 s``."""
    if minutes < 1:
        return f"{max(5, round(minutes * 12) * 5)} s"
    return f"{round(minutes * 2) / 2:g} min" if minutes < _A_FEW else f"{minutes:.0f} min"


def span(low_nanousd: int | None, high_nanousd: int | None) -> str:
    """Return what will be paid, for Markdown: ``≈ $0.38`` to ``0.46``, ``up to $0.46``, ``free``, ``price unknown``."""
    if low_nanousd is None or high_nanousd is None:
        return "price unknown"
    if high_nanousd == 0:
        return "free"
    low, high = dollars(low_nanousd), dollars(high_nanousd)
    if low_nanousd == 0:
        return f"up to {high}"
    return f"≈ {low}" if low == high else f"≈ {low}–{high.removeprefix(chr(92) + '$')}"  # noqa: RUF001 - a span


def spent(paid: Money) -> str:
    """Return what was spent against what was said: ``$0.31 of ≈ $0.42``; what is not known is said to be unknown."""
    if paid.n_unknown:
        return spent_in_short(paid)
    so_far = dollars(paid.spent_nanousd)
    if not paid.high_nanousd or paid.low_nanousd is None:
        return so_far if paid.spent_nanousd else "free" if paid.high_nanousd == 0 else "nothing spent yet"
    so_far = so_far if paid.spent_nanousd else r"\$0"
    return f"{so_far} of {span(paid.low_nanousd, paid.high_nanousd)}"


def spent_in_short(paid: Money) -> str:
    """Return what was spent in a few words: ``$0.31``, ``free``, ``at least $0.31``, ``cost unknown``."""
    if paid.n_unknown:
        return f"at least {dollars(paid.spent_nanousd)}" if paid.spent_nanousd else "cost unknown"
    return dollars(paid.spent_nanousd)
