"""Names that somebody else gave to files, as they may be kept and shown."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from audiokit.words.plain_text import one_line

__all__ = ["MOST_LETTERS", "shown_name"]

MOST_LETTERS = 200
_UNTRUE = {"Cc", "Cf", "Cs", "Co", "Cn"}  # what turns letters around (UAX 9), is not seen, or is none
_BEFORE_ENDING = MOST_LETTERS - 12


def shown_name(name: str, *, otherwise: str = "Untitled") -> str:
    """Return a file's own name on one line: no folders, nothing unseen, no letters turned around, not too long.

    Its ending stays, since it is looked at. What is left may be nothing: then the name is ``otherwise``.
    """
    own = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        letter for letter in one_line(own) if unicodedata.category(letter) not in _UNTRUE or letter == "\u200d"
    )
    seen = unicodedata.normalize("NFC", seen).strip()
    if len(seen) > MOST_LETTERS:
        ending = PurePosixPath(seen).suffix
        seen = seen[:_BEFORE_ENDING] + "…" + (ending if len(ending) <= 10 else "")
    return seen if seen.strip(". ") else otherwise
