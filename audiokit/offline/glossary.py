"""English into German, French and Spanish by a list of phrases and words: word by word, and without any grammar.

The list is ``glossary.toml``. What is not in it stays as it is, so nothing is made up.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from audiokit.offline.numbers import figures

__all__ = ["LANGUAGES", "entries", "translate"]

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "German", "fr": "French", "es": "Spanish"})
"""What can be translated into, by ISO 639-1. English is where it comes from, and stays as it is."""

_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*[^\W_]*|[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001 - the typed apostrophe
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SENTENCE_START = re.compile(r"(?:^|[.!?…])[\s\"'“(]*$")
_LONGEST_NUMBER = 12  # words


def translate(text: str, into: str) -> str:
    """Return English ``text`` in the language ``into``, one of :data:`LANGUAGES`.

    The longest phrase goes first, then single words. Numbers in figures stay, and those of several words become
    figures, which a voice reads in its own language. What begins a sentence in capitals still does.
    """
    known = entries(into)
    tokens = list(_TOKEN.finditer(text))
    parts, done, at = list[str](), 0, 0
    while at < len(tokens):
        size, found = _longest(text, tokens[at : at + max(_LONGEST_NUMBER, _longest_phrase(into))], known)
        start, end = tokens[at].start(), tokens[at + size - 1].end()
        parts += [text[done:start], _begun_as(text, start, found or text[start:end])]
        done, at = end, at + size
    return "".join([*parts, text[done:]])


@cache
def entries(into: str) -> Mapping[str, str]:
    """Return every English phrase and word of the list with its translation; none into English.

    Raises:
        KeyError: it is none of :data:`LANGUAGES`.
    """
    if into not in LANGUAGES:
        raise KeyError(into)
    listed = tomllib.loads((files("audiokit.offline") / "glossary.toml").read_text("utf-8"))
    if into not in listed["languages"]:
        return MappingProxyType({})
    at = listed["languages"].index(into)
    return MappingProxyType({said: found[at] for said, found in (listed["phrases"] | listed["words"]).items()})


@cache
def _longest_phrase(into: str) -> int:
    return max((len(said.split()) for said in entries(into)), default=1)


def _longest(text: str, tokens: Sequence[re.Match[str]], known: Mapping[str, str]) -> tuple[int, str | None]:
    """Return how many tokens belong together at the beginning, and what they are called, None if nobody knows."""
    first = _plain(tokens[0][0])
    counts = first == "a" or _NUMBER.fullmatch(figures(first))
    for size in range(_n_joined(text, tokens) if known else 1, 0, -1):
        said = _plain(text[tokens[0].start() : tokens[size - 1].end()])
        if said in known:
            return size, known[said]
        if counts and size > 1 and _NUMBER.fullmatch(number := figures(said)):
            return size, number
    return 1, None


def _n_joined(text: str, tokens: Sequence[re.Match[str]]) -> int:
    """Return how many of the tokens follow each other with nothing but a space or a hyphen between."""
    for size in range(1, len(tokens)):
        if text[tokens[size - 1].end() : tokens[size].start()].strip(" \t\n-"):
            return size
    return len(tokens)


def _plain(said: str) -> str:
    return " ".join(said.lower().replace("’", "'").split())  # noqa: RUF001 - the same


def _begun_as(text: str, start: int, found: str) -> str:
    is_large = text[start].isupper() and _SENTENCE_START.search(text, 0, start)
    return found[:1].upper() + found[1:] if is_large else found
