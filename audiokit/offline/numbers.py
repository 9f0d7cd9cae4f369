"""Numbers as people say them, to figures and back. English; what is no number stays as it is."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["figures", "ordinal", "spell", "written"]

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_VALUES = {
    **{word: value for value, word in enumerate((*_DIGITS, *_TEENS))},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "a": 1,
}
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}

# below a hundred < below a thousand < with scales, and a fraction behind
_DIGIT = f"(?:{'|'.join(_DIGITS)})"
_SMALL = f"(?:(?:{'|'.join(_TENS)})(?: (?:{'|'.join(_DIGITS[1:])})\\b)?|{'|'.join(_TEENS)}|{_DIGIT})\\b"
_GROUP = f"(?:(?:a|{_SMALL}) hundred\\b(?: (?:and )?{_SMALL})?|{_SMALL})"
_SCALED = f"(?:a|{_GROUP}) (?:{'|'.join(_SCALES)})\\b"
_SPELLED = re.compile(
    f"\\b(?P<whole>{_SCALED}(?: (?:and )?{_SCALED})*(?: (?:and )?{_GROUP})?|{_GROUP})"
    f"(?: point(?P<digits>(?: {_DIGIT}\\b)+))?"
)


def figures(text: str) -> str:
    """Return ``text`` with spelled numbers as figures: ``twenty five times three point five`` is ``25 times 3.5``."""
    return _SPELLED.sub(_in_figures, re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text))


def _in_figures(spelled: re.Match[str]) -> str:
    decimals = "".join(str(_VALUES[word]) for word in (spelled["digits"] or "").split())
    return f"{_whole(spelled['whole'])}.{decimals}" if decimals else str(_whole(spelled["whole"]))


def _whole(spelled: str) -> int:
    total, group = 0, 0
    for word in spelled.split():
        if word in _SCALES:
            total, group = total + group * _SCALES[word], 0
        elif word == "hundred":
            group *= 100
        elif word != "and":
            group += _VALUES[word]
    return total + group


def written(value: Fraction) -> str:
    """Return a number in figures: whole where it is whole, else with up to four decimals."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def spell(value: int) -> str:
    """Return 0..99 in words: 52 is ``fifty-two``."""
    if value < 20:
        return (*_DIGITS, *_TEENS)[value]
    tens, ones = divmod(value, 10)
    return _TENS[tens - 2] + (f"-{_DIGITS[ones]}" if ones else "")


def ordinal(value: int) -> str:
    """Return 1..99 as a place in a row: 21 is ``twenty-first``."""
    *head, last = spell(value).split("-")
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return "-".join([*head, _ORDINALS.get(last, regular)])
