"""Which functions a question calls for, and what is known of their arguments from what was asked.

Four kinds are told by what they take: a sum, an amount in another unit, a time zone, words to search for. Each is
called when the question is one of those, which the engine would otherwise answer itself or not at all. Any other
function is called when the question speaks of it by name, and its arguments are filled from the words there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from audiokit.offline.arithmetic import sum_in
from audiokit.offline.clock import asks_for_now, place_in
from audiokit.offline.messages import Turn, plain
from audiokit.offline.sentences import terms
from audiokit.offline.tools import Tool, likeness
from audiokit.offline.units import conversion_in

__all__ = ["Wanted", "wanted_calls"]

_SUM = frozenset({"expression", "formula", "calculation", "equation", "sum"})
_AMOUNT = frozenset({"amount", "value", "quantity", "number"})
_FROM = frozenset({"from_unit", "from", "source_unit", "unit_from"})
_TO = frozenset({"to_unit", "to", "target_unit", "unit_to"})
_ZONE = frozenset({"time_zone", "timezone", "tz", "zone", "place", "location", "city"})
_QUERY = frozenset({"query", "q", "search", "search_query", "keywords"})
_OF_TIME = re.compile(r"(^|_)(time|clock|now|date)($|_)")
_OF_SEARCH = re.compile(r"search|find|look|recall|recordings|documents|notes")
_SEARCH = re.compile(
    r"\b(search|find|look (for|up|in)|(what|when|where) did i (say|tell|mention|record|write|note|talk)|"
    r"did i (ever )?(say|mention|record|write|note|talk)|"
    r"(in|through|of) my (\w+ )?(recordings?|notes?|documents?|transcripts?))\b"
)
_MOST_DIGITS = 15
_SEARCHING = set(
    """
    search find look say said tell told mention mentioned record recorded write wrote note notes noted talk talked ever
    recording recordings document documents transcript transcripts anything something everything let know speak spoke
    """.split()  # noqa: SIM905 - a line of words reads better than a list of strings
)
_NEXT_QUESTION = re.compile(
    r"[?;]\s+|[,.]?\s+and (?:also )?(?=what|how|when|where|which|search|find|look|convert|calculate)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A function to call, the turn to fill its arguments from, and those that are known already."""

    tool: Tool
    turn: Turn
    known: Mapping[str, Any]


def wanted_calls(tools: tuple[Tool, ...], choice: str, turn: Turn) -> tuple[Wanted, ...]:
    """Return what to call: what is forced, else what the question asks for; nothing once there are results."""
    forced = next((tool for tool in tools if tool.name == choice), None)
    if forced is not None:
        return (Wanted(tool=forced, turn=turn, known=_known(forced, turn.question) or {}),)
    if not tools or choice == "none" or (turn.results and choice != "required"):
        return ()
    found = _asked_for(tools, turn)
    if choice == "required" and not found:
        best = max(tools, key=lambda tool: likeness(tool, turn.question))
        return (Wanted(tool=best, turn=turn, known={}),)
    return found


def _asked_for(tools: tuple[Tool, ...], turn: Turn) -> tuple[Wanted, ...]:
    """Return a call for each part of the question that is for a function of a known kind, else one that is named."""
    parts = [part for part in _NEXT_QUESTION.split(" ".join(turn.question.split())) if part.strip()]
    for questions in (parts, [turn.question]):
        calls = [_call_for(tools, replace(turn, question=question)) for question in questions]
        found = tuple(call for call in calls if call is not None)
        if found and len(found) == len(questions):
            return found
    others = [tool for tool in tools if not any(fits(tool) for fits, _ in _KINDS)]
    best = max(others, key=lambda tool: likeness(tool, turn.question), default=None)
    if best is None or likeness(best, turn.question) < 1:
        return ()
    return (Wanted(tool=best, turn=turn, known={}),)


def _call_for(tools: tuple[Tool, ...], turn: Turn) -> Wanted | None:
    known = ((tool, _known(tool, turn.question)) for tool in tools)
    return next((Wanted(tool=tool, turn=turn, known=of) for tool, of in known if of is not None), None)


def _known(tool: Tool, question: str) -> dict[str, Any] | None:
    """Return the arguments that a question gives to a function of a known kind; None if it is not for it."""
    return next((said(tool, question) for fits, said in _KINDS if fits(tool)), None)


def _takes(tool: Tool, *slots: frozenset[str]) -> list[str] | None:
    """Return the names of the arguments that stand for ``slots``, or None if one is missing."""
    properties = tool.parameters.get("properties")
    names = list(properties) if isinstance(properties, Mapping) else []
    found = [next((name for name in names if str(name).lower() in slot), None) for slot in slots]
    return None if None in found else [str(name) for name in found]


def _sum(tool: Tool, question: str) -> dict[str, Any] | None:
    names, found = _takes(tool, _SUM), sum_in(question)
    return {names[0]: found} if names and found else None


def _conversion(tool: Tool, question: str) -> dict[str, Any] | None:
    names, found = _takes(tool, _AMOUNT, _FROM, _TO), conversion_in(question)
    if not names or found is None or len(found[0]) > _MOST_DIGITS:
        return None
    amount = float(found[0])
    return dict(zip(names, (int(amount) if amount.is_integer() else amount, *found[1:]), strict=True))


def _time(tool: Tool, question: str) -> dict[str, Any] | None:
    names = _takes(tool, _ZONE)
    if not asks_for_now(question):
        return None
    return {names[0]: place_in(question)} if names and (_may_be_null(tool, names[0]) or place_in(question)) else {}


def _search(tool: Tool, question: str) -> dict[str, Any] | None:
    names = _takes(tool, _QUERY)
    words = [word for word in terms(question) if word not in _SEARCHING]
    return {names[0]: " ".join(words)} if names and words and _SEARCH.search(plain(question)) else None


def _may_be_null(tool: Tool, name: str) -> bool:
    schema = tool.parameters["properties"][name]
    return isinstance(schema, Mapping) and "null" in str(schema.get("type", schema.get("anyOf", "")))


_KINDS: tuple[tuple[Callable[[Tool], Any], Callable[[Tool, str], dict[str, Any] | None]], ...] = (
    (lambda tool: _takes(tool, _SUM), _sum),
    (lambda tool: _takes(tool, _AMOUNT, _FROM, _TO), _conversion),
    (lambda tool: _OF_TIME.search(tool.name.lower()), _time),
    (lambda tool: _takes(tool, _QUERY) and _OF_SEARCH.search(tool.name.lower()), _search),
)
