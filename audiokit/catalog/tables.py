"""One TOML table taken apart key by key: nothing in it is misspelt, misplaced, forgotten, or without its source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from audiokit.catalog.facts import Confidence, Evidence

__all__ = ["CatalogMistake", "Sources", "Table", "Toml"]

Toml = dict[str, Any]  # what tomllib gives; it goes no further than the reader of the catalog
Wanted = TypeVar("Wanted")
Name = TypeVar("Name", bound=StrEnum)


class CatalogMistake(ValueError):
    """The catalog's own file is wrong; the sentence names the place. No user can cause it, and no page shows it."""


class Table:
    """One table; each key is taken once, and :meth:`end` refuses what nobody took."""

    def __init__(self, entries: Toml, place: str) -> None:
        self.rest = dict(entries)
        self.place = place

    def mistake(self, what: str) -> CatalogMistake:
        """Return an error that names this table."""
        return CatalogMistake(f"The model catalog is wrong at [{self.place}]: {what}.")

    def optional(self, key: str, kind: type[Wanted]) -> Wanted | None:
        """Take a value of exactly this type, or None if the key is absent."""
        value = self.rest.pop(key, None)
        if value is not None and type(value) is not kind:
            raise self.mistake(f"{key} must be {kind.__name__}, not {value!r}")
        return value

    def required(self, key: str, kind: type[Wanted]) -> Wanted:
        """Take a value that must be there."""
        if (value := self.optional(key, kind)) is None:
            raise self.mistake(f"{key} is missing")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Take a list of distinct texts, empty if the key is absent."""
        words = self.optional(key, list) or []
        if not all(isinstance(word, str) for word in words) or len(set(words)) != len(words):
            raise self.mistake(f"{key} must be a list of texts, each once")
        return tuple(words)

    def names(self, key: str, kind: type[Name]) -> tuple[Name, ...]:
        """Take a list of members of ``kind``."""
        return tuple(self.member(word, kind) for word in self.words(key))

    def member(self, word: str, kind: type[Name]) -> Name:
        """Return the member of ``kind`` that is written so."""
        if word not in {member.value for member in kind}:
            raise self.mistake(f"{word!r} is no {kind.__name__.lower()}")
        return kind(word)

    def tables(self, key: str) -> dict[str, Toml]:
        """Take a table of tables, empty if the key is absent."""
        tables = self.optional(key, dict) or {}
        if not all(isinstance(table, dict) for table in tables.values()):
            raise self.mistake(f"{key} must hold tables")
        return tables

    def end(self) -> None:
        """Refuse what is left."""
        if self.rest:
            raise self.mistake(f"unknown key {', '.join(sorted(self.rest))}")


class Sources:
    """The sources by the short names that the facts use."""

    def __init__(self, sources: Mapping[str, Toml]) -> None:
        self.by_name: dict[str, tuple[str, date]] = {}
        for name, entries in sources.items():
            table = Table(entries, f"sources.{name}")
            self.by_name[name] = (table.required("what", str), table.required("checked_on", date))
            table.end()

    def evidence(self, table: Table) -> Evidence:
        """Take ``source`` (one name or several), ``confidence`` and ``note`` from a table of facts."""
        named = table.rest.pop("source", [])
        names = [named] if isinstance(named, str) else named
        if not names or any(name not in self.by_name for name in names):
            raise table.mistake(f"source must be one or more of {', '.join(self.by_name)}")
        return Evidence(
            source="; ".join(self.by_name[name][0] for name in names),
            checked_on=min(self.by_name[name][1] for name in names),
            confidence=table.member(table.required("confidence", str), Confidence),
            note=table.optional("note", str),
        )
