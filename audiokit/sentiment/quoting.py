"""A quote found again in what was said: words that really stand there, as they stand there, or nothing."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["as_it_stands"]

_UNPARTED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_UNPARTED}]|[^\W_{_UNPARTED}]+")
_MARK_AFTER = re.compile(r"[.!?…。！？]+")  # noqa: RUF001 - the full-width marks are meant


def as_it_stands(quote: str, text: str) -> str:
    """Return the part of ``text`` that has the words of ``quote``, one after the other; empty where none has.

    Case, marks and the ways to write a letter (NFKC) do not count, words do, each of them.
    """
    wanted = [_plain(found[0]) for found in _TOKEN.finditer(quote)]
    spans = [found.span() for found in _TOKEN.finditer(text)]
    words = [_plain(text[start:end]) for start, end in spans]
    n = len(wanted)
    for first in range(len(words) - n + 1 if n else 0):
        if words[first : first + n] == wanted:
            end = spans[first + n - 1][1]
            mark = _MARK_AFTER.match(text, end)
            return text[spans[first][0] : mark.end() if mark else end]
    return ""


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
