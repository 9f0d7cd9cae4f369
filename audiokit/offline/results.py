"""What functions gave back, in words that can be said: sums as sentences, passages read out, failures told."""

from __future__ import annotations

import json
import re

from audiokit.offline.documents import best_sentences
from audiokit.offline.messages import Result, Thought, Turn
from audiokit.offline.sentences import sentences

__all__ = ["tell"]

_FAILED = re.compile(r"\s*error\b[:.\s]*(?P<why>.*)", re.IGNORECASE | re.DOTALL)
_EQUAL = re.compile(
    r"\s*(?P<asked>[^=\n]{1,200}?) = (?P<about>about )?(?P<found>[^=\n]{1,200}?)(?P<rounded> \(rounded\))?\s*"
)
_PASSAGE = re.compile(
    r"^\s*1[.)] (?:\"(?P<title>[^\"\n]*)\"(?P<when>, [^:\n]*(?::\d\d)?)?: )?(?P<words>[^\n]+)", re.MULTILINE
)
_SPOKEN = (("**", " to the power of "), ("*", " times "), ("/", " divided by "), ("+", " plus "), (" - ", " minus "))
_PERCENT = re.compile(r"^([\d.]+) / 100 \* ([\d.]+)$")
_ROOT = re.compile(r"^sqrt\(([\d.]+)\)$")
_MOST_WORDS, _MOST_SENTENCES = 60, 3


def tell(turn: Turn) -> Thought | None:
    """Answer from the results of the functions that were called, each in its turn."""
    if not turn.results:
        return None
    return Thought(" ".join(_told(result, turn.question) for result in turn.results), "tool")


def _told(result: Result, question: str) -> str:
    text, name = result.text.strip(), result.name.replace("_", " ") or "tool"
    if not text:
        return f"The {name} tool gave nothing back."
    if (why := _why_failed(text)) is not None:
        return f"The {name} tool failed. {_sentence(why)}" if why else f"The {name} tool failed, and did not say why."
    if (equal := _EQUAL.fullmatch(text)) is not None:
        about = "about " if equal["about"] or equal["rounded"] else ""
        return f"{_spoken(equal['asked'])} is {about}{equal['found']}."
    if (passage := _PASSAGE.search(text)) is not None:
        source = f'From "{passage["title"]}"{passage["when"] or ""}: ' if passage["title"] else ""
        return source + _sentence(passage["words"].removesuffix(" …"))
    if len(text.split()) > _MOST_WORDS:
        return _shortened(text, question)
    is_sentence = text[-1] in ".!?" and text[0].isupper() and " " in text
    return text if is_sentence else f"The answer I was given is: {_sentence(_listed(text))}"


def _why_failed(text: str) -> str | None:
    """Return what an error says of itself, plainly or as JSON; None if it is none."""
    if (plainly := _FAILED.match(text)) is not None:
        return plainly["why"].strip()
    found = _object(text).get("error")
    if isinstance(found, dict):
        found = found.get("message", "")
    return found if isinstance(found, str) else None


def _spoken(expression: str) -> str:
    """Return a sum as it is said; what is no sum stays as it is."""
    expression = _ROOT.sub(r"The square root of \1", _PERCENT.sub(r"\1 percent of \2", expression))
    if re.search(r"[^\W\d_]{2}", expression):
        return expression
    for sign, word in _SPOKEN:
        expression = expression.replace(sign, word)
    return " ".join(expression.split())


def _shortened(text: str, question: str) -> str:
    pool = sentences(text)
    return " ".join(sentence.text for sentence in best_sentences(question, pool) or pool[:_MOST_SENTENCES])


def _listed(text: str) -> str:
    """Return an object of plain values as words, everything else as it is."""
    values = [f"{str(name).replace('_', ' ')}: {value}" for name, value in _object(text).items()]
    return ", ".join(values) or text


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text) if text.startswith("{") else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
