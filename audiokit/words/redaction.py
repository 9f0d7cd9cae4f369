"""Takes personal data out of words: what has a form that can be checked. Pure functions.

E-mail addresses, IP addresses (v4 and v6), payment card numbers (ISO/IEC 7812, with their check digit), bank accounts
(ISO 13616 IBAN, with theirs) and telephone numbers as they are written in figures. Names of people, places and firms
are not covered: nothing here knows them, and numbers that are spelt out in words stay as well.
"""

from __future__ import annotations

import ipaddress
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

__all__ = ["CARD", "EMAIL", "IBAN", "IP", "PHONE", "Found", "found", "merged", "redacted"]

EMAIL: Final = "[e-mail]"
IP: Final = "[IP address]"
CARD: Final = "[card number]"
IBAN: Final = "[bank account]"
PHONE: Final = "[phone number]"

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:%\w{1,15})?(?![\w:])")
_GAP = r"[ \u00a0\u202f-]?"
_IBAN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}{_GAP}\d{_GAP}\d(?:{_GAP}[A-Za-z0-9]){{11,30}}(?![A-Za-z0-9])")
_FIGURES = re.compile(rf"\d(?:{_GAP}\d){{11,}}")
_GROUP = re.compile(r"\d+")
_PHONE = re.compile(r"(?<![\w+])(?:\+|\(\+?|00)?\d(?:[ \u00a0\u202f./()-]{0,3}\d){6,14}(?!\w)")
_DATE = re.compile(
    r"\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{4}[ -]+\d{4}|\d+(?:\.\d)*\.\d+"
)  # 4.5.2026, 1914-1918, 3.14, 4.2.1
_GROUPED = re.compile(r"\d{1,3}(?:[ .\u00a0\u202f]\d{3})+")  # 12 500 000: a number, more likely
_DIALLED = re.compile(r"\+|\(\+?\d|00|0[ /-]?\d")  # with a country, or a trunk prefix
_SHORT_GROUP, _LONG_GROUP = 2, 3
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15  # ITU-T E.164
_SHORT_IBAN, _LONG_IBAN = 15, 34
_SHORT_CARD, _LONG_CARD = 13, 19


@dataclass(frozen=True, slots=True)
class Found:
    """Where in a text something is, and what to write there."""

    start: int
    end: int
    label: str


def redacted(text: str) -> str:
    """Return the text with a label in place of each thing; what was redacted before stays as it is."""
    pieces, at = list[str](), 0
    for one in found(text):
        pieces += [text[at : one.start], one.label]
        at = one.end
    return "".join([*pieces, text[at:]])


def found(text: str) -> tuple[Found, ...]:
    """Return everything that is found, in order; nothing of it overlaps."""
    taken = list[Found]()
    for label, search in _SEARCHES:
        for start, end in search(text):
            if all(end <= one.start or one.end <= start for one in taken):
                taken.append(Found(start, end, label))
    return tuple(sorted(taken, key=lambda one: one.start))


def merged(words: Sequence[str]) -> tuple[tuple[range, str], ...]:
    """Return words after redaction, each with the positions of those that it stands for.

    What is found may take several words, as a number said in groups does: they become one.
    """
    text, labelled = " ".join(words), dict[int, Found]()
    starts = list(accumulate((len(word) + 1 for word in words), initial=0))
    joined = set[int]()  # the words that belong to the one before them
    for one in found(text):
        labelled[one.start] = one
        first, last = bisect_right(starts, one.start) - 1, bisect_right(starts, one.end - 1) - 1
        joined.update(range(first + 1, last + 1))
    firsts = [n for n in range(len(words)) if n not in joined]
    groups = [range(first, end) for first, end in pairwise([*firsts, len(words)])]
    return tuple((group, _with_labels(text, starts[group[0]], starts[group[-1] + 1] - 1, labelled)) for group in groups)


def _with_labels(text: str, start: int, end: int, labelled: dict[int, Found]) -> str:
    pieces = list[str]()
    while start < end:
        here = labelled.get(start)
        pieces.append(here.label if here else text[start])
        start = here.end if here else start + 1
    return "".join(pieces)


def _emails(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span() for match in _EMAIL.finditer(text))


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            if pattern is _IPV4 or match[0].count(":") >= 2:  # "3:45" is a time of day
                try:
                    ipaddress.ip_address(match[0])
                except ValueError:
                    continue
                yield match.span()


def _accounts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the longest run from each beginning that has the right check digits: words may follow without a break."""
    for match in _IBAN.finditer(text):
        for end in range(match.end(), match.start() + _SHORT_IBAN - 1, -1):
            if not text[end - 1].isalnum() or text[end : end + 1].isalnum():
                continue
            if _is_iban(_compact(text[match.start() : end])):
                yield match.start(), end
                break


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Yield whole groups of figures that make a card's number: what follows it may be its date, or the next one."""
    for run in _FIGURES.finditer(text):
        groups = [match.span() for match in _GROUP.finditer(text, *run.span())]
        at = 0
        while at < len(groups):
            ends = (end for end in range(len(groups), at, -1) if _is_card(text[groups[at][0] : groups[end - 1][1]]))
            end = next(ends, None)
            if end is not None:
                yield groups[at][0], groups[end - 1][1]
            at = end or at + 1


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text):
        n_digits = sum(char.isdigit() for char in match[0])
        if _FEWEST_DIGITS <= n_digits <= _MOST_DIGITS and _is_phone(match[0]):
            yield match.span()


def _is_phone(said: str) -> bool:
    """Whether figures are written as a number to be called: with a sign of it, or in groups as amounts never are."""
    if any(_DATE.fullmatch(part) for part in said.split()) or _GROUPED.fullmatch(said):
        return False
    if _DIALLED.match(said):
        return True
    groups = [len(group) for group in _GROUP.findall(said)]
    return len(groups) > 1 and max(groups) >= _LONG_GROUP and min(groups[1:]) >= _SHORT_GROUP


def _compact(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).upper()


def _is_iban(compact: str) -> bool:
    """ISO 13616: the country and the check digits go to the end, letters are 10 to 35, and the rest by 97 is 1."""
    if not (_SHORT_IBAN <= len(compact) <= _LONG_IBAN and compact.isascii()):
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """ISO/IEC 7812-1, annex B (the formula of Luhn); one figure again and again is no card."""
    digits = _compact(text)
    if not (_SHORT_CARD <= len(digits) <= _LONG_CARD and digits.isascii()) or len(set(digits)) == 1:
        return False
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0


_SEARCHES: Final[tuple[tuple[str, Callable[[str], Iterator[tuple[int, int]]]], ...]] = (
    (EMAIL, _emails),
    (IBAN, _accounts),
    (CARD, _cards),
    (IP, _addresses),
    (PHONE, _phones),
)
