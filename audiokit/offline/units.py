"""One unit in another: lengths, weights, volumes, times, temperatures. Factors are exact (NIST SP 811, appendix B)."""

from __future__ import annotations

import re
from fractions import Fraction

from audiokit.offline.messages import Thought, Turn, plain
from audiokit.offline.numbers import figures, written

__all__ = ["conversion_in", "convert"]

_ASKED = re.compile(r"\b(convert|how many|how much|in|to|into|what)\b")
_MOST_DIGITS = 15
_CONVERT = re.compile(
    r"\b(?:convert|change|what (?:is|are)|how much (?:is|are)) (?P<number>-?\d+(?:\.\d+)?) (?P<unit>[a-z/ ]{1,30}?) "
    r"(?:to|into|in) (?P<target>[a-z/ ]{1,30})$"
)
_LENGTH = {"mm": "1/1000", "cm": "1/100", "m": "1", "km": "1000", "in": "127/5000", "ft": "381/1250"}
_UNITS: dict[str, tuple[str, Fraction]] = {
    **{name: ("length", Fraction(factor)) for name, factor in _LENGTH.items()},
    "yd": ("length", Fraction(1143, 1250)),
    "mi": ("length", Fraction(201168, 125)),
    "g": ("weight", Fraction(1)),
    "kg": ("weight", Fraction(1000)),
    "oz": ("weight", Fraction(45359237, 1600000)),
    "lb": ("weight", Fraction(45359237, 100000)),
    "l": ("volume", Fraction(1)),
    "ml": ("volume", Fraction(1, 1000)),
    "gal": ("volume", Fraction(473176473, 125000000)),
    "s": ("time", Fraction(1)),
    "min": ("time", Fraction(60)),
    "h": ("time", Fraction(3600)),
    "day": ("time", Fraction(86400)),
}
_NAMES = {
    "mm": "millimetres millimeters millimetre millimeter",
    "cm": "centimetres centimeters centimetre centimeter",
    "m": "metres meters metre meter",
    "km": "kilometres kilometers kilometre kilometer",
    "in": "inches inch",
    "ft": "feet foot",
    "yd": "yards yard",
    "mi": "miles mile",
    "g": "grams gram",
    "kg": "kilograms kilos kilogram kilo",
    "oz": "ounces ounce",
    "lb": "pounds pound",
    "l": "litres liters litre liter",
    "ml": "millilitres milliliters millilitre milliliter",
    "gal": "gallons gallon",
    "s": "seconds second",
    "min": "minutes minute",
    "h": "hours hour",
    "day": "days day",
    "c": "celsius centigrade",
    "f": "fahrenheit",
}
_UNIT_CALLED = {name: unit for unit, names in _NAMES.items() for name in names.split()}
_PARTNERS = {
    "mi": "km",
    "km": "mi",
    "m": "ft",
    "ft": "m",
    "in": "cm",
    "cm": "in",
    "yd": "m",
    "mm": "in",
    "lb": "kg",
    "kg": "lb",
    "oz": "g",
    "g": "oz",
    "gal": "l",
    "l": "gal",
    "f": "c",
    "c": "f",
}


def conversion_in(question: str) -> tuple[str, str, str] | None:
    """Return the amount, its unit and the unit that a question asks for, by their names; None if it asks for none."""
    text = figures(plain(question))
    if (known := _parts(text)) is not None:
        number, unit, target = known
        return number, _called(unit, number), _called(target, "")
    said = _CONVERT.search(text)
    return None if said is None else (said["number"], said["unit"].strip(), said["target"].strip())


def convert(turn: Turn) -> Thought | None:
    """Answer how much something is in another unit."""
    if (parts := _parts(figures(turn.plain))) is None:
        return None
    number, unit, target = parts
    value = _converted(Fraction(number), unit, target)
    if value is None:
        return None
    rounded = Fraction(f"{float(value):.4g}") if abs(value) < 1000 else Fraction(round(value))
    about = "" if rounded == value else "about "
    shown = written(rounded)
    return Thought(f"{number} {_called(unit, number)} is {about}{shown} {_called(target, shown)}.", "units")


def _parts(question: str) -> tuple[str, str, str] | None:
    """Return a number, its unit and the one it is to be in; the usual one where none was said."""
    question = re.sub(r"\b(a|an) (?=(\w+))", _one_of, question)
    found = [(_UNIT_CALLED[word], at) for at, word in enumerate(question.split()) if word in _UNIT_CALLED]
    number = re.search(r"-?\d+(\.\d+)?(?= (degrees )?(\w+))", question)
    is_asked = _ASKED.search(question)
    if number is None or not found or not is_asked or _UNIT_CALLED.get(number[3]) is None:
        return None
    unit = _UNIT_CALLED[number[3]]
    others = [other for other, _ in found if other != unit]
    target = others[0] if others else _PARTNERS.get(unit, "")
    return (number[0], unit, target) if target and len(number[0]) <= _MOST_DIGITS else None


def _one_of(article: re.Match[str]) -> str:
    return "1 " if article[2] in _UNIT_CALLED else article[0]


def _converted(value: Fraction, unit: str, target: str) -> Fraction | None:
    if (unit, target) == ("c", "f"):
        return value * 9 / 5 + 32
    if (unit, target) == ("f", "c"):
        return (value - 32) * 5 / 9
    if unit not in _UNITS or target not in _UNITS or _UNITS[unit][0] != _UNITS[target][0]:
        return None
    return value * _UNITS[unit][1] / _UNITS[target][1]


def _called(unit: str, count: str) -> str:
    names = _NAMES[unit].split()
    if unit in {"c", "f"}:
        return f"degrees {names[0].title()}"
    return names[len(names) // 2] if count == "1" else names[0]  # plurals stand first, then as many singulars
