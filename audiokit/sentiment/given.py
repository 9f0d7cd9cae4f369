"""What a model gave in a forced function call, taken apart; pure functions, to which any text may come.

Whatever is missing, cut off or of another kind reads as nothing. Servers that know no forced functions give JSON as
words, which is read as if it had come in the call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from audiokit.sentiment.readings import Confidence
from audiokit.sentiment.whole import Cited
from audiokit.speech.fields import Json, objects_at, text_at
from audiokit.speech.replies import Ending, Reply
from audiokit.speech.requests import Tool
from audiokit.words.plain_text import one_line

__all__ = ["NotGiven", "cited", "confidence_at", "items", "objects", "score_at", "short", "why_none", "words_at"]

_FENCED = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)
_MOST_CHARACTERS = 400
_NEXT = re.compile(r"\s*,?\s*")
_DECODER = json.JSONDecoder()


class NotGiven(ValueError):
    """There is nothing in an answer that could be used. The sentence says why, and is told to the model."""


def objects(reply: Reply, tool: Tool) -> list[Json]:
    """Return the arguments of each call of the function; of an answer in words, the object that they are."""
    found = (_loaded(text) for text in _texts(reply, tool))
    return [each for each in found if isinstance(each, dict)]


def items(reply: Reply, tool: Tool, key: str) -> list[Json]:
    """Return the objects listed at ``key`` in all calls; of a call that was cut off, those that came whole."""
    found = list[Json]()
    for text in _texts(reply, tool):
        loaded = _loaded(text)
        found += objects_at(loaded, key) if isinstance(loaded, dict) else _whole_ones(text, key)
    return found


def why_none(reply: Reply) -> str:
    """Return what came in place of a call, in the model's own words where it has any."""
    if reply.ending in {Ending.LENGTH, Ending.CUT}:
        return "The model's answer was cut off before it was whole."
    if reply.tool_calls:
        return "The model called a function with something that cannot be read."
    return short(reply.words) or "The model gave no answer."


def score_at(of: Json, key: str) -> float | None:
    """Return the number at ``key`` if it is from -1 to +1; what lies beyond was on another scale, and is not known."""
    found = of.get(key)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return round(float(found), 3) if is_number and found is not None and -1 <= found <= 1 else None


def confidence_at(of: Json, key: str) -> Confidence:
    """Return how sure the model says it is; low where it does not say."""
    named = (text_at(of, key) or "").strip().lower()
    return Confidence(named) if named in set(Confidence) else Confidence.LOW


def words_at(of: Json, key: str) -> str:
    """Return the text at ``key`` in one line, not too long for a page."""
    return short(text_at(of, key) or "")


def cited(listed: Sequence[Json], ids: Sequence[Sequence[str]], most: int) -> tuple[Cited, ...]:
    """Return what was said of numbered passages; ``ids`` are those that the numbers from 1 stand for.

    Numbers of which there is no passage are dropped; what rests on none has no ids.
    """
    found = list[Cited]()
    for each in listed:
        if text := one_line(text_at(each, "text") or ""):
            numbers = sorted({number for number in _list_at(each, "passages") if _is_number_of(number, ids)})
            kept = dict.fromkeys(id_ for number in numbers for id_ in ids[number - 1])
            found.append(Cited(text=text, segment_ids=tuple(kept)))
    return tuple(found[:most])


def short(text: str) -> str:
    """Return a text in one line, cut between words where it is long."""
    line = one_line(text)
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS].rsplit(' ', 1)[0]} …"


def _texts(reply: Reply, tool: Tool) -> Iterator[str]:
    """Yield the JSON of an answer: the calls' arguments, or the words where nothing was called."""
    for text in [call.arguments for call in reply.tool_calls if call.name == tool.name] or [reply.words]:
        yield fenced[1] if (fenced := _FENCED.match(text)) else text


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _whole_ones(text: str, key: str) -> Iterator[Json]:
    """Yield the objects that stand whole in the list at ``key`` of a text that breaks off."""
    begun = re.search(rf'"{re.escape(key)}"\s*:\s*\[\s*', text)
    at = begun.end() if begun else len(text)
    while text[at : at + 1] == "{":
        try:
            found, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield found
        at = _NEXT.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well


def _list_at(of: Json, key: str) -> list[Any]:
    found = of.get(key)
    return found if isinstance(found, list) else []


def _is_number_of(number: Any, ids: Sequence[Sequence[str]]) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= len(ids)
