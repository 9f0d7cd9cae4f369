"""An interpreter, if that is what the engine is told to be: what was said is said in another language, word by word."""

from __future__ import annotations

import re

from audiokit.offline.glossary import LANGUAGES, translate
from audiokit.offline.messages import Thought, Turn

__all__ = ["ONLY_THESE", "interpret"]

_NAMED = {name: code for code, name in LANGUAGES.items()}
_ALL_BUT_LAST, _LAST = list(LANGUAGES.values())[1:-1], list(LANGUAGES.values())[-1]
ONLY_THESE = f"The offline engine translates from English only, into {', '.join(_ALL_BUT_LAST)} or {_LAST}."

_INTO = re.compile(r"\ban interpreter into (?P<into>[\w ]+?)[.,:]")
_BETWEEN = re.compile(r"\ban interpreter between (?P<one>[\w ]+?) and (?P<other>[\w ]+?)[.,:]")


def interpret(turn: Turn) -> Thought | None:
    """Say what was said in the language that the instructions name; of two, in the one that is not English."""
    if (found := _INTO.search(turn.instructions)) is not None:
        name = found["into"]
    elif (found := _BETWEEN.search(turn.instructions)) is not None:
        name = found["one"] if found["other"] == "English" and found["one"] in _NAMED else found["other"]
    else:
        return None
    if (into := _NAMED.get(name)) is None:
        return Thought(ONLY_THESE, "interpret")
    return Thought(translate(turn.question, into), "interpret", language=into)
