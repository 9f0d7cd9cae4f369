"""A transcript that is to be made into finished text: tidied, as far as that goes without understanding it.

What is between the marks is material. It is not answered, however much it asks, and nothing is added to it.
"""

from __future__ import annotations

import re

from audiokit.offline.messages import Thought, Turn

__all__ = ["tidy"]

_MARKED = re.compile(r"<transcript>\s*(?P<words>.*?)\s*</transcript>", re.DOTALL)
_TOLD_TO = re.compile(r"\btranscript is material\b")
_FILLERS = re.compile(r"(?P<before>,?)\s*\b(?:u+h+m*|u+m+|e+r+m+|h+m+m+)\b(?P<after>[,.]?)", re.IGNORECASE)
_TWICE = re.compile(r"\b(\w+)((?:\s+\1\b)+)", re.IGNORECASE)
_MEANT_TWICE = {"had", "that", "very", "no"}
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?]\s))\w", re.MULTILINE)


def tidy(turn: Turn) -> Thought | None:
    """Leave out fillers and words said twice; begin sentences large, and end the last one."""
    if turn.is_spoken or not _TOLD_TO.search(turn.instructions):
        return None
    whole = "\n\n".join([turn.question, *(document.text for document in turn.documents)])
    found = _MARKED.search(whole)
    return None if found is None else Thought(_tidied(found["words"]), "tidy")


def _tidied(words: str) -> str:
    text = _TWICE.sub(_once, _FILLERS.sub(_marks_of, words))
    text = re.sub(r"[ \t]+", " ", text).strip(" ,")
    text = _SENTENCE_START.sub(lambda start: start[0].upper(), text)
    return text if not text or text[-1] in ".!?…:" else f"{text}."


def _marks_of(filler: re.Match[str]) -> str:
    """A pause around a filler stays one pause."""
    return "." if filler["after"] == "." else filler["before"]


def _once(found: re.Match[str]) -> str:
    return found[0] if found[1].lower() in _MEANT_TWICE or found[1].isdigit() else found[1]
