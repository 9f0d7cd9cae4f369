"""A JSON schema filled from what was said: what is there is taken, what is not is left empty. Nothing is made up.

Strings are words that were said or sentences that stand in a document; an enumeration takes the value that was named,
else one that means "not known"; a number is one that was said. The result is valid against the schema, as far as the
schema of a strict function goes: types, enum, const, anyOf, $ref, and bounds on numbers and sizes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audiokit.offline.citing import citing
from audiokit.offline.documents import summary_of
from audiokit.offline.extracting import shortened
from audiokit.offline.messages import Turn, plain
from audiokit.offline.numbers import figures
from audiokit.offline.perceiving import of_voice, of_words
from audiokit.offline.scripting import Schema, scripted
from audiokit.offline.sentences import sentences, terms
from audiokit.offline.summarise import key_sentences

__all__ = ["filled"]

_SAID = re.compile(r"transcript|text|heard|said|quote|words|content|question|request|query|message|utterance")
_SUMMARY = re.compile(r"summar|abstract|overview|gist|description|reason|answer")
_TITLE = re.compile(r"title|heading|headline|subject|topic")
_AT_MOST = re.compile(r"\bin at most (\d+) words\b")
_PLACE = frozenset({"city", "place", "location", "country", "town", "where"})
_NOT_KNOWN = ("unknown", "unclear", "undetermined", "not_known", "cannot_tell", "none", "other", "neutral", "n/a")
_NOTHING: tuple[Any, ...] = ("", [], None)
_MOST_ITEMS = 12
_DEEPEST = 12
_MOST_VALUES = 5_000  # as many properties as OpenAI takes; references could make more without end
_TITLE_WORDS = 8


def filled(schema: Schema, turn: Turn) -> Any:
    """Return a value for ``schema`` from what one turn of a conversation holds.

    Raises:
        ValueError: this is no schema, or one without end.
    """
    try:
        return _Form(schema, turn).value(schema)
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError("this is not a JSON schema") from error  # it is the client's, and may be anything


@dataclass(frozen=True, slots=True)
class _Form:
    """A schema whose definitions may be referred to, and the turn to fill it from."""

    root: Schema
    turn: Turn
    depth: int = 0
    values_left: list[int] = field(default_factory=lambda: [_MOST_VALUES])  # shared by all that are made from it

    @property
    def document(self) -> str:
        return "\n\n".join(document.text for document in self.turn.documents)

    @property
    def text(self) -> str:
        """What was said or typed; the documents where nothing was."""
        return self.turn.question or self.document

    @property
    def known(self) -> str:
        """Everything, in lower case, with numbers in figures."""
        return figures(plain(f"{self.turn.question} {self.document}"))

    def value(self, schema: Schema, name: str = "") -> Any:
        self.values_left[0] -= 1
        if self.values_left[0] < 0:
            raise ValueError("the schema has too many values")
        schema = self._referred(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._named(schema["enum"])
        if "anyOf" in schema or "oneOf" in schema:
            return self._alternative(schema.get("anyOf", schema.get("oneOf")), name)
        kinds = _kinds(schema)
        kind = next((kind for kind in kinds if kind != "null"), "null")
        value = self._of_kind(kind, schema, name)
        return None if "null" in kinds and value in _NOTHING else _at_least(value, kind, schema)

    def completed(self, schema: Schema, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object of which some values are known, with the others filled; what does not fit is filled too."""
        inner = replace(self, depth=self.depth + 1)
        properties: Mapping[str, Schema] = schema.get("properties", {})
        return {
            key: _bounded(known[key], of) if key in known else inner.value(of, key) for key, of in properties.items()
        }

    def _of_kind(self, kind: str, schema: Schema, name: str) -> Any:
        match kind:
            case "object":
                return self._object(schema)
            case "array":
                return self._items(schema, name)
            case "integer" | "number":
                return self._number(schema, name)
            case "boolean":
                return bool({*_words(name)} & {*terms(self.known)})
            case "string":
                return self._string(schema, name)
        return None

    def _object(self, schema: Schema) -> dict[str, Any]:
        if (perceived := of_voice(schema, self.turn)) is not None:
            return self.completed(schema, perceived)
        inner = replace(self, depth=self.depth + 1)
        properties = schema.get("properties", {}) if self.depth < _DEEPEST else {}
        return {key: inner.value(of, key) for key, of in properties.items()}

    def _alternative(self, choices: Sequence[Schema], name: str) -> Any:
        """Take the first that there is something for; null where there is nothing, and null is one of them."""
        inner = replace(self, depth=self.depth + 1)
        values = [inner.value(choice, name) for choice in choices] if self.depth < _DEEPEST else [None]
        found = next((value for value in values if value not in (*_NOTHING, 0)), None)
        return values[0] if found is None and None not in values else found

    def _named(self, choices: Sequence[Any]) -> Any:
        said = f" {self.known} "
        for choice in choices:
            if isinstance(choice, str) and f" {choice.lower().replace('_', ' ')} " in said:
                return choice
        if None in choices:
            return None
        by_name = {str(choice).lower(): choice for choice in choices}
        return next((by_name[word] for word in _NOT_KNOWN if word in by_name), choices[0])

    def _string(self, schema: Schema, name: str) -> str:
        words = f"{name} {schema.get('description', '')}".lower()
        if (stated := self._stated(name)) is not None:
            return stated
        if _SAID.search(words) and self.document and (limit := _AT_MOST.search(self.turn.question)):
            return shortened(self.document, int(limit[1]))
        if _TITLE.search(words):
            given = next((document.title for document in self.turn.documents if document.title), None)
            return given or " ".join(self.text.split()[:_TITLE_WORDS])
        if _SUMMARY.search(words):
            return summary_of(self.turn) if self.document else self.text
        return self.text if _SAID.search(words) else ""

    def _stated(self, name: str) -> str | None:
        """Return what was said that a thing is: ``my name is Ann`` for a name, ``in Paris`` for a place."""
        for word in _words(name):
            is_it = rf"\b{re.escape(word)}\b(?: is| was|:| =| called)+ (?P<value>[\w'-]+)"
            if stated := re.search(is_it, self.text, re.IGNORECASE):
                return stated["value"]
            if word in _PLACE and (place := re.search(r"\b(?:in|at|to|from) (?P<value>[\w'-]+)\W*$", self.text)):
                return place["value"]
        return None

    def _number(self, schema: Schema, name: str) -> float | None:
        """Return the number that was said beside the name, else the only one that was said, else None."""
        said = re.findall(r"\d+(?:\.\d+)?", self.known)
        for word in map(re.escape, _words(name)):
            if beside := re.search(rf"(\d+(?:\.\d+)?) {word}|{word}\D{{0,12}}?(\d+(?:\.\d+)?)", self.known):
                said = [beside[1] or beside[2]]
                break
        if len(said) != 1:
            return None
        value = float(said[0])
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            return None
        if value == int(value):
            return int(value)
        return None if schema.get("type") == "integer" else value

    def _items(self, schema: Schema, name: str) -> list[Any]:
        """Return an item for each sentence that says most, where items hold words; else as few as are allowed.

        The lines of a script and the sections of a plan are as many as it takes.
        """
        of = self._referred(schema.get("items", {}))
        least, most = schema.get("minItems", 0), min(_MOST_ITEMS, schema.get("maxItems", _MOST_ITEMS))
        inner = replace(self, depth=self.depth + 1)
        if self.depth >= _DEEPEST:
            return []
        known_items = self._known_items(of, name)
        if known_items is not None and len(known_items) >= least:
            return [inner.completed(of, known) for known in known_items[: schema.get("maxItems")]]
        if not _holds_words(of) or not self.text:
            return [inner.value(of, name) for _ in range(least)]
        found = [sentence.text for sentence in key_sentences(sentences(self.document or self.text), most)]
        found += found[-1:] * (least - len(found))
        if "string" in _kinds(of):
            return [_at_least(text, "string", of) for text in found]
        about = [replace(self.turn, question=text, documents=()) for text in found]
        return [replace(inner, turn=turn).value(of) for turn in about]

    def _known_items(self, of: Schema, name: str) -> list[dict[str, Any]] | None:
        """Return lines of a script, readings of passages, or what rests on passages; None if it is none of them."""
        if script := scripted(of, self.turn):
            return script
        read = of_words(of, self.turn)
        return citing(of, name, self.turn) if read is None else read

    def _referred(self, schema: Schema) -> Schema:
        for _ in range(_DEEPEST):
            if "$ref" not in schema:
                break
            found: Any = self.root
            for part in filter(None, schema["$ref"].removeprefix("#").split("/")):
                found = found[part]
            schema = found
        return schema


def _kinds(schema: Schema) -> list[str]:
    """Return the types that a value may have; none where alternatives say it."""
    if "anyOf" in schema or "oneOf" in schema:
        return []
    declared = schema.get("type", "object" if "properties" in schema else "string")
    return [declared] if isinstance(declared, str) else list(declared)


def _holds_words(schema: Schema) -> bool:
    """Whether a sentence can be put into it: a free string, or an object with one that is named for that."""
    if "string" in _kinds(schema):
        return "enum" not in schema and "const" not in schema
    properties: Mapping[str, Schema] = schema.get("properties", {})
    return any(_SAID.search(name) and _holds_words(of) for name, of in properties.items() if "string" in _kinds(of))


def _at_least(value: Any, kind: str, schema: Schema) -> Any:
    """Return ``value``, or the smallest that the schema takes where there is none."""
    if kind in {"integer", "number"} and value is None:
        return schema.get("minimum", min(0, schema.get("maximum", 0)))
    if kind == "string":
        return _bounded(value or ("unknown" if schema.get("minLength", 0) else ""), schema)
    return value


def _bounded(value: Any, schema: Schema) -> Any:
    return value[: schema["maxLength"]] if isinstance(value, str) and "maxLength" in schema else value


def _words(name: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower().split()
    return [word for word in parted if word not in {"is", "has", "the", "of"}]
