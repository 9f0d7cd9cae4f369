"""A text as the words that are said, so that two ways of writing the same speech are equal.

21 is twenty-one, Dr. is doctor, don't is do not. Of other languages than English, the words alone are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from audiokit.summaries.spellings import one_spelling
from audiokit.summaries.spoken_numbers import in_figures

__all__ = ["said"]

_TYPED: Final = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—―−⁄", '\'\'\'\'""""""-------/')  # noqa: RUF001 - marks as they are written
_FRACTIONS: Final = tuple(
    (re.compile(rf"(?<=\d)\s?{sign}|(?<=\d)\s{plain}\b(?!/)"), figures, re.compile(rf"{sign}|\b{plain}\b(?!/)"), words)
    for sign, plain, figures, words in (
        ("½", "1/2", ".5", " half "),
        ("¼", "1/4", ".25", " quarter "),
        ("¾", "3/4", ".75", " 3 quarter "),
    )
)
_UNSEEN: Final = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff]")
_WORD: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|\d+(?:\.\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*",
)

_NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"
_MONEY: Final = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen"}
_SCALE: Final = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "b": "billion", "tn": "trillion"}
_AMOUNT: Final = re.compile(
    rf"([$£€¥])\s?({_NUMBER})(?:\s?(thousand|million|billion|trillion|bn|mn|tn|[kmb])\b)?(?!\w)"
)
_SHORT: Final = {
    r"\bdr\.": "doctor",
    r"\bmr\b\.?": "mister",
    r"\bmrs\b\.?": "missus",
    r"\bms\b\.": "miss",
    r"\bprof\.": "professor",
    r"\bst\. (?=[a-z])": "saint ",
    r"\bjr\b\.?": "junior",
    r"\bsr\.": "senior",
    r"\binc\.": "incorporated",
    r"\bltd\b\.?": "limited",
    r"\bvs?\.": "versus",
    r"\bvs\b": "versus",
    r"\be\.\s?g\.|\beg\b": "for example",
    r"\bi\.\s?e\.": "that is",
    r"\betc\b\.?": "et cetera",
    r"\bapprox\.": "approximately",
    r"\bca\. ": "circa ",
    r"\bno\. ?(?=\d)|#(?=\d)": "number ",
    r"\bpp\. ?(?=\d)": "pages ",
    r"\bp\. ?(?=\d)": "page ",
    r"\bfig\. ?(?=\d)": "figure ",
    r"\bsec\. ?(?=\d)": "section ",
    r"\bch\. ?(?=\d)": "chapter ",
    r"\bvol\. ?(?=\d)": "volume ",
    r"\bjan\. ": "january ",
    r"\bfeb\. ": "february ",
    r"\bmar\. (?=\d)": "march ",
    r"\bapr\. ": "april ",
    r"\baug\. ": "august ",
    r"\bsept?\. ": "september ",
    r"\boct\. ": "october ",
    r"\bnov\. ": "november ",
    r"\bdec\. ": "december ",
    r"\bper cent\b|%": " percent ",
    r"\bo'clock\b": " ",
    r"&": " and ",
    r"\+": " plus ",
    r"(?<=\s)=(?=\s)": " equals ",
    r"(?<=\w)@(?=\w)": " at ",
}
_ABBREVIATIONS: Final = tuple((re.compile(pattern), said) for pattern, said in _SHORT.items())
_UNITS: Final = {
    "km/h": "kilometre per hour",
    "kph": "kilometre per hour",
    "mph": "mile per hour",
    "m/s": "metre per second",
    "kwh": "kilowatt hour",
    "km": "kilometre",
    "cm": "centimetre",
    "mm": "millimetre",
    "kg": "kilogram",
    "mg": "milligram",
    "ml": "millilitre",
    "khz": "kilohertz",
    "mhz": "megahertz",
    "ghz": "gigahertz",
    "hz": "hertz",
    "kb": "kilobyte",
    "mb": "megabyte",
    "gb": "gigabyte",
    "tb": "terabyte",
    "kw": "kilowatt",
    "mw": "megawatt",
    "gw": "gigawatt",
    "db": "decibel",
    "ms": "millisecond",
    "°c": "degree celsius",
    "°f": "degree fahrenheit",
    "°": "degree",
}
_UNIT: Final = re.compile(rf"(?<=\d)\s?({'|'.join(re.escape(unit) for unit in _UNITS)})(?!\w)")
_COUNTED: Final = (*_UNITS.values(), *_MONEY.values(), "cent", "quarter", "metre", "litre", "gram", "watt", "byte")
_SINGULAR: Final = {
    one_spelling(f"{word}s"): one_spelling(word)
    for counted in _COUNTED
    for word in counted.split()
    if word not in {"per", "hertz", "celsius", "yen", "second"}
}
_IN_NUMBERS: Final = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"(?<=\d),(?=\d{3}(?!\d))", ""),
        (r"(?<=\d):00\b", " "),
        (r"(?<=\d)(?:st|nd|rd|th|s)\b", " "),
        (r"(?<=\d)-(?=\d)", " to "),
        (r"(?<![\w-])-(?=\d)", " minus "),
        (r"(?<![\w.])\.(?=\d)", "0."),
    )
)
_INITIALS: Final = re.compile(r"\b(?:[a-z]\.){2,}")

_WHOLE: Final = {
    "won't": "will not",
    "shan't": "shall not",
    "can't": "can not",
    "cannot": "can not",
    "let's": "let us",
    "y'all": "you all",
    "gonna": "going to",
    "wanna": "want to",
}
_ENDINGS: Final = {"n't": " not", "'re": " are", "'ve": " have", "'ll": " will", "'m": " am", "'d": " would"}
_BEFORE_IS: Final = {
    *("it", "he", "she", "that", "what", "there", "who", "here", "where", "how", "when", "why", "this"),
    *("everything", "something", "nothing", "everyone", "someone", "one"),
}


def said(text: str, language: str = "en") -> tuple[str, ...]:
    """Return the words of ``text`` as they are said, in small letters and one spelling; numbers are figures."""
    for after_whole, figures, alone, words in _FRACTIONS if language == "en" else ():
        text = alone.sub(words, after_whole.sub(figures, text))
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(_TYPED).casefold()
    if language != "en":
        return tuple(_WORD.findall(plain))
    expanded = [
        _SINGULAR.get(word, word) for written in _WORD.findall(_written_out(plain)) for word in _expanded(written)
    ]
    return tuple(_tidied(in_figures(expanded)))


def _written_out(plain: str) -> str:
    """Return the text with its abbreviations and signs in words."""
    plain = _AMOUNT.sub(_amount, plain)
    for pattern, words in _ABBREVIATIONS:
        plain = pattern.sub(words, plain)
    plain = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", plain)
    for pattern, put in _IN_NUMBERS[:1]:
        plain = pattern.sub(put, plain)
    plain = _UNIT.sub(lambda found: f" {_UNITS[found[1]]} ", plain)
    for pattern, put in _IN_NUMBERS[1:]:
        plain = pattern.sub(put, plain)
    return plain


def _amount(found: re.Match[str]) -> str:
    scale = _SCALE.get(found[3], found[3]) if found[3] else ""
    return f"{found[2]} {scale} {_MONEY[found[1]]} "


def _expanded(word: str) -> Iterator[str]:
    """Yield the words of a contraction; any other word as it is, without the mark of possession alone."""
    if word in _WHOLE:
        yield from _WHOLE[word].split()
        return
    for ending, words in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            yield from (word.removesuffix(ending) + words).split()
            return
    if word.endswith("'s") and word[:-2] in _BEFORE_IS:
        yield from (word[:-2], "is")
        return
    yield one_spelling(word.replace("'", ""))


def _tidied(words: Iterable[str]) -> Iterator[str]:
    """Yield the words with amounts of money as one number, and numbers without zeros that say nothing."""
    kept = list(words)
    at = 0
    while at < len(kept):
        cents = _cents(kept, at)
        if cents:
            yield f"{kept[at]}.{cents[0]}".rstrip("0")
            yield kept[at + 1]
            at += cents[1]
            continue
        word = kept[at]
        has_point = word[:1].isdigit() and word.count(".") == 1
        yield (word.rstrip("0").rstrip(".") or "0") if has_point else word
        at += 1


def _cents(words: list[str], at: int) -> tuple[str, int] | None:
    """Return the cents of "5 dollar and 50 cent", and how many words the whole amount takes."""
    if not words[at].isdecimal() or words[at + 1 : at + 2] not in ([name] for name in _MONEY.values()):
        return None
    rest = at + 2 + (words[at + 2 : at + 3] == ["and"])
    if words[rest + 1 : rest + 2] not in (["cent"], ["pence"], ["penny"]) or not words[rest].isdecimal():
        return None
    return words[rest].zfill(2), rest + 2 - at
