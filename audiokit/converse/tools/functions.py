"""A typed Python function as a tool: its strict JSON schema, and its arguments read from what a model wrote.

The signature gives names and types (``str``, ``int``, ``float``, ``bool``, ``Literal``, string enums, lists of these,
and any of them ``| None``), the docstring what they mean. A strict schema knows no optional arguments: one with a
default may be null, and null stands for the default.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from audiokit.errors import InputError
from audiokit.speech.requests import Tool

__all__ = ["Function"]

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
_SECTION = re.compile(r"^(Args|Returns|Raises):\s*$", re.MULTILINE)
_ARGUMENT = re.compile(r"^    (\w+): (.+(?:\n {5,}.+)*)", re.MULTILINE)
_MOST_ARGUMENT_CHARS = 20_000
_MOST_PROBLEMS = 3
# Models write "12" for 12 and the other way round; what they make up besides is an error that they can correct.
_READING = ConfigDict(extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A tool as the model sees it, and the function behind it."""

    tool: Tool
    behind: Callable[..., str]
    arguments: type[BaseModel]
    defaults: frozenset[str]

    @classmethod
    def of(cls, function: Callable[..., str]) -> Function:
        """Read a function's signature and docstring, once for all instances whose method it is.

        Raises:
            TypeError: it has no docstring, an argument is not described there, or a type has no place in a schema.
        """
        written = getattr(function, "__func__", function)
        if (known := _read.get(written)) is None:
            known = _read[written] = cls._of(function)
        return replace(known, behind=function)

    @classmethod
    def _of(cls, function: Callable[..., str]) -> Function:
        hints, parameters = get_type_hints(function), inspect.signature(function).parameters
        description, described = _documented(function)
        if hints.pop("return", None) is not str or hints.keys() != parameters.keys():
            raise TypeError(f"{function.__name__} must be typed in full, and return a str")
        if described.keys() != parameters.keys():
            raise TypeError(f"{function.__name__} must describe each of its arguments under 'Args:', and no others")
        defaults = frozenset(name for name, parameter in parameters.items() if parameter.default is not parameter.empty)
        types = {name: hint | None if name in defaults else hint for name, hint in hints.items()}
        schema = {
            "type": "object",
            "properties": {name: _schema(hint) | {"description": described[name]} for name, hint in types.items()},
            "required": list(types),
            "additionalProperties": False,
        }
        fields: dict[str, Any] = {name: (hint, ...) for name, hint in types.items()}
        return cls(
            tool=Tool(name=function.__name__, description=description, parameters=schema),
            behind=function,
            arguments=create_model(function.__name__, __config__=_READING, **fields),
            defaults=defaults,
        )

    def call(self, arguments: str) -> str:
        """Call the function with the JSON that a model wrote.

        Raises:
            InputError: the arguments do not fit; the sentence is for the model. All else is the function's own.
        """
        return self.behind(**self._read(arguments))

    def _read(self, arguments: str) -> dict[str, Any]:
        if len(arguments) > _MOST_ARGUMENT_CHARS:
            raise InputError(f"The arguments of {self.tool.name} are too long. Call it with fewer words.")
        try:
            read = self.arguments.model_validate_json(arguments.strip() or "{}")
        except ValidationError as error:
            raise InputError(f"The arguments of {self.tool.name} do not fit. {_problems(error)}") from error
        given = {name: getattr(read, name) for name in self.arguments.model_fields}
        return {name: value for name, value in given.items() if value is not None or name not in self.defaults}


_read: dict[Callable[..., str], Function] = {}  # of each function as it is written, whosever method it is here


def _documented(function: Callable[..., str]) -> tuple[str, Mapping[str, str]]:
    """Return what a docstring says of the function, and of each argument."""
    text = inspect.getdoc(function) or ""
    if not text:
        raise TypeError(f"{function.__name__} must say in a docstring what it is for")
    description, *sections = _SECTION.split(text)
    of = dict(zip(sections[::2], sections[1::2], strict=True))
    arguments = _ARGUMENT.findall(of.get("Args", ""))
    return " ".join(description.split()), {name: " ".join(said.split()) for name, said in arguments}


def _schema(hint: Any) -> dict[str, Any]:
    """Return the schema of one type."""
    if get_origin(hint) in {Union, UnionType}:
        return _nullable(hint)
    if get_origin(hint) is Literal:
        return _choice(get_args(hint))
    if get_origin(hint) is list:
        (item,) = get_args(hint)
        return {"type": "array", "items": _schema(item)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice(tuple(member.value for member in hint))
    if hint not in _PLAIN:
        raise TypeError(f"{hint} has no place in a tool's schema")
    return {"type": _PLAIN[hint]}


def _nullable(hint: Any) -> dict[str, Any]:
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    if len(kinds) != 1:
        raise TypeError(f"{hint} has no place in a tool's schema: one type, and None beside it")
    schema = _schema(kinds[0])
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [schema["type"], "null"]} | choices


def _choice(values: tuple[Any, ...]) -> dict[str, Any]:
    if not all(isinstance(value, str) for value in values):
        raise TypeError(f"{values} has no place in a tool's schema: choices must be words")
    return {"type": "string", "enum": list(values)}


def _problems(error: ValidationError) -> str:
    """Return what is wrong as sentences that say nothing of how we read it."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_PROBLEMS]
    named = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" if one["loc"] else one["msg"] for one in found)
    return f"{'. '.join(named)}. Correct them, and call it again."
