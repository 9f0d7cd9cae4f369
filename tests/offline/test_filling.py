"""Forced function calls: valid against their schema, and filled from what was said or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.offline.filling import filled
from audiokit.offline.messages import Message, Turn

NOW = datetime(2026, 11, 21, 15, 52, tzinfo=UTC)
Schema = dict[str, Any]


def fill(text: str, schema: Schema) -> Any:
    return filled(schema, Turn.of([Message(role="user", text=text)], NOW))


def closed(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def fits(value: Any, schema: Schema) -> bool:
    """The part of JSON Schema that strict functions may use."""
    if "anyOf" in schema:
        return any(fits(value, choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return any(_fits_kind(value, kind, schema) for kind in kinds)


def _fits_kind(value: Any, kind: str, schema: Schema) -> bool:
    does_fit = False
    match kind, value:
        case ("null", None) | ("boolean", bool()):
            does_fit = True
        case "string", str():
            does_fit = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)
        case ("integer", int()) | ("number", int() | float()) if not isinstance(value, bool):
            does_fit = schema.get("minimum", value) <= value <= schema.get("maximum", value)
        case "array", list():
            within = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9)
            does_fit = within and all(fits(item, schema["items"]) for item in value)
        case "object", dict():
            named = schema.get("properties", {})
            does_fit = value.keys() == named.keys() and all(fits(value[key], of) for key, of in named.items())
    return does_fit


SCHEMAS = st.recursive(
    st.one_of(
        st.builds(
            lambda low, room: {"type": "string", "minLength": low, "maxLength": low + room},
            st.integers(0, 3),
            st.integers(4, 40),
        ),
        st.builds(
            lambda low, room: {"type": "integer", "minimum": low, "maximum": low + room},
            st.integers(-5, 5),
            st.integers(0, 9),
        ),
        st.sampled_from([{"type": "number"}, {"type": "boolean"}, {"type": ["string", "null"]}, {"type": "null"}]),
        st.lists(st.sampled_from(["glad", "sad", "unknown", "two words"]), min_size=1, unique=True).map(
            lambda names: {"type": "string", "enum": names}
        ),
    ),
    lambda inner: st.one_of(
        st.dictionaries(
            st.sampled_from(["name", "quote", "city", "count", "isUrgent", "summary"]), inner, max_size=4
        ).map(lambda named: closed(**named)),
        st.builds(
            lambda of, low: {"type": "array", "items": of, "minItems": low, "maxItems": low + 2},
            inner,
            st.integers(0, 2),
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda choices: {"anyOf": choices}),
    ),
    max_leaves=8,
)


@given(SCHEMAS, st.sampled_from(["", "hello", "my name is Ann and I want 3 seats in Paris. It is urgent. I am glad."]))
def test_every_value_fits_its_schema(schema: Schema, text: str) -> None:
    assert fits(fill(text, schema), schema)


def test_values_are_taken_from_what_was_said() -> None:
    schema = closed(
        name={"type": "string"},
        seats={"type": "integer"},
        city={"type": "string"},
        is_urgent={"type": "boolean"},
        mood={"type": "string", "enum": ["sad", "glad", "unknown"]},
        transcript={"type": "string"},
    )
    said = "my name is Ann, I am glad, this is urgent, I want three seats in Paris"

    assert fill(said, schema) == {
        "name": "Ann",
        "seats": 3,
        "city": "Paris",
        "is_urgent": True,
        "mood": "glad",
        "transcript": said,
    }


def test_what_was_not_said_is_left_empty_or_unknown() -> None:
    schema = closed(
        name={"type": ["string", "null"]},
        age={"anyOf": [{"type": "integer"}, {"type": "null"}]},
        city={"type": "string"},
        mood={"type": "string", "enum": ["sad", "glad", "unknown"]},
        items={"type": "array", "items": closed(price={"type": "number"})},
    )

    empty: dict[str, Any] = {"name": None, "age": None, "city": "", "mood": "unknown", "items": []}
    assert fill("good morning", schema) == empty


def test_a_list_of_lines_holds_the_documents_own_sentences() -> None:
    document = "The river rises in Cornwall every single day. Trains cross the old bridge in the morning."
    schema = closed(lines={"type": "array", "items": {"$ref": "#/$defs/line"}}) | {
        "$defs": {"line": closed(speaker={"type": "string", "enum": ["host", "guest"]}, text={"type": "string"})}
    }

    lines = fill(f"Make a script <document>{document}</document>", schema)["lines"]

    assert " ".join(line["text"] for line in lines) == document


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"type": "array", "items": {"$ref": "#"}, "minItems": 1}])
def test_a_schema_that_refers_to_itself_has_an_end(schema: Schema) -> None:
    fill("hello", schema)
