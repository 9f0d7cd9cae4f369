"""The ledger: one entry for every call that was made or refused, written once and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Dialect, Executable, bindparam, case, func, select

from audiokit.store.columns import Words
from audiokit.store.database import Database
from audiokit.store.tables import entry as entries
from audiokit.usage import counting
from audiokit.usage.appending import append
from audiokit.usage.entries import Entry, Outcome, effective
from audiokit.usage.observing import observed
from audiokit.usage.together import Together

__all__ = ["Entry", "Ledger", "Outcome", "Spent", "read_entries"]

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Spent:
    """What is known to have been spent, and how many entries do not know their cost: the truth is at least that."""

    known_nanousd: int
    n_unknown: int


_WORDS = Words()
_IN_ORDER = select(entries).order_by(entries.c.at, entries.c.id)
_OF_TURN = _IN_ORDER.where(entries.c.turn_id == bindparam("turn_id"))
_OF_CONVERSATION = _IN_ORDER.where(entries.c.conversation_id == bindparam("conversation_id"))
_RECENT = (
    select(entries)
    .where(entries.c.person_id == bindparam("person_id"), entries.c.corrects.is_(None))
    .order_by(entries.c.at.desc(), entries.c.id.desc())
    .limit(bindparam("n_entries"))
)
_CORRECTIONS = select(entries).where(entries.c.corrects.in_(bindparam("ids", expanding=True)))
_HISTORY = (
    select(entries)
    .where((entries.c.id == bindparam("id")) | (entries.c.corrects == bindparam("id")))
    .order_by(entries.c.corrects.is_not(None), entries.c.id)
)
_UNKNOWN = func.sum(
    case((entries.c.corrects.is_(None) & entries.c.cost_nanousd.is_(None), 1), (entries.c.makes_known, -1), else_=0)
)
_SPENT = select(func.sum(entries.c.cost_nanousd), _UNKNOWN).where(
    entries.c.person_id == bindparam("person_id"), entries.c.at >= bindparam("since")
)


class Ledger:
    """Entries, appended and read; the days of the tallies are those of ``zone``.

    What is read are calls as their corrections have made them; :meth:`history` tells one from the other.
    """

    def __init__(self, database: Database, zone: ZoneInfo = _UTC) -> None:
        self._database, self._zone = database, zone
        self._together = Together(database)

    def write(self, entry: Entry) -> None:
        """Append ``entry``; one whose id is there already changes nothing, so a repeat after a crash is safe."""
        self.settle(entry, lambda _: None)

    def settle(self, entry: Entry, settle: Callable[[Connection], None]) -> bool:
        """Append ``entry`` and run ``settle``, all in one transaction; it may be run again if that is undone.

        Returns False, and does nothing, if its id was there already.
        """
        is_new = self._together.write(lambda connection: self._append(connection, entry, settle))
        if is_new:
            observed(entry)
        return is_new

    def _append(self, connection: Connection, entry: Entry, settle: Callable[[Connection], None]) -> bool:
        """Append ``entry``, to the tallies and to the budgets as well.

        ``settle`` is run before the budgets are counted: whoever locks rows of these has locked the tallies by then.
        """
        entry = _as_kept(entry, connection.dialect)
        is_new, has_budgets = append(connection, entry, self._zone)
        if not is_new:
            return False
        settle(connection)
        if has_budgets:  # last: the rows of budgets are those that most calls wait for
            counting.count(connection, entry, self._zone)
        return True

    def correct(self, call: Entry, correction: Entry) -> bool:
        """Append a correction of ``call``, made by ``correction_of`` in ``entries``, under an id of its own.

        Returns False, and does nothing, if the call has been corrected otherwise since it was read.
        """
        with self._database.write() as connection:
            told = _history(connection, call.id)
            if effective(told) != (call,):
                return False
            correction = replace(correction, id=f"{call.id}.{len(told):04}")
            return self._append(connection, correction, lambda _: None)

    def of_turn(self, turn_id: str) -> tuple[Entry, ...]:
        """Return what was called for one turn, oldest first."""
        return self._entries(_OF_TURN, {"turn_id": turn_id})

    def of_conversation(self, conversation_id: str) -> tuple[Entry, ...]:
        """Return what was called for one conversation, oldest first."""
        return self._entries(_OF_CONVERSATION, {"conversation_id": conversation_id})

    def recent(self, person_id: str, limit: int) -> tuple[Entry, ...]:
        """Return this person's last entries, newest first, at most ``limit``."""
        with self._database.read() as connection:
            return read_entries(connection, _RECENT, {"person_id": person_id, "n_entries": limit})

    def history(self, entry_id: str) -> tuple[Entry, ...]:
        """Return an entry as it was written, and the corrections of it in their order."""
        with self._database.read() as connection:
            return _history(connection, entry_id)

    def spent_nanousd(self, person_id: str, since: datetime) -> Spent:
        """Return what this person spent at ``since`` or later."""
        with self._database.read() as connection:
            known, n_unknown = connection.execute(_SPENT, {"person_id": person_id, "since": since}).one()
        return Spent(int(known or 0), int(n_unknown or 0))  # no entries: None; PostgreSQL's sum of bigint: a Decimal

    def _entries(self, statement: Executable, values: Mapping[str, Any]) -> tuple[Entry, ...]:
        with self._database.read() as connection:
            return effective(Entry(**row) for row in connection.execute(statement, values).mappings())


def _as_kept(entry: Entry, dialect: Dialect) -> Entry:
    """Return the entry with the names that are added up by as the tables keep them: statements elsewhere take these."""
    names = {name: getattr(entry, name) for name in ("person_id", "page", "model_asked", "again_for")}
    kept: dict[str, Any] = {name: _WORDS.process_bind_param(words, dialect) for name, words in names.items()}
    return entry if kept == names else replace(entry, **kept)


def _history(connection: Connection, entry_id: str) -> tuple[Entry, ...]:
    rows = connection.execute(_HISTORY, {"id": entry_id}).mappings()
    return tuple(Entry(**row) for row in rows)


def read_entries(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the calls that ``statement`` selects, in its order, with the corrections made of them later."""
    calls = [Entry(**row) for row in connection.execute(statement, values).mappings()]
    if not calls:
        return ()
    corrections = connection.execute(_CORRECTIONS, {"ids": [call.id for call in calls]}).mappings()
    return effective([*calls, *(Entry(**row) for row in corrections)])
