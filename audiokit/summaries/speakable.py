"""Written text made fit to be said: no markup, no addresses letter by letter, no footnote numbers. Words stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audiokit.words.plain_text import one_line

__all__ = ["breaths", "speakable"]

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_EMPHASIS = re.compile(r"(?<![\w*_`])(\*{1,3}|_{1,3}|`+|~~)(?=\S)(.+?)(?<=\S)\1(?![\w*_`])")
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|[-*•▪‣]\s+|>\s+)+", re.MULTILINE)
_ADDRESS = re.compile(
    r"<?\b(?:https?://|www\.)(?:www\.)?(?P<host>[\w.-]+\w)(?::\d+)?(?:[/?#](?:[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])?)?>?",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"\s?\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*\]")  # noqa: RUF001 - the dash is meant
_STAGE = re.compile(
    r"\s?[\[(*]\s?(?:laughs?|laughing|chuckles?|sighs?|pauses?|pause|music|intro music|outro music|applause|beat)"
    r"\s?[\])*]",
    re.IGNORECASE,
)
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")
_BEFORE_MARK = re.compile(r"\s+(?=[,;.!?](?:\s|$))")
_LONGEST_BREATH = 320  # characters, about 20 s
_CUTS = (
    re.compile(r"[;:](?=\s)|[；：]"),  # noqa: RUF001 - the full-width marks are meant
    re.compile(r",(?=\s)|\s[–—-](?=\s)|[，、]"),  # noqa: RUF001 - the same
    re.compile(r"(?=\s)"),
)


def speakable(text: str, names: tuple[str, ...] = ()) -> str:
    """Return a line as it is to be said; ``names`` of speakers that a model put before it are left out."""
    text = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", _LINE_START.sub("", text)))
    text = _ADDRESS.sub(r"\g<host>", _STAGE.sub("", _FOOTNOTE.sub("", _PICTURES.sub("", text))))
    text = _BEFORE_MARK.sub("", one_line(text))
    for name in names:
        text = re.sub(rf"^{re.escape(name)}\s?:\s+", "", text, flags=re.IGNORECASE)
    return text.strip()


def breaths(text: str, longest: int = _LONGEST_BREATH) -> Iterator[str]:
    """Yield a sentence whole, or in pieces if it is longer than one breath: cut at marks, else between words."""
    while len(text) > longest:
        at = _cut(text, longest)
        yield text[:at].strip()
        text = text[at:].strip()
    if text:
        yield text


def _cut(text: str, longest: int) -> int:
    """Return where to cut: at the last mark of the strongest kind that leaves no crumb before it."""
    for kind in _CUTS:
        ends = [found.end() for found in kind.finditer(text, longest // 4, longest + 1) if found.end() <= longest]
        if ends:
            return ends[-1]
    return longest
