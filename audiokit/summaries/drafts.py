"""What a text model is made to answer with, one forced function each, and its JSON as values; pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from audiokit.speech.replies import Ending, Reply
from audiokit.speech.requests import Tool

__all__ = [
    "DraftLine",
    "DraftOutline",
    "NoDraft",
    "line_tool",
    "outline_tool",
    "read_line",
    "read_lines",
    "read_outline",
    "section_tool",
]

_FENCED = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)
_MOST_SECTIONS = 24
_Wanted = TypeVar("_Wanted", bound=BaseModel)


class NoDraft(ValueError):
    """An answer cannot be read. The sentence says why, and is told to the model."""


class DraftLine(BaseModel):
    """One line as the model gave it; ``quote`` and ``mark`` are empty where it names no support."""

    speaker: str
    text: str
    quote: str = ""
    mark: str = ""


class DraftSection(BaseModel):
    """One section as planned by the model; ``passages`` are numbers of those it was shown."""

    title: str
    passages: list[int] = []


class DraftOutline(BaseModel):
    """A plan as the model gave it."""

    title: str
    sections: list[DraftSection]


class _Lines(BaseModel):
    lines: list[DraftLine]


class _OneLine(BaseModel):
    text: str


@dataclass(frozen=True, slots=True)
class _Named:
    """A property of a schema: every one is required, as strict functions demand."""

    name: str
    schema: dict[str, Any]


def outline_tool() -> Tool:
    """Return the function that a plan is given with."""
    section = _object(
        _text("title", "The section's title, a few words."),
        _Named(
            "passages",
            {"type": "array", "items": {"type": "integer"}, "description": "The ids of the passages it is made from."},
        ),
    )
    sections = _Named("sections", {"type": "array", "items": section, "description": "In the order they are heard."})
    return Tool(
        name="write_outline",
        description="Hand in the plan of the programme.",
        parameters=_object(_text("title", "The programme's title, as in a catalogue."), sections),
    )


def section_tool(speakers: Sequence[str]) -> Tool:
    """Return the function that the lines of a section are given with; ``speakers`` are distinct names."""
    line = _object(
        _Named("speaker", {"type": "string", "enum": list(speakers), "description": "Who says it."}),
        _text("text", "What is said, as it is to be said."),
        _text("quote", "The words of the material that support it, copied exactly; empty if there are none."),
        _text("mark", "The mark of the passage that the quote stands in; empty if there is no quote."),
    )
    lines = _Named("lines", {"type": "array", "items": line, "description": "In the order they are said."})
    return Tool(name="write_section", description="Hand in the lines of the section.", parameters=_object(lines))


def line_tool() -> Tool:
    """Return the function that one line is given with."""
    return Tool(
        name="write_line",
        description="Hand in the line.",
        parameters=_object(_text("text", "The text of the line, as it is to be said.")),
    )


def read_outline(reply: Reply, tool: Tool) -> DraftOutline:
    """Return the plan.

    Raises:
        NoDraft: there is none, or one without sections.
    """
    outline = _read(reply, tool, DraftOutline)
    outline.sections = [section for section in outline.sections if section.title.strip()]
    if not 0 < len(outline.sections) <= _MOST_SECTIONS:
        raise NoDraft(f"It has {len(outline.sections)} sections with a title.")
    return outline


def read_lines(reply: Reply, tool: Tool) -> list[DraftLine]:
    """Return the lines that have words.

    Raises:
        NoDraft: there are none.
    """
    lines = [line for line in _read(reply, tool, _Lines).lines if line.text.strip()]
    if not lines:
        raise NoDraft("It has no lines with words in them.")
    return lines


def read_line(reply: Reply, tool: Tool) -> str:
    """Return the text of the line.

    Raises:
        NoDraft: there is none.
    """
    if not (text := _read(reply, tool, _OneLine).text.strip()):
        raise NoDraft("The text is empty.")
    return text


def _read(reply: Reply, tool: Tool, wanted: type[_Wanted]) -> _Wanted:
    """Read the function's arguments; servers that know no forced functions give JSON as words."""
    given = next((call.arguments for call in reply.tool_calls if call.name == tool.name), reply.words)
    if fenced := _FENCED.match(given):
        given = fenced[1]
    try:
        return wanted.model_validate(json.loads(given))
    except ValidationError as error:
        first = error.errors()[0]
        raise NoDraft(f"{'.'.join(map(str, first['loc'])) or 'It'}: {first['msg']}.") from error
    except ValueError as error:
        cut = " It was cut off: it was too long." if reply.ending in {Ending.LENGTH, Ending.CUT} else ""
        raise NoDraft(f"It is no JSON.{cut}") from error


def _text(name: str, description: str) -> _Named:
    return _Named(name, {"type": "string", "description": description})


def _object(*properties: _Named) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {named.name: named.schema for named in properties},
        "required": [named.name for named in properties],
        "additionalProperties": False,
    }
