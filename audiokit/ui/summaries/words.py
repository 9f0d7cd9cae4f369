"""How prices, lengths, formats and states are said on this page."""

from __future__ import annotations

from types import MappingProxyType

from audiokit import money
from audiokit.summaries.kept import Money, Progress
from audiokit.summaries.quote import Quote

__all__ = ["FORMAT_ICONS", "STATES", "clock", "dollars", "length", "on_button", "span", "spent"]

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

_MINUTE_S, _HOUR_S = 60, 3600
_A_FEW = 10  # minutes: below, halves are told


def dollars(nanousd: int | None) -> str:
    """Return an amount for Markdown, in which a dollar sign begins mathematics."""
    return money.show(nanousd).replace("$", r"\$")


def length(minutes: float) -> str:
    """Return a length that is about so long: ``6 min``, ``2.5 min``, ``40 s``."""
    if minutes < 1:
        return f"{max(5, round(minutes * 12) * 5)} s"
    return f"{round(minutes * 2) / 2:g} min" if minutes < _A_FEW else f"{minutes:.0f} min"


def clock(seconds: float) -> str:
    """Return a length or an instant as a clock shows it: ``2:05``, ``1:02:05``."""
    whole = round(seconds)
    hours, rest = divmod(whole, _HOUR_S)
    minutes, left = divmod(rest, _MINUTE_S)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


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
    """Return what was spent against what was said: ``$0.31 of ≈ $0.42``."""
    so_far = dollars(paid.spent_nanousd)
    if not paid.high_nanousd or paid.low_nanousd is None:
        return so_far if paid.spent_nanousd else "free" if paid.high_nanousd == 0 else "nothing spent yet"
    so_far = so_far if paid.spent_nanousd else r"\$0"
    quoted = Quote(low_nanousd=paid.low_nanousd, high_nanousd=paid.high_nanousd, minutes=0, n_words=0)
    return f"{so_far} of {span(quoted)}"
