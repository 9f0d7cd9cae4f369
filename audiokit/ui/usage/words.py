"""How amounts, lengths, days, pages and refusals are said on this page."""

from __future__ import annotations

from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from audiokit import money
from audiokit.usage.pages import page_name

__all__ = [
    "KINDS",
    "change",
    "day",
    "length",
    "many",
    "moment",
    "ms",
    "page_name",
    "percent",
    "period",
    "rounded",
    "usd",
    "why_refused",
]

KINDS = MappingProxyType(
    {
        "audio_in": "sound in",
        "audio_out": "sound out",
        "text": "text",
        "cached": "from the provider's cache",
        "other": "not told apart",
    }
)
"""What a cost is made of, in the order of the bars."""

_REFUSED = MappingProxyType(
    {
        "BudgetExceeded": "A budget did not reach for it",
        "QuotaExhausted": "The provider's quota was used up",
        "KeyRefused": "The provider refused the key",
        "ProviderRefused": "The provider refused it",
        "NotAllowed": "Not allowed",
        "ModelRetired": "The model is retired",
    }
)
_MINUTES_PER_HOUR: Final = 60
_A_FEW: Final = 10
_S_IN_MS: Final = 1000
_MANIFOLD: Final = 1000  # percent: above, a factor says more


def many(n: int, one: str, more: str | None = None) -> str:
    """Return a number with its noun: ``1 call``, ``2,104 calls``."""
    return f"{n:,} {one if n == 1 else more or f'{one}s'}"


def usd(nanousd: int | None) -> str:
    """Return an amount: ``$41.20``, ``$0``, ``unknown``."""
    return money.show(nanousd, free="$0")


def length(minutes: float) -> str:
    """Return how much was said: ``48 s``, ``7.5 min``, ``38 min``, ``12.4 h``."""
    if minutes >= 2 * _MINUTES_PER_HOUR:
        return f"{minutes / _MINUTES_PER_HOUR:,.1f} h"
    if minutes < 1:
        return f"{minutes * 60:.0f} s" if minutes else "0 min"
    return f"{minutes:.1f} min" if minutes < _A_FEW else f"{minutes:.0f} min"


def change(now: float, before: float) -> str | None:
    """Return by how much something has changed: ``+8.4 %``, ``×12``; None where there was nothing to compare with."""  # noqa: RUF002
    if not before:
        return None
    share = 100 * (now - before) / before
    if share >= _MANIFOLD:
        return f"×{now / before:,.0f}"  # noqa: RUF001 - a factor
    return f"{share:+,.0f} %" if abs(share) >= _A_FEW else f"{share:+.1f} %"


def percent(share: float) -> str:
    """Return a share: ``76 %``, ``0.4 %``, ``0 %``."""
    value = 100 * share
    return f"{value:.1f} %" if 0 < value < _A_FEW else f"{value:,.0f} %"


def ms(value: float | None) -> str:
    """Return how long something took: ``470 ms``, ``1.2 s``; a dash where nothing was timed."""
    if value is None:
        return "–"  # noqa: RUF001 - a dash stands for nothing
    return f"{value:.0f} ms" if value < _S_IN_MS else f"{value / _S_IN_MS:.1f} s"


def rounded(value: float | None, unit: str) -> str:
    """Return a level or its like: ``−21 LUFS``, ``24 dB``; a dash where nothing was measured."""  # noqa: RUF002
    return "–" if value is None else f"{value:z.0f}\N{NO-BREAK SPACE}{unit}".replace("-", "−")  # noqa: RUF001 - a dash, and a minus


def day(of: date, *, with_year: bool = False) -> str:
    """Return a day: ``Fri 20 Nov``, ``20 November 2026``."""
    return f"{of.day} {of:%B %Y}" if with_year else f"{of:%a} {of.day} {of:%b}"


def period(first: date, last: date) -> str:
    """Return the days of a period: ``1 to 21 November 2026``, ``24 August to 21 November 2026``."""
    if first == last:
        return day(first, with_year=True)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last, with_year=True)}"
    begins = f"{first.day} {first:%B}" if first.year == last.year else day(first, with_year=True)
    return f"{begins} to {day(last, with_year=True)}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return when something happened, in the installation's time: ``20 Nov, 14:05``."""
    here = at.astimezone(zone)
    return f"{here.day} {here:%b, %H:%M}"


def why_refused(error: str | None) -> str:
    """Return why a call was refused, in a few words."""
    return _REFUSED.get(error or "", "Refused")
