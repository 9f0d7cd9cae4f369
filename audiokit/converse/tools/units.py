"""One unit in another, exactly; the units themselves are in ``measures``."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction

from audiokit.converse.tools.measures import Measure, measures
from audiokit.errors import InputError

__all__ = ["convert_units"]

_SHOWN_DIGITS, _SHOWN_EXACTLY = 6, 12
_MOST = Fraction(10**30)
_MONEY = re.compile(
    r"[$€£¥₹]|\b(usd|eur|gbp|jpy|chf|cad|aud|cny|inr|sek|nok|dkk|pln|dollars?|euros?|cents?|yen|francs?|rupees?|"
    r"yuan|sterling|bitcoins?|btc|pounds? sterling)\b",
    re.IGNORECASE,
)


def convert_units(amount: float, from_unit: str, to_unit: str) -> str:
    """Convert an amount from one unit of measurement to another, exactly. Not for money.

    Args:
        amount: How much there is, in the first unit.
        from_unit: The unit of the amount, for example "miles", "kg", "degrees Fahrenheit" or "km/h".
        to_unit: The unit to convert to, of the same kind.
    """
    given, wanted = _called(from_unit), _called(to_unit)
    if given.kind != wanted.kind:
        raise InputError(f"That is {given.kind} in {given.plural}; {wanted.plural} measure {wanted.kind}.")
    value = Fraction(str(amount))
    if abs(value) > _MOST:
        raise InputError("That is more than can be converted here. Use a smaller amount.")
    found = ((value + given.offset) * given.factor) / wanted.factor - wanted.offset
    shown, is_all = _written(found)
    about = "" if is_all else "about "
    return f"{_written(value)[0]} {given.named(value)} = {about}{shown} {wanted.named(found)}"


def _called(name: str) -> Measure:
    plain = " ".join(name.replace("²", "2").replace("³", "3").replace("^", "").strip(" .").split())
    found = measures().get(plain) or measures().get(plain.lower())
    if found is None and _MONEY.search(name):
        raise InputError("Currencies cannot be converted here: their rates change by the minute, and none are known.")
    if found is None:
        raise InputError(f"No unit is known by the name of {name[:64]!r}. Give its common English name or symbol.")
    return found


def _written(value: Fraction) -> tuple[str, bool]:
    """Return a value in figures, and whether that is all of it."""
    exact = Context(prec=_SHOWN_EXACTLY).divide(Decimal(value.numerator), Decimal(value.denominator))
    is_all = Fraction(exact) == value
    short = (
        exact if is_all else Context(prec=_SHOWN_DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator))
    )
    if not is_all and abs(value) >= 10**_SHOWN_DIGITS:
        short = Decimal(round(value))
    short = short.normalize(Context(prec=40))
    return (f"{short:f}" if -9 <= short.adjusted() < 21 else f"{short:e}"), is_all
