"""Numbers among words, as figures: "twenty-one", "nineteen ninety-nine" and "3.5 million" are 21, 1999 and 3500000."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

__all__ = ["in_figures"]

_SMALL: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ODD_PLACES: Final = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}
_VALUES: Final[dict[str, int]] = {
    **{word: value for value, word in enumerate(_SMALL)},
    **{f"{word}th": value for value, word in enumerate(_SMALL)},
    **{word: 10 * tens for tens, word in enumerate(_TENS, 2)},
    **{f"{word[:-1]}ie{ending}": 10 * tens for tens, word in enumerate(_TENS, 2) for ending in ("th", "s")},
    **_ODD_PLACES,
}
_SCALES: Final = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALED: Final = {
    **_SCALES,
    **{f"{word}th": power for word, power in _SCALES.items()},
    **{f"{word}s": power for word, power in _SCALES.items()},
}
_HUNDRED: Final = {"hundred", "hundredth", "hundreds"}
_ZERO_AS_SAID: Final = {"oh", "o"}
_ROMAN_WORDS: Final = ("ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xvi", "xvii", "xviii")
_ROMAN_VALUES: Final = ("2", "3", "4", "6", "7", "8", "9", "11", "12", "13", "14", "16", "17", "18")
_ROMAN: Final = dict(zip(_ROMAN_WORDS, _ROMAN_VALUES, strict=True))  # v and x are letters at least as often
_HALF: Final = ("and", "a", "half")


class _Number(NamedTuple):
    """A number, as figures, and how many words it takes."""

    figures: str
    n_words: int


def in_figures(words: Sequence[str]) -> list[str]:
    """Return the words with every number in figures, and those that follow each other in one: "ten thirty" is 1030.

    What is written 1999, 10:30 or 555 1234 is said as several numbers; joined, both ways of writing are the same.
    Places in a row count as numbers ("fifth" is 5): May 5 is said May fifth.
    """
    joined = list[str]()
    for word in _each_in_figures(words):
        if joined and word.isdecimal() and joined[-1].isdecimal():
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _each_in_figures(words: Sequence[str]) -> Iterator[str]:
    at, follows = 0, False
    while at < len(words):
        if follows and words[at] in _ZERO_AS_SAID and _number_at(words, at + 1):
            number: _Number | None = _Number("0", 1)
        else:
            number = _with_decimals(words, at)
        yield number.figures if number else words[at]
        at, follows = at + (number.n_words if number else 1), number is not None


def _with_decimals(words: Sequence[str], at: int) -> _Number | None:
    """Return "three point one four" as one number, and "two and a half"."""
    whole = _number_at(words, at)
    if words[at] == "point":
        whole = _Number("0", 0)
    if whole is None:
        return None
    end = at + whole.n_words
    if tuple(words[end : end + 3]) == _HALF and whole.figures.isdecimal():
        return _scaled(Decimal(f"{whole.figures}.5"), words, at, end + 3)
    if words[end : end + 1] != ["point"] or not whole.figures.isdecimal():
        return whole if whole.n_words else None
    digits, end = "", end + 1
    while end < len(words) and (found := _small_at(words, end)):
        digits, end = digits + found.figures, end + found.n_words
    if not digits:
        return whole if whole.n_words else None
    return _scaled(Decimal(f"{whole.figures}.{digits}"), words, at, end)


def _scaled(value: Decimal, words: Sequence[str], at: int, end: int) -> _Number:
    """Return a number with a fraction, times the million after it if there is one."""
    power = _SCALED.get(words[end]) if end < len(words) else None
    return _Number(_written(value * 10 ** (power or 0)), end - at + (power is not None))


def _small_at(words: Sequence[str], at: int) -> _Number | None:
    """Return a digit after the point: a word below ten, or figures."""
    word = words[at]
    if word in _ZERO_AS_SAID:
        return _Number("0", 1)
    if word.isdecimal():
        return _Number(word, 1)
    return _Number(str(_VALUES[word]), 1) if word in _VALUES else None


def _number_at(words: Sequence[str], at: int) -> _Number | None:
    """Return the one number that begins here, as far as it goes: "two hundred and five thousand and six"."""
    if at < len(words) and words[at] in _ROMAN:
        return _Number(_ROMAN[words[at]], 1)
    said, end = _Sum(), at
    if any(_is_large(word) for word in words[at : at + 1 + (words[at : at + 1] == ["a"])]):
        said.group, end = Decimal(1), at + (words[at] == "a")  # a hundred, or the first hundred
    while end < len(words) and (said.takes(words[end]) or _is_inner_and(words, at, end)):
        end += 1
    if end == at:
        return None
    plain = end == at + 1 and words[at].isdecimal()
    return _Number(words[at] if plain else _written(said.total + (said.group or 0)), end - at)


@dataclass(slots=True)
class _Sum:
    """A number as it grows word by word: ``group`` is what is below the next thousand, None where nothing is yet."""

    total: Decimal = Decimal(0)
    group: Decimal | None = None
    power: int = 99  # of the last scale: those that follow are smaller
    is_place: bool = False  # after "first" no number goes on

    def takes(self, word: str) -> bool:
        """Add a word, if this number can go on with it."""
        value = _value_of(word)
        if value is not None and _goes_on(self.group, value, word):
            self.group, self.is_place = (self.group or 0) + value, _is_place(word)
        elif self.group is None or self.is_place:
            return False
        elif word in _HUNDRED and self.group < 100 and self.group % 1 == 0:
            self.group *= 100
        elif word in _SCALED and _SCALED[word] < self.power:
            self.power = _SCALED[word]
            self.total, self.group = self.total + self.group * 10**self.power, None
        else:
            return False
        return True


def _value_of(word: str) -> Decimal | None:
    if word in _VALUES:
        return Decimal(_VALUES[word])
    return Decimal(word) if word.isascii() and word.replace(".", "", 1).isdecimal() else None


def _goes_on(group: Decimal | None, value: Decimal, word: str) -> bool:
    """Whether a value may be added to what was said so far: a digit to tens, all below a hundred to hundreds."""
    if group is None:
        return True
    if word not in _VALUES:
        return False
    rest = group % 100
    if group >= 100 and rest == 0:
        return 0 < value < 100
    return rest >= 20 and rest % 10 == 0 and 0 < value < 10


def _is_large(word: str) -> bool:
    return word in _HUNDRED or word in _SCALED


def _is_place(word: str) -> bool:
    """Whether a word is a place in a row, after which no number goes on: "the first hundred"."""
    return word in _ODD_PLACES or (word.endswith("th") and word in _VALUES)


def _is_inner_and(words: Sequence[str], at: int, end: int) -> bool:
    """Whether "and" is part of a number: "a hundred and five", "two thousand and six"."""
    return (
        end > at
        and words[end] == "and"
        and _is_large(words[end - 1])
        and words[end + 1 : end + 2] != []
        and (words[end + 1] in _VALUES)
    )


def _written(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
