"""The units that can be converted, as a table: kind, factor to the first of its kind, singular, plural, other names.

Factors are exact (NIST SP 811, appendix B; the international yard and pound). Names are matched as they stand first
(``Mb`` is no ``MB``), then in small letters. A star before the factor: with the prefixes of the SI.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

__all__ = ["Measure", "measures"]

_TABLE = """
length | *1 | metre | metres | m, meter, meters
length | 0.0254 | inch | inches | in, "
length | 0.3048 | foot | feet | ft, '
length | 0.9144 | yard | yards | yd, yds
length | 1609.344 | mile | miles | mi
length | 1852 | nautical mile | nautical miles | nmi
length | 149597870700 | astronomical unit | astronomical units | au
length | 9460730472580800 | light year | light years | ly, light-year, light-years
weight | *0.001 | gram | grams | g, gramme, grammes
weight | 1000 | tonne | tonnes | t, metric ton, metric tons
weight | 0.45359237 | pound | pounds | lb, lbs
weight | 0.028349523125 | ounce | ounces | oz
weight | 6.35029318 | stone | stone | st, stones
weight | 907.18474 | US ton | US tons | short ton, short tons, ton, tons
weight | 1016.0469088 | long ton | long tons | imperial ton, imperial tons
weight | 0.0002 | carat | carats | ct
volume | *0.001 | litre | litres | l, L, liter, liters
volume | 1 | cubic metre | cubic metres | m3, cubic meter, cubic meters
volume | 0.000001 | cubic centimetre | cubic centimetres | cm3, cc, cubic centimeter, cubic centimeters
volume | 0.028316846592 | cubic foot | cubic feet | ft3, cu ft
volume | 0.000016387064 | cubic inch | cubic inches | in3, cu in
volume | 0.003785411784 | US gallon | US gallons | gal, gallon, gallons
volume | 0.000946352946 | US quart | US quarts | qt, quart, quarts
volume | 0.000473176473 | US pint | US pints | pt, pint, pints
volume | 0.0002365882365 | US cup | US cups | cup, cups
volume | 0.0000295735295625 | US fluid ounce | US fluid ounces | fl oz, fluid ounce, fluid ounces
volume | 0.00001478676478125 | US tablespoon | US tablespoons | tbsp, tablespoon, tablespoons
volume | 0.00000492892159375 | US teaspoon | US teaspoons | tsp, teaspoon, teaspoons
volume | 0.00454609 | imperial gallon | imperial gallons | uk gallon, uk gallons, british gallon, british gallons
volume | 0.00056826125 | imperial pint | imperial pints | uk pint, uk pints, british pint, british pints
volume | 0.0000284130625 | imperial fluid ounce | imperial fluid ounces | uk fluid ounce, uk fluid ounces
volume | 0.158987294928 | barrel | barrels | bbl
area | 1 | square metre | square metres | m2, sqm, sq m, square meter, square meters
area | 0.0001 | square centimetre | square centimetres | cm2, square centimeter, square centimeters
area | 1000000 | square kilometre | square kilometres | km2, sq km, square kilometer, square kilometers
area | 10000 | hectare | hectares | ha
area | 0.09290304 | square foot | square feet | ft2, sq ft, sqft
area | 0.00064516 | square inch | square inches | in2, sq in
area | 0.83612736 | square yard | square yards | yd2, sq yd
area | 4046.8564224 | acre | acres | ac
area | 2589988.110336 | square mile | square miles | mi2, sq mi
speed | 1 | metre per second | metres per second | m/s, mps, meter per second, meters per second
speed | 5/18 | kilometre per hour | kilometres per hour | km/h, kmh, kph, kilometer per hour, kilometers per hour
speed | 0.44704 | mile per hour | miles per hour | mph, mi/h
speed | 463/900 | knot | knots | kn, kt
speed | 0.3048 | foot per second | feet per second | ft/s, fps
time | *1 | second | seconds | s, sec, secs
time | 60 | minute | minutes | min, mins
time | 3600 | hour | hours | h, hr, hrs
time | 86400 | day | days | d
time | 604800 | week | weeks | wk
time | 31557600 | year | years | yr, yrs, a
temperature | 1 | kelvin | kelvin | K, kelvins
temperature | 1 | degree Celsius | degrees Celsius | °c, c, celsius, centigrade, degrees centigrade, degrees c
temperature | 5/9 | degree Fahrenheit | degrees Fahrenheit | °f, f, fahrenheit, degrees f
energy | *1 | joule | joules | J
energy | *3600 | watt hour | watt hours | Wh, watt-hour, watt-hours
energy | *4.184 | calorie | calories | cal
energy | 1055.05585262 | British thermal unit | British thermal units | btu
power | *1 | watt | watts | W
power | 745.69987158227022 | horsepower | horsepower | hp
power | 735.49875 | metric horsepower | metric horsepower | PS
pressure | *1 | pascal | pascals | Pa
pressure | *100000 | bar | bar | bars
pressure | 101325 | atmosphere | atmospheres | atm
pressure | 6894.757293168361 | pound per square inch | pounds per square inch | psi
pressure | 133.322387415 | millimetre of mercury | millimetres of mercury | mmHg
data | *8 | byte | bytes | B
data | *1 | bit | bits | b
data | 8192 | kibibyte | kibibytes | KiB
data | 8388608 | mebibyte | mebibytes | MiB
data | 8589934592 | gibibyte | gibibytes | GiB
data | 8796093022208 | tebibyte | tebibytes | TiB
frequency | *1 | hertz | hertz | Hz
frequency | 1/60 | beat per minute | beats per minute | bpm, rpm, revolutions per minute
angles | 1 | degree | degrees | deg, °
angles | 1/60 | minute of arc | minutes of arc | arcminute, arcminutes
"""
_OFFSETS = {"degree Celsius": Fraction("273.15"), "degree Fahrenheit": Fraction("459.67")}
_PREFIXES = {
    "nano": ("n", Fraction(1, 10**9)),
    "micro": ("µ", Fraction(1, 10**6)),
    "milli": ("m", Fraction(1, 1000)),
    "centi": ("c", Fraction(1, 100)),
    "deci": ("d", Fraction(1, 10)),
    "hecto": ("h", Fraction(100)),
    "kilo": ("k", Fraction(1000)),
    "mega": ("M", Fraction(10**6)),
    "giga": ("G", Fraction(10**9)),
    "tera": ("T", Fraction(10**12)),
}
_SPOKEN = {"kilos": "kilogram", "kilo": "kilogram", "kcal": "kilocalorie", "KB": "kilobyte", "millis": "millisecond"}
_LONGEST_SYMBOL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One unit: so many of the first unit of its kind, counted from ``offset`` below its own zero."""

    kind: str
    factor: Fraction
    singular: str
    plural: str
    offset: Fraction = Fraction(0)

    def named(self, amount: Fraction) -> str:
        """Return the name that goes with an amount."""
        return self.singular if abs(amount) == 1 else self.plural


@cache
def measures() -> dict[str, Measure]:
    """Return every unit by each of its names."""
    found: dict[str, Measure] = {}
    for line in _TABLE.strip().splitlines():
        kind, factor, singular, plural, others = (cell.strip() for cell in line.split("|"))
        plain = Measure(
            kind=kind,
            factor=Fraction(factor.removeprefix("*")),
            singular=singular,
            plural=plural,
            offset=_OFFSETS.get(singular, Fraction(0)),
        )
        names = [singular, plural, *others.split(", ")]
        for name, measure in [(name, plain) for name in names] + (_prefixed(plain, names) if "*" in factor else []):
            found.setdefault(name, measure)
    found |= {name: found[full] for name, full in _SPOKEN.items()}
    return {**{name.lower(): measure for name, measure in reversed(found.items())}, **found}


def _prefixed(plain: Measure, names: list[str]) -> list[tuple[str, Measure]]:
    """Return a unit with each prefix: symbols with symbols, words with words."""
    return [pair for prefix in _PREFIXES for pair in _with(prefix, plain, names)]


def _with(prefix: str, plain: Measure, names: list[str]) -> Iterator[tuple[str, Measure]]:
    symbol, times = _PREFIXES[prefix]
    measure = Measure(
        kind=plain.kind,
        factor=plain.factor * times,
        singular=prefix + plain.singular,
        plural=prefix + plain.plural,
    )
    for name in names:
        if len(name) <= _LONGEST_SYMBOL:
            yield symbol + name, measure
            if symbol == "µ":
                yield "u" + name, measure
        if len(name) >= _LONGEST_SYMBOL:  # bar and bit are symbols and words
            yield prefix + name, measure
