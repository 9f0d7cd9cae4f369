"""Sums, said or typed: exact where they are exact, and only when the whole question is one."""

from __future__ import annotations

import re
from fractions import Fraction

from audiokit.offline.messages import Thought, Turn, plain
from audiokit.offline.numbers import figures, written

__all__ = ["reckon", "sum_in"]

_OPERATORS = {
    "plus": "+",
    "add": "+",
    "minus": "-",
    "less": "-",
    "times": "*",
    "x": "*",
    "multiplied": "*",
    "divided": "/",
    "over": "/",
    "×": "*",  # noqa: RUF001 - the sign itself
    "÷": "/",
    "*": "*",
    "/": "/",
    "+": "+",
    "-": "-",
}
_SPOKEN = {"+": "plus", "-": "minus", "*": "times", "/": "divided by", "%": "percent of"}
# A recogniser hears small numbers as the words that sound like them; beside an operator they can be nothing else.
_SOUNDS_LIKE = {"to": "2", "too": "2", "for": "4", "won": "1", "ate": "8", "tree": "3", "sex": "6"}
_ASIDE = set(
    """
    what what's whats is are how much does do calculate compute please tell me the result of and a can you hello hey
    equals equal now give by so ok okay well i want to know then
    """.split()  # noqa: SIM905 - a line of words reads better than a list of strings
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOST_DIGITS, _MOST_WRITTEN = 15, 200
_WRITTEN = re.compile(r"[\d(](?:[\d\s.+*/×÷^%()-]|sqrt)*[+*/×÷^%-](?:[\d\s.+*/×÷^%()-]|sqrt)*[\d)]")  # noqa: RUF001 - meant
_ROOT = re.compile(r"square root (-?\d+(?:\.\d+)?)")
_POWER = re.compile(r"(?P<base>\d+(?:\.\d+)?) (?:power (?P<exponent>\d+)|(?P<word>squared|cubed))")


def reckon(turn: Turn) -> Thought | None:
    """Answer a sum."""
    tokens = _sum_in(figures(turn.plain))
    if tokens is None or "(" in turn.question:
        return None
    said = " ".join(_SPOKEN.get(token, token) for token in tokens)
    try:
        value = _value(tokens)
    except ZeroDivisionError:
        return Thought(f"{said}: nothing can be divided by zero.", "arithmetic")
    is_exact = value == Fraction(written(value))
    return Thought(f"{said} is {'' if is_exact else 'about '}{written(value)}.", "arithmetic")


def sum_in(question: str) -> str | None:
    """Return the sum that a question is, as a calculator takes it; None if it is none or holds anything else."""
    if "(" not in question and (tokens := _sum_in(figures(plain(question)))) is not None:
        return " ".join("/ 100 *" if each == "%" else each for each in tokens)
    written = _WRITTEN.search(question[:_MOST_WRITTEN])
    if written is not None and not set(plain(question.replace(written[0], " ")).split()) - _ASIDE:
        return " ".join(written[0].split())
    bare = " ".join(word for word in figures(plain(question)).split() if word not in _ASIDE)
    if (root := _ROOT.fullmatch(bare)) is not None:
        return f"sqrt({root[1]})"
    if (power := _POWER.fullmatch(bare)) is not None:
        return f"{power['base']} ** {power['exponent'] or {'squared': 2, 'cubed': 3}[power['word']]}"
    return None


def _sum_in(question: str) -> list[str] | None:
    """Return the numbers and signs of a question that holds nothing else, in turn; None if it is no sum."""
    question = re.sub(r"(?<=\d)\s*%\s*of\b", " percent of", question)
    words = re.sub(r"(?<=\d)\s*([*/+×÷])\s*(?=\d)", r" \1 ", question).split()  # noqa: RUF001 - the sign itself
    words = re.sub(r"\b(percent|%) of\b", "%", " ".join(words)).replace("%%", "%").split()
    tokens = list[str]()
    for index, word in enumerate(words):
        neighbours = {*words[max(0, index - 1) : index], *words[index + 1 : index + 2]}
        if _NUMBER.fullmatch(word) and len(word) <= _MOST_DIGITS:
            tokens.append(word)
        elif word == "%" or word in _OPERATORS:
            tokens.append(_OPERATORS.get(word, word))
        elif word in _SOUNDS_LIKE and neighbours & (_OPERATORS.keys() | {"by"}):
            tokens.append(_SOUNDS_LIKE[word])
        elif word not in _ASIDE:
            return None
    is_number = [bool(_NUMBER.fullmatch(token)) for token in tokens]
    alternates = is_number == [place % 2 == 0 for place in range(len(tokens))]
    return tokens if len(tokens) >= 3 and len(tokens) % 2 == 1 and alternates else None


def _value(tokens: list[str]) -> Fraction:
    """Multiplication before addition, from left to right."""
    terms = [Fraction(tokens[0])]
    for sign, number in zip(tokens[1::2], map(Fraction, tokens[2::2]), strict=True):
        if sign == "*":
            terms[-1] *= number
        elif sign == "/":
            terms[-1] /= number
        elif sign == "%":
            terms[-1] *= number / 100
        else:
            terms.append(number if sign == "+" else -number)
    return sum(terms, Fraction(0))
