"""Rounds of tools in a request: calls, each answered by a message of its own, or refused as OpenAI refuses them.

Sentences and params, such as ``messages.[3].role``, are those of answers quoted in public issues (2024 to 2026).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from audiokit.offline.fields import a_list, a_mapping, a_text, one_of
from audiokit.offline.refusals import Refused
from audiokit.offline.tools import Call

__all__ = ["answered_call", "calls_in", "check_rounds"]


class _Said(Protocol):
    """What there is to know of a message here."""

    @property
    def role(self) -> str: ...

    @property
    def calls(self) -> tuple[Call, ...]: ...

    @property
    def answers(self) -> str | None: ...


def calls_in(message: Mapping[str, Any], param: str) -> tuple[Call, ...]:
    """Return the calls of an assistant's message; none if it has none.

    Raises:
        Refused: an empty list, or something in it that is no call.
    """
    if message.get("tool_calls") is None:
        return ()
    param = f"{param}.tool_calls"
    listed = a_list(message["tool_calls"], param)
    if not listed:
        raise Refused(
            f"Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            param=param,
            code="empty_array",
        )
    return tuple(_call(call, f"{param}[{index}]") for index, call in enumerate(listed))


def answered_call(message: Mapping[str, Any], index: int) -> str:
    """Return the id of the call that a tool's message answers."""
    if message.get("tool_call_id") is None:
        raise Refused(
            "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.",
            param=f"messages.[{index}].tool_call_id",
            code=None,
        )
    return a_text(message["tool_call_id"], f"messages[{index}].tool_call_id")


def check_rounds(messages: Sequence[_Said]) -> None:
    """Check that every call is answered at once, and that nothing else is.

    Raises:
        Refused: a result without a call, or a call without a result.
    """
    open_ids: list[str] | None = None  # None where no calls have been made, or other messages came after them
    known: set[str] = set()
    for index, message in enumerate(messages):
        if message.role == "tool":
            _check_result(message, index, None if open_ids is None else known)
            open_ids = [id_ for id_ in open_ids or () if id_ != message.answers]
            continue
        _check_answered(open_ids, index)
        open_ids = [call.id for call in message.calls] or None
        known = set(open_ids or ())
    _check_answered(open_ids, len(messages))


def _check_result(message: _Said, index: int, known: set[str] | None) -> None:
    if known is None:
        raise Refused(
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
            "'tool_calls'.",
            param=f"messages.[{index}].role",
            code=None,
        )
    if message.answers not in known:
        raise Refused(
            f"Invalid parameter: 'tool_call_id' of '{message.answers}' not found in 'tool_calls' of previous message.",
            param=f"messages.[{index}].tool_call_id",
            code=None,
        )


def _check_answered(open_ids: Sequence[str] | None, index: int) -> None:
    if open_ids:
        raise Refused(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(open_ids)}",
            param=f"messages.[{index}].role",
            code=None,
        )


def _call(value: object, param: str) -> Call:
    call = a_mapping(value, param)
    one_of(call.get("type"), ("function",), f"{param}.type")
    function = a_mapping(call.get("function"), f"{param}.function")
    return Call(
        id=a_text(call.get("id"), f"{param}.id"),
        name=a_text(function.get("name"), f"{param}.function.name"),
        arguments=a_text(function.get("arguments"), f"{param}.function.arguments"),
    )
