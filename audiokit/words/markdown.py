"""Words as Markdown that shows them as they are, whatever Markdown or HTML they are made of."""

from __future__ import annotations

import re

from audiokit.words.plain_text import cleaned

__all__ = ["escaped", "paragraphs"]

# CommonMark 0.31.2, 2.4 (any ASCII punctuation may be escaped) and 2.5 (references, which every renderer knows); what
# GitHub adds: ~ | @ # and bare addresses; what others add: $ ^ =.
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ANYWHERE = re.compile(
    r"([\\`*_\[\]~|$^@#])|(=(?==)|(?<==)=)|(?<![^\W_])(:)(?=[\w+-])|(:)(?=//)|(?<=www)(\.)", re.IGNORECASE
)
_AT_THE_START = re.compile(r"^(?:([+=-])|(\d+)([.)]))")


def escaped(text: str) -> str:
    """Return one line of text that means nothing in Markdown; it may stand at the beginning of a line."""
    line = " ".join(cleaned(text).split())
    line = _ANYWHERE.sub(lambda found: f"\\{found[0]}", line)
    line = _AT_THE_START.sub(lambda found: f"{found[2] or ''}\\{found[1] or found[3]}", line)
    return line.translate(_REFERENCES)


def paragraphs(text: str) -> str:
    """Return each line of the text as a paragraph."""
    return "\n\n".join(filter(None, map(escaped, cleaned(text).split("\n"))))
