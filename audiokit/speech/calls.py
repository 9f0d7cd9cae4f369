"""Function calls as a model asks for them, whole or in pieces. Nothing is called here, and no arguments are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from audiokit.speech.fields import Json, count_at, object_at, text_at
from audiokit.speech.requests import ToolCall

__all__ = ["Calls"]


@dataclass(slots=True)
class _Begun:
    """A call that may still be growing; ``index`` is its place among those of the same message."""

    index: int
    id: str | None
    name: str | None = None
    arguments: list[str] = field(default_factory=list)


class Calls:
    """Collects the calls of one message from their pieces.

    OpenAI sends id and name first, then the arguments bit by bit, each piece with the index of its call. Compatible
    servers send whole calls, repeat the id or the name in each piece, number all calls 0, or do not number them.
    """

    def __init__(self) -> None:
        self._begun: list[_Begun] = []

    def take(self, pieces: Iterable[Json]) -> None:
        """Take the ``tool_calls`` of one chunk."""
        for piece in pieces:
            function, id_ = object_at(piece, "function"), text_at(piece, "id")
            name = text_at(function, "name")
            call = self._call_of(count_at(piece, "index"), id_, name)
            call.id, call.name = call.id or id_, call.name or name
            call.arguments.append(text_at(function, "arguments") or "")

    def found(self) -> tuple[ToolCall, ...]:
        """Return what there is so far, in the order of the message; a call without a name is none."""
        return tuple(
            ToolCall(id=call.id or "", name=call.name, arguments="".join(call.arguments))
            for call in sorted(self._begun, key=lambda call: call.index)
            if call.name is not None
        )

    @classmethod
    def whole(cls, listed: Iterable[Json]) -> tuple[ToolCall, ...]:
        """Return the calls of a message that came in one piece."""
        calls = cls()
        for index, call in enumerate(listed):
            calls.take([{**call, "index": index}])
        return calls.found()

    def _call_of(self, index: int | None, id_: str | None, name: str | None) -> _Begun:
        """Return the call that a piece belongs to, which it may begin."""
        known = (call for call in reversed(self._begun) if index is None or call.index == index)
        if (call := next(known, None)) is not None and not _is_another(call, id_, name):
            return call
        self._begun.append(_Begun(index=len(self._begun) if index is None else index, id=id_))
        return self._begun[-1]


def _is_another(call: _Begun, id_: str | None, name: str | None) -> bool:
    """Whether a piece begins a call of its own: it has another id, or there are no ids and it has a name again."""
    if id_ is not None and call.id is not None:
        return id_ != call.id
    return id_ is None and call.id is None and name is not None and call.name is not None
