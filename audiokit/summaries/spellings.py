"""One spelling for words that are written in two ways and said in one: British and American English."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["one_spelling"]

_ONE_L: Final = "travel|cancel|model|label|signal|level|counsel|channel|tunnel|marvel|jewel|quarrel|fuel|total|dial"
_RULES: Final = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"(?<=[a-z]{2})our(?=(?:s|ed|ing|able|ably|ite|ites|al|hood|hoods|er|ers|ful|less|ly|ist)?$)", "or"),
        (r"(?<=[a-z]{3})is(?=(?:e|ed|es|ing|ation|ations|er|ers)$)", "iz"),
        (r"(?<=[a-z]{3})ys(?=(?:e|ed|es|ing|er|ers)$)", "yz"),
        (r"(cent|met|theat|lit|fib|calib|spect|meagr)re(?=[sd]?$)", r"\1er"),
        (rf"({_ONE_L})l(?=ed|ing|er|or)", r"\1"),
        (r"(?<=[a-z])ae(?=[a-z]{3})", "e"),
        (r"(?<=[a-z]{2})ogue(?=s?$)", "og"),
        (r"(defen|offen|licen|preten)c(?=e[sd]?$)", r"\1s"),
        (r"(?<=practi)s(?=e|ing)", "c"),
        (r"(judg|knowledg)e(?=ment)", r"\1"),
        (r"^(to|for|back|after|down|up|in)wards$", r"\1ward"),
        (r"^(burn|learn|spel|dream|spil|lean|smel)t$", r"\1ed"),
        (r"^(spel|spil|smel)ed$", r"\1led"),
    )
)
_WORDS: Final = {
    "ageing": "aging",
    "aluminium": "aluminum",
    "cheque": "check",
    "cheques": "checks",
    "cosy": "cozy",
    "grey": "gray",
    "greys": "grays",
    "kerb": "curb",
    "mould": "mold",
    "ok": "okay",
    "plough": "plow",
    "programme": "program",
    "programmes": "programs",
    "pyjamas": "pajamas",
    "sceptic": "skeptic",
    "sceptical": "skeptical",
    "sceptics": "skeptics",
    "storey": "story",
    "storeys": "stories",
    "tyre": "tire",
    "tyres": "tires",
}


@lru_cache(maxsize=8192)
def one_spelling(word: str) -> str:
    """Return a word in small letters as it is spelled here; two that sound alike may come out the same."""
    if word in _WORDS:
        return _WORDS[word]
    if len(word) < 5:
        return word
    for pattern, put in _RULES:
        word = pattern.sub(put, word)
    return word
