"""Text as it comes out of files made fit to be spoken and quoted: characters, line ends, spaces. Knows no format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable

__all__ = ["clean", "joined", "one_line", "words_of"]

# What is drawn differently and means the same: ligatures, Arabic and Hebrew letters in their drawn forms, mathematical
# letters, CJK radicals. Not ², ½, ™ or №: their plain forms are other words.
_DRAWN = re.compile(r"[\ufb00-\ufb4f\ufb50-\ufdfb\ufe70-\ufefc\U0001d400-\U0001d7ff\u2f00-\u2fd5\u2e9f\u2ef3]+")
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[\t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Controls, zero-width marks but the two joiners that Persian and Indic scripts spell with, half surrogates, tags.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\uffff"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
_BULLETS = re.compile(
    r"[\uf020-\uf0ff](?=\s|$)|[\u2022\u2023\u2043\u204c\u204d\u25aa\u25ab\u25cf\u25cb\u25e6\u25a0\u27a2\u2756](?=\s)"
)
_PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_SOFT_HYPHEN, _HYPHENS = "\xad", "-\u2010\u2011"
_CUT = re.compile(rf"(?P<begun>[^\W\d_][\w\u2019']*(?:[{_HYPHENS}]\w+)*)(?P<hyphen>[{_HYPHENS}])$")
_FIRST = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_OVER_A_LINE = re.compile(rf"(?<![{_HYPHENS}\w])\w++(?:[{_HYPHENS}]\w++)*+[{_HYPHENS}{_SOFT_HYPHEN}][ ]*\n\s*\w+")
_WHOLE = 4  # letters; a shorter piece may be a word by chance
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_LONGEST_WORD = 100  # characters, with its hyphens
_BLANKS = re.compile(r"[ \t]{2,}")


def clean(text: str) -> str:
    """Return the same text in characters that can be spoken; lines stay lines.

    Composed (NFC), with drawn forms resolved, all blanks as spaces, bullets as "•", and nothing that cannot be seen
    but soft hyphens, which :func:`joined` needs.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _UNSEEN.sub("", _SPACES.sub(" ", text))
    text = _PRIVATE.sub("", _BULLETS.sub("•", text))
    text = _DRAWN.sub(lambda drawn: unicodedata.normalize("NFKC", drawn[0]), text)
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return the text in one line, without soft hyphens or blanks to spare."""
    return " ".join(text.replace(_SOFT_HYPHEN, "").split())


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case; hyphened ones are whole. What :func:`joined` is told of a document.

    Pieces of words at the end and at the beginning of a line are none.
    """
    return frozenset(word.lower() for word in _WORD.findall(_OVER_A_LINE.sub(" ", text)))


def joined(lines: Iterable[str], known: Container[str] = frozenset()) -> str:
    """Return the lines of one paragraph as one line, with words that were parted at a line end made whole.

    ``known`` are the document's words: a hyphen stays where the document has the word with its hyphen, or both of its
    parts as words, and not the word without it.
    """
    pieces = list[str]()
    for line in lines:
        if part := _BLANKS.sub(" ", line.strip()):
            if pieces:
                keeps, between = _between(pieces[-1][-_LONGEST_WORD:], part, known)
                pieces[-1] = pieces[-1] if keeps else pieces[-1][:-1]
                pieces.append(between)
            pieces.append(part)
    return one_line("".join(pieces))


def _between(before: str, part: str, known: Container[str]) -> tuple[bool, str]:
    """Return whether a line keeps its last character before ``part``, and what stands between the two."""
    if before[-1] == _SOFT_HYPHEN:
        return False, ""
    if (cut := _CUT.search(before)) is not None and (first := _FIRST.match(part)) is not None:
        return _keeps_hyphen(cut["begun"], first[0], known), ""
    is_range = before[-1] in _HYPHENS and before[-2:-1].isdigit() and part[0].isdigit()
    is_unparted = _CJK.match(before[-1]) is not None and _CJK.match(part[0]) is not None
    return True, "" if is_range or is_unparted else " "


def _keeps_hyphen(begun: str, first: str, known: Container[str]) -> bool:
    """Whether the hyphen belongs to the word, as in "well-known", or to the line's end, as in "exam-ple"."""
    if not first[0].islower() or re.search(rf"[{_HYPHENS}]", begun):
        return True
    if (begun + first).lower() in known:
        return False
    if f"{begun}-{first}".lower() in known:
        return True
    return min(len(begun), len(first)) >= _WHOLE and begun.lower() in known and first.lower() in known
