"""How prices, lengths, formats and states are said on this page."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from audiokit import money
from audiokit.summaries.kept import Money, Progress
from audiokit.summaries.quote import Quote
from audiokit.ui.amounts import clock, dollars, length

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
    """Return what will be paid, for Markdown: ``≈ $0.38 to 0.46``, ``free``, ``price unknown``."""
    if quote.low_nanousd is None or quote.high_nanousd is None:
        return "price unknown"
    if quote.high_nanousd == 0:
        return "free"
    low, high = dollars(quote.low_nanousd), dollars(quote.high_nanousd)
    return f"≈ {low}" if low == high else f"≈ {low}–{high.removeprefix(chr(92) + '$')}"  # noqa: RUF001 - a span


def on_button(quote: Quote, *, with_length: bool = True) -> str:
    """Return price and length for a button: ``≈ $0.42 · 6 min``."""
    middle = quote.middle_nanousd
    price = "price unknown" if middle is None else dollars(middle) if middle == 0 else f"≈ {dollars(middle)}"
    return f"{price} · {length(quote.minutes)}" if with_length else price


def spent(paid: Money) -> str:
    """Return what was spent against what was said: ``$0.31 of ≈ $0.42``; what is not known is said to be unknown."""
    if paid.n_unknown:
        return spent_in_short(paid)
    so_far = dollars(paid.spent_nanousd)
    if not paid.high_nanousd or paid.low_nanousd is None:
        return so_far if paid.spent_nanousd else "free" if paid.high_nanousd == 0 else "nothing spent yet"
    so_far = so_far if paid.spent_nanousd else r"\$0"
    quoted = Quote(low_nanousd=paid.low_nanousd, high_nanousd=paid.high_nanousd, minutes=0, n_words=0)
    return f"{so_far} of {span(quoted)}"


def spent_in_short(paid: Money) -> str:
    """Return what was spent in a few words: ``$0.31``, ``free``, ``at least $0.31``, ``cost unknown``."""
    if paid.n_unknown:
        return f"at least {dollars(paid.spent_nanousd)}" if paid.spent_nanousd else "cost unknown"
    return dollars(paid.spent_nanousd)
