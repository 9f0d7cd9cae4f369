"""Money as integer nano-dollars (1 USD = 10^9). Floats never touch it.

A price per million tokens in USD has at most three decimals, so a price per token is a whole number of nano-dollars
in every price list we know (0.0005 USD per million would be half of one). Amounts are rounded up, once per entry.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

__all__ = ["NANOUSD_PER_USD", "from_usd", "scaled", "show"]

NANOUSD_PER_USD = 1_000_000_000


def from_usd(usd: str | Decimal | int) -> int:
    """Return an amount in dollars as nano-dollars, rounded up. Text or Decimal, never float."""
    if isinstance(usd, float):
        raise TypeError("Money is never a float; write the amount as text.")
    return int((Decimal(usd) * NANOUSD_PER_USD).to_integral_value(ROUND_CEILING))


def scaled(unit_price_nanousd: Decimal, units: Decimal | int) -> int:
    """Return ``units`` times a price per unit in nano-dollars, rounded up to a whole nano-dollar."""
    return int((unit_price_nanousd * units).to_integral_value(ROUND_CEILING))


def show(nanousd: int | None, *, free: str = "free") -> str:
    """Return an amount for people: ``$0.0042``, ``$1.20``, ``free``; unknown is ``unknown``, never zero.

    Two significant digits below a dollar, cents above; never shown as nothing when it is something.
    """
    if nanousd is None:
        return "unknown"
    if nanousd == 0:
        return free
    sign, amount = ("-" if nanousd < 0 else ""), Decimal(abs(nanousd)) / NANOUSD_PER_USD
    if amount >= 1:
        return f"{sign}${amount:,.2f}"
    if amount < Decimal("0.0001"):
        return f"{sign}<$0.0001"
    decimals = max(2, 1 - amount.adjusted())
    return f"{sign}${amount:.{min(decimals, 4)}f}"
