"""How prices, lengths, formats and states are said on this page."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from audiokit import money
from audiokit.summaries.kept import Progress
from audiokit.summaries.quote import Quote
from audiokit.ui import amounts
from audiokit.ui.amounts import clock, dollars, length, spent, spent_in_short

__all__ = [
    "FORMAT_ICONS",
    "STATES",
    "clock",
    "dollars",
    "in_usd",
    "length",
    "on_button",
    "span",
    "spent",
    "spent_in_short",
]

STATES = MappingProxyType(
    {
        Progress.DRAFT: (":material/edit_note:", "Draft", "gray"),
        Progress.WRITING: (":material/stylus_note:", "Writing", "blue"),
        Progress.WRITTEN: (":material/article:", "Script ready", "violet"),
        Progress.MAKING: (":material/graphic_eq:", "Speaking", "blue"),
        Progress.MADE: (":material/check_circle:", "Ready", "green"),
        Progress.PAUSED: (":material/pause_circle:", "Paused", "orange"),
        Progress.FAILED: (":material/error:", "Stopped", "red"),
    }
)
"""Icon, words and colour of each state."""

FORMAT_ICONS = MappingProxyType(
    {
        "summary": ":material/summarize:",
        "briefing": ":material/work:",
        "deep_dive": ":material/scuba_diving:",
        "lesson": ":material/school:",
        "debate": ":material/forum:",
        "interview": ":material/mic_external_on:",
        "news": ":material/newspaper:",
        "audiobook": ":material/menu_book:",
        "announcement": ":material/campaign:",
    }
)


def in_usd(nanousd: int) -> str:
    """Return an amount as it is written into a field: ``0.5``."""
    return f"{Decimal(nanousd) / money.NANOUSD_PER_USD:f}"


def span(quote: Quote) -> str:
    """Return what will be paid, for Markdown, as :func:`audiokit.ui.amounts.span` has it."""
    return amounts.span(quote.low_nanousd, quote.high_nanousd)


def on_button(quote: Quote, *, with_length: bool = True) -> str:
    """Return price and length for a button: ``≈ $0.42 · 6 min``."""
    middle = quote.middle_nanousd
    price = "price unknown" if middle is None else dollars(middle) if middle == 0 else f"≈ {dollars(middle)}"
    return f"{price} · {length(quote.minutes)}" if with_length else price
