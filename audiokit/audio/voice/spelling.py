"""What the letters of a text say about its sound: its words, and what kinds of sound each has, in any script.

Nothing here knows a language. Letters are taken for what most languages that write them say; those of other scripts
are read by their Unicode names, which are romanisations (HANGUL SYLLABLE HAN, CYRILLIC SMALL LETTER ES).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["FREE", "NO_MARK", "VOWELS", "Mark", "Piece", "is_shouted", "kinds_of", "mark_after", "pieces_of"]

VOWELS = frozenset("aei*")

_KANA, _HAN = "\u3041-\u30ff", "\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = re.compile(f"[{_KANA}{_HAN}]")
_OPENING = "\"'([{«„“‘「『（《〈【"  # noqa: RUF001 - marks as they are written
_REST = rf"[^\W{_KANA}{_HAN}]+)[^\w{re.escape(_OPENING)}]*|\W+"
_CHINESE_PIECES = re.compile(rf"\W*(?:[{_HAN}]|{_REST}")
_JAPANESE_PIECES = re.compile(
    rf"\W*(?:[{_HAN}]{{1,4}}[\u3041-\u309f]{{0,4}}|[\u30a0-\u30ff]{{1,8}}[\u3041-\u309f]{{0,2}}|[\u3041-\u309f]{{1,4}}|{_REST}"
)
_SPOKEN_RUNS = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0963\u0970-\u0e7f])+|\d+|[%$€£&+=@°]")
_SENTENCE_END, _CLAUSE_END = re.compile(r"[.!?…。！？।؟]$"), re.compile(r"[,;:，、；：،—–-]$")  # noqa: RUF001
_CLOSING = "\"'”’)]}»*_」』）"  # noqa: RUF001 - the same

_SYLLABLES_OF_SIGN = {"%": 3, "$": 2, "€": 2, "£": 1, "&": 1, "+": 1, "=": 2, "@": 1, "°": 2}
_SYLLABLES_OF_DIGITS = {1: 1, 2: 3, 3: 5, 4: 7}
_SYLLABLES_PER_DIGIT = 1.6
_SYLLABLE = "?*"
_KIND_OF = dict(zip("aeouiyszxjfvhptkqcbdgmnlrw", "aeeiiissssfffpppppbbbnnlll", strict=True))
_KIND_OF_PAIR = {"sh": "s", "ch": "s", "th": "f", "ph": "f", "ck": "p", "ng": "n", "gh": "b", "qu": "p", "wh": "l"}
_VOWEL_LETTERS = "aeiouy"
_LONGEST_SPELLED = 5

_NAME = re.compile(r"(?:LETTER|SYLLABLE|SIGN|CHARACTER) (?:SMALL |CAPITAL |FINAL |VOCALIC )*([A-Z]+)")
_OTHER_LATIN = {"ß": "s", "æ": "e", "œ": "e", "ø": "e", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "th"}  # noqa: RUF001 - dotless on purpose
_NAMED = {
    "CYRILLIC": {"er": "r", "soft": "", "hard": "", "yu": "u", "ya": "a", "ie": "e", "io": "o", "yeru": "i", "yi": "i"}
    | {"sha": "sh", "shcha": "sh", "che": "ch", "tse": "s", "zhe": "s", "ha": "h", "byelorussian": "i"},
    "GREEK": {"upsilon": "i", "eta": "i", "chi": "h", "theta": "th", "psi": "ps"},
    "ARABIC": {"alef": "a", "ain": "a", "yeh": "i", "waw": "u"},
    "HEBREW": {"alef": "a", "ayin": "a", "yod": "i", "vav": "v"},
}
_WHOLE_NAMES = {"HIRAGANA", "KATAKANA", "HANGUL"}
_WITHOUT_VOWELS = {"ARABIC", "HEBREW"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One word with its punctuation; ``is_joined`` to the one before where the script has no spaces."""

    text: str
    is_joined: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What punctuation says about a pause: what it costs to make one, and what to leave it out."""

    pausing: float
    going_on: float


NO_MARK, FREE = Mark(2.3, 0.0), Mark(0.0, 0.0)
_CLAUSE_MARK, _SENTENCE_MARK = Mark(0.6, 1.0), Mark(0.6, 3.0)


def pieces_of(text: str) -> list[Piece]:
    """Split at white space, and Chinese and Japanese further: each Han sign, or a stem with the kana after it."""
    splitter = _JAPANESE_PIECES if re.search(f"[{_KANA}]", text) else _CHINESE_PIECES
    found = list[Piece]()
    for word in text.split():
        parts = [match[0] for match in splitter.finditer(word)] if _UNSPACED.search(word) else [word]
        found += [Piece(part, is_joined=index > 0) for index, part in enumerate(parts)]
    return found


def mark_after(word: str, following: str) -> Mark:
    """Return what the punctuation between two words says about a pause there."""
    bare = word.rstrip(_CLOSING)
    if _SENTENCE_END.search(bare):
        return _SENTENCE_MARK
    is_parted = _CLAUSE_END.search(bare) or following[:1] in _OPENING or not any(map(str.isalnum, bare))
    return _CLAUSE_MARK if is_parted else NO_MARK


def is_shouted(text: str) -> bool:
    """Whether capitals mean nothing here, since most letters are."""
    return sum(map(str.isupper, text)) > sum(map(str.islower, text))


@lru_cache(maxsize=4096)
def kinds_of(word: str, *, is_shouted: bool = False) -> str:
    """Return the kinds of sound in a word, one letter each; nothing for what is not spoken.

    a, e, i: vowels from open to close. s: hissing. f: breathy. p: stopped. b: stopped and voiced. n: nasal. l: liquid.
    x: an e that is often silent. ?: any consonant. *: any vowel. Numbers are syllables of which only the count is
    guessed; abbreviations in capitals are spelled.
    """
    runs = _SPOKEN_RUNS.findall(word.replace("'", "").replace("’", ""))  # noqa: RUF001 - the apostrophe of print
    return "".join(_kinds_of_run(run, is_shouted=is_shouted) for run in runs)


def _kinds_of_run(run: str, *, is_shouted: bool) -> str:
    if run[0].isdigit():
        return _SYLLABLE * _SYLLABLES_OF_DIGITS.get(len(run), round(_SYLLABLES_PER_DIGIT * len(run)))
    if run in _SYLLABLES_OF_SIGN:
        return _SYLLABLE * _SYLLABLES_OF_SIGN[run]
    if run.isascii() and run.isupper() and not is_shouted and _is_spelled(run.lower()):
        return "".join(_kinds_of_letters(_name_of(letter)) for letter in run.lower())
    return "".join(
        part if part in _SYLLABLE else _kinds_of_letters(part) for part in re.findall(r"[?*]|[a-z]+", _romanised(run))
    )


def _is_spelled(run: str) -> bool:
    return 1 < len(run) <= _LONGEST_SPELLED and (len(run) <= 3 or not set(run) & set(_VOWEL_LETTERS))


def _name_of(letter: str) -> str:
    """Return what a letter is called when it is spelled, about."""
    if letter in "bcdegptvz":
        return letter + "i"
    return {"w": "dabel", "h": "eich", "y": "wai"}.get(letter, f"e{letter}" if letter in "flmnsx" else f"{letter}e")


def _romanised(run: str) -> str:
    said = ""
    for sign in run.lower():
        name = unicodedata.name(sign, "")
        if ("VIRAMA" in name or "VOWEL SIGN" in name) and said.endswith("a"):
            said = said[:-1]  # the vowel that a consonant of India has by itself
        said += "" if "VIRAMA" in name else _latin(sign, name)
    return said


def _latin(sign: str, name: str) -> str:
    if name.startswith(("CJK", "IDEOGRAPHIC")):
        return _SYLLABLE
    script = name.partition(" ")[0]
    plain = sign if script in _WHOLE_NAMES else unicodedata.normalize("NFD", sign)[0]
    if plain.isascii():
        return plain if plain.isalpha() else ""
    named = _NAME.search(unicodedata.name(plain, ""))
    if sign in _OTHER_LATIN or named is None:
        return _OTHER_LATIN.get(sign, "")
    return _read(script, named[1].lower())


def _read(script: str, name: str) -> str:
    """Return the sound of a letter by its name: that of KA is k, or ka in scripts whose signs are syllables."""
    if (known := _NAMED.get(script, {}).get(name)) is not None:
        return known
    if script in _WHOLE_NAMES:
        return name
    if script in _WITHOUT_VOWELS:
        return name[0] + "a"
    if script == "CYRILLIC" and len(name) > 1 and name[0] == "e":
        return name[1:]
    return name if script not in {"CYRILLIC", "GREEK"} and len(name) <= 4 else name[0]


def _kinds_of_letters(letters: str) -> str:
    letters = re.sub(r"([^aeiou])\1+", r"\1", letters)
    if not set(letters) & set(_VOWEL_LETTERS):
        return _SYLLABLE * min(3, len(letters)) + "".join(_KIND_OF[letter] for letter in letters[3:])
    said, at = "", 0
    while at < len(letters):
        kind, n_letters = _next_kind(letters, at)
        said += kind
        at += n_letters
    return said


def _next_kind(letters: str, at: int) -> tuple[str, int]:
    """Return what comes next, and how many letters write it."""
    pair = letters[at : at + 2]
    if pair in {"ce", "ci"}:
        return "s", 1
    if pair in _KIND_OF_PAIR:
        return _KIND_OF_PAIR[pair], 2
    if pair[0] not in _VOWEL_LETTERS:
        return _KIND_OF[pair[0]], 1
    if pair[0] == "y" and pair[1:] and pair[1] in _VOWEL_LETTERS:
        return "l", 1
    return _next_vowels(letters, at)


def _next_vowels(letters: str, at: int) -> tuple[str, int]:
    run = re.compile(f"[{_VOWEL_LETTERS}]+").match(letters, at)
    vowels = run[0] if run else letters[at]
    if vowels == "e" and at + 1 == len(letters) and set(letters[:at]) & set(_VOWEL_LETTERS):
        return "x", 1
    return _KIND_OF[vowels[0]] + (_KIND_OF[vowels[-1]] if len(vowels) > 2 else ""), len(vowels)
