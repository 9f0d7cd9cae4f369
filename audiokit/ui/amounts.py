"""How money and time are said, on every page."""

from __future__ import annotations

from audiokit import money
from audiokit.words.clock import clock

__all__ = ["clock", "dollars", "length"]

_A_FEW = 10  # minutes: below, halves are told


def dollars(nanousd: int | None) -> str:
    """Return an amount for Markdown, in which a dollar sign begins mathematics."""
    return money.show(nanousd).replace("$", r"\$")


def length(minutes: float) -> str:
    """Return a length that is about so long: ``6 min``, ``2.5 min``, ``40 s``."""
    if minutes < 1:
        return f"{max(5, round(minutes * 12) * 5)} s"
    return f"{round(minutes * 2) / 2:g} min" if minutes < _A_FEW else f"{minutes:.0f} min"
