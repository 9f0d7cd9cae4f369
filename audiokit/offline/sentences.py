"""Text to sentences with their pages, and sentences to the terms they are compared by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Sentence", "sentences", "terms"]

_ABBREVIATIONS = set(
    """
    mr mrs ms dr prof sr jr st vs etc e.g i.e eg ie fig figs no nos vol pp p al inc ltd co corp dept est approx gen sen
    rep gov col lt sgt capt rev hon u.s u.k u.n a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec cf ca ed eds
    trans resp sec ch art z.b bzw usw d.h u.a nr m mme mlle mm sra dra ud uds
    """.split()  # noqa: SIM905 - lines of words read better than a list of strings
)
_STOP_WORDS = set(
    """
    a about after all also an and any are as at be because been before but by can could did do does for from had has
    have he her here him his how i if in into is it its just like may me more most my no not of on one only or other
    our out over said say she should so some such than that the their them then there these they this those through
    to too under up us very was we were what when where which while who whom why will with would you your
    please tell document text page
    """.split()  # noqa: SIM905 - the same
)
_END = re.compile(r"(?P<mark>[.!?…]+[\"»”’')\]]*|[。！？｡]+[”’」』）]*)(?:\s+|(?<=[。！？｡」』])|$)")  # noqa: RUF001 - meant
_PAGE = re.compile(r"\[page (?P<bracket>\d+)\]|<page[^>]*?(?P<tag>\d+)[^>]*>|(?P<feed>\f)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w'’-]*")  # noqa: RUF001 - the typed apostrophe
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as it stands in its document; ``page`` is None where no page was marked."""

    text: str
    page: int | None = None


def sentences(text: str) -> list[Sentence]:
    """Part a document into sentences; a paragraph always ends one. Page marks (``[page 3]``) are read, not kept."""
    found = list[Sentence]()
    page, start = (1 if "\f" in text else None), 0
    for mark in _PAGE.finditer(text):
        found += [Sentence(sentence, page) for sentence in _parted(text[start : mark.start()])]
        number = mark["bracket"] or mark["tag"]
        page, start = (int(number) if number else (page or 1) + 1), mark.end()
    return found + [Sentence(sentence, page) for sentence in _parted(text[start:])]


def terms(text: str) -> list[str]:
    """Return the words that carry meaning, in lower case; pairs of characters where words are not parted."""
    if _CJK.search(text):
        characters = _CJK.findall(text)
        return [first + second for first, second in pairwise(characters)]
    words = (word.lower().replace("’", "'") for word in _WORD.findall(text))  # noqa: RUF001 - the typed apostrophe
    return [word.removesuffix("'s") for word in words if word not in _STOP_WORDS and (len(word) > 1 or word.isdigit())]


def _parted(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*•#]|\d+[.)])\s)", text):
        line = " ".join(paragraph.split())
        start = 0
        for end in _END.finditer(line):
            if not _goes_on(line, start, end):
                yield line[start : end.end("mark")].strip()
                start = end.end()
        if rest := line[start:].strip():
            yield rest


def _goes_on(line: str, start: int, end: re.Match[str]) -> bool:
    """Whether this full stop belongs to an abbreviation, an initial or a numbered item."""
    rest = line[end.end() :]
    if end["mark"] != "." or not rest:
        return False
    last_word = line[start : end.start()].rsplit(" ", 1)[-1].strip("([\"'“«").lower()
    is_initial = len(last_word) == 1 and last_word.isalpha() and last_word != "i"
    is_item = last_word.isdigit() and len(last_word) <= 2 and start == end.start() - len(last_word)
    is_dotted = bool(re.fullmatch(r"(\w\.)+\w", last_word)) and not last_word[0].isdigit()
    return last_word in _ABBREVIATIONS or is_initial or is_item or is_dotted or rest[0].islower()
