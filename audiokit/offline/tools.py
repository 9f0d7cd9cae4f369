"""Functions that a model may call: how they are offered in a request, and how much a question is about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audiokit.offline.fields import a_list, a_mapping, a_text, one_of
from audiokit.offline.refusals import Refused
from audiokit.offline.sentences import terms

__all__ = ["Call", "Tool", "likeness", "tools_in"]

_SHORTEST_NAME_PART = 4
_NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One function; ``parameters`` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function call, asked for by us or, earlier in a conversation, by a model; ``arguments`` is JSON text."""

    id: str
    name: str
    arguments: str


def tools_in(body: Mapping[str, Any]) -> tuple[tuple[Tool, ...], str]:
    """Return the functions of a request and its choice: ``auto``, ``none``, ``required`` or a function's name.

    Raises:
        Refused: a function without a name, a strict one without a closed schema, a choice that is not among them.
    """
    listed = a_list(body.get("tools"), "tools", default=())
    tools = tuple(_tool(tool, f"tools[{index}]") for index, tool in enumerate(listed))
    choice = body.get("tool_choice") or "auto"
    if not isinstance(choice, Mapping):
        return tools, one_of(choice, ("none", "auto", "required"), "tool_choice")
    function = a_mapping(choice.get("function"), "tool_choice.function")
    return tools, one_of(function.get("name"), [tool.name for tool in tools], "tool_choice")


def likeness(tool: Tool, question: str) -> float:
    """Return how much of a question is about a function: a word of its name is enough, two of its description are."""
    asked = set(terms(question))
    named = {part for part in terms(tool.name.replace("_", " ")) if len(part) >= _SHORTEST_NAME_PART}
    return len(asked & named) + len(asked & set(terms(tool.description))) / 2


def _tool(value: object, param: str) -> Tool:
    param = f"{param}.function"
    function = a_mapping(a_mapping(value, param).get("function"), param)
    name = a_text(function.get("name"), f"{param}.name")
    parameters = a_mapping(function.get("parameters"), f"{param}.parameters", default=_NO_PARAMETERS)
    if function.get("strict") and parameters.get("additionalProperties") is not False:
        raise Refused(
            f"Invalid schema for function '{name}': In context=(), 'additionalProperties' is required to be supplied "
            "and to be false.",
            param=f"{param}.parameters",
            code="invalid_function_parameters",
        )
    description = a_text(function.get("description") or "", f"{param}.description")
    return Tool(name=name, description=description, parameters=parameters)
