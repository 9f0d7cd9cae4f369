"""The ledger: one entry for every call that was made or refused, written once and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Executable, bindparam, func, select

from audiokit.store.database import Database
from audiokit.store.tables import entry as entries
from audiokit.store.tables import insert_once

__all__ = ["Entry", "Ledger", "Outcome", "Spent"]

Outcome = Literal["answered", "failed", "cut", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call. ``None`` is what the provider did not say, or what does not apply; it is never zero.

    ``at`` is aware; it comes back in UTC. ``error`` is the name of our error's class, never its text.
    ``saved_nanousd`` is what a cached answer would have cost.
    """

    id: str
    at: datetime
    person_id: str
    page: str
    turn_id: str | None = None
    conversation_id: str | None = None
    endpoint: str
    kind: str
    model_asked: str
    model_used: str | None = None
    text_in_tokens: int | None = None
    audio_in_tokens: int | None = None
    cached_in_tokens: int | None = None
    text_out_tokens: int | None = None
    audio_out_tokens: int | None = None
    characters: int | None = None
    input_ms: int | None = None
    output_ms: int | None = None
    price_id: str | None = None
    cost_nanousd: int | None = None
    first_byte_ms: int | None = None
    total_ms: int
    outcome: Outcome
    error: str | None = None
    request_id: str | None = None
    cached: bool = False
    saved_nanousd: int | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What is known to have been spent, and how many entries do not know their cost: the truth is at least that."""

    known_nanousd: int
    n_unknown: int


_NAMES = tuple(field.name for field in fields(Entry))
_WRITE = insert_once(entries)
_IN_ORDER = select(entries).order_by(entries.c.at, entries.c.id)
_OF_TURN = _IN_ORDER.where(entries.c.turn_id == bindparam("turn_id"))
_OF_CONVERSATION = _IN_ORDER.where(entries.c.conversation_id == bindparam("conversation_id"))
_RECENT = (
    select(entries)
    .where(entries.c.person_id == bindparam("person_id"))
    .order_by(entries.c.at.desc(), entries.c.id.desc())
    .limit(bindparam("n_entries"))
)
_UNKNOWN = func.count().filter(entries.c.cost_nanousd.is_(None))
_SPENT = select(func.sum(entries.c.cost_nanousd), _UNKNOWN).where(
    entries.c.person_id == bindparam("person_id"), entries.c.at >= bindparam("since")
)


class Ledger:
    """Entries, appended and read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, entry: Entry) -> None:
        """Append ``entry``; one whose id is there already changes nothing, so a repeat after a crash is safe."""
        row = {name: getattr(entry, name) for name in _NAMES}
        with self._database.write() as connection:
            connection.execute(_WRITE[connection.dialect.name], row)

    def of_turn(self, turn_id: str) -> tuple[Entry, ...]:
        """Return what was called for one turn, oldest first."""
        return self._entries(_OF_TURN, {"turn_id": turn_id})

    def of_conversation(self, conversation_id: str) -> tuple[Entry, ...]:
        """Return what was called for one conversation, oldest first."""
        return self._entries(_OF_CONVERSATION, {"conversation_id": conversation_id})

    def recent(self, person_id: str, limit: int) -> tuple[Entry, ...]:
        """Return this person's last entries, newest first, at most ``limit``."""
        return self._entries(_RECENT, {"person_id": person_id, "n_entries": limit})

    def spent_nanousd(self, person_id: str, since: datetime) -> Spent:
        """Return what this person spent at ``since`` or later."""
        with self._database.read() as connection:
            known, n_unknown = connection.execute(_SPENT, {"person_id": person_id, "since": since}).one()
        return Spent(int(known or 0), n_unknown)  # no entries: None; PostgreSQL's sum of bigint: a Decimal

    def _entries(self, statement: Executable, values: Mapping[str, Any]) -> tuple[Entry, ...]:
        with self._database.read() as connection:
            return tuple(Entry(**row) for row in connection.execute(statement, values).mappings())
