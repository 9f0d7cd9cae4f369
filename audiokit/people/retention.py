"""How long each kind of thing is kept: for everybody here, and shorter for whoever wants that for themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from audiokit.errors import InputError
from audiokit.people.preferences import Preferences
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.tables import retention as table

__all__ = ["AUDIT_DAYS", "MOST_DAYS", "Kind", "Retention", "Rule"]

MOST_DAYS: Final = 36_500
AUDIT_DAYS: Final = 365
"""How long the audit log is kept where nobody has said otherwise."""
_PREFERENCE = "retention"
_THIS = table.c.kind == bindparam("of_kind")
_FORGET = delete(table).where(_THIS)
_DAYS = f"Give the days as a whole number from 1 to {MOST_DAYS}, or leave it empty to keep things for good."


class Kind(StrEnum):
    """What is kept, by whose it is and what becomes of it."""

    RECORDINGS = "recordings"  # a person's own sound, and what was cut or cleaned out of it
    REPLIES = "replies"  # the model's sound
    PROGRAMMES = "programmes"  # whole: documents, script and sound
    TRANSCRIPTS = "transcripts"  # words of turns, prompts and passages
    RAW = "raw"  # what the durable engine notes of each step, and logs of live talks
    AUDIT = "audit"  # who saw or deleted what

    @property
    def is_personal(self) -> bool:
        """Whether a person may have it gone sooner; notes of jobs and the audit log are not theirs alone."""
        return self not in {Kind.AUDIT, Kind.RAW}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind is kept for so many days, None for good; ``is_own``: because the person said so."""

    kind: Kind
    days: int | None
    is_own: bool = False

    @property
    def sentence(self) -> str:
        """Why something of this kind goes, in words that follow a date."""
        if self.days is None:
            return "as you asked"
        whose = "your own rule" if self.is_own else "the rule here"
        return f"after {self.days} day{'s' * (self.days != 1)}, by {whose}"

    def until(self, kept_at: datetime) -> datetime | None:
        """Return when something that was kept then goes; None: it stays until somebody deletes it."""
        return None if self.days is None else kept_at + timedelta(days=self.days)

    def before(self, now: datetime) -> datetime | None:
        """Return the moment before which everything is to go; None: nothing is."""
        return None if self.days is None else now - timedelta(days=self.days)


class Retention:
    """The rules. Who may set those for everybody is judged by who calls; a person's own never make it longer."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database, self._now = database, now
        self._preferences = Preferences(database)

    def everybody(self) -> Mapping[Kind, int | None]:
        """Return for how many days each kind is kept here."""
        with self._database.read() as connection:
            rows = {row.kind: row.days for row in connection.execute(select(table.c.kind, table.c.days))}
        kept = {kind: rows.get(kind.value) for kind in Kind}
        return kept | {Kind.AUDIT: rows.get(Kind.AUDIT.value, AUDIT_DAYS)}

    def own(self, person_id: str) -> Mapping[Kind, int | None]:
        """Return what a person has asked for themselves; None where they follow the rule for everybody."""
        kept = self._preferences.get(person_id, _PREFERENCE)
        given = kept if isinstance(kept, dict) else {}
        return {kind: days if isinstance(days := given.get(kind.value), int) else None for kind in Kind}

    def of(self, person_id: str) -> Mapping[Kind, Rule]:
        """Return the rules that hold for a person: of two, the shorter."""
        here, own = self.everybody(), self.own(person_id)
        return {kind: _shorter(kind, here[kind], own[kind] if kind.is_personal else None) for kind in Kind}

    def set(self, kind: Kind, days: int | None) -> None:
        """Have a kind kept for so many days from now on, for everybody; None for good.

        Raises:
            InputError: it is no number of days.
        """
        row = {"kind": kind.value, "days": None if days is None else _checked(days), "updated_at": self._now()}
        with self._database.write() as connection:
            hold(connection, f"retention {kind.value}")
            connection.execute(_FORGET, {"of_kind": kind.value})
            connection.execute(insert(table), row)

    def set_own(self, person_id: str, kind: Kind, days: int | None) -> None:
        """Have a person's things of a kind go sooner; None follows the rule for everybody again.

        Raises:
            InputError: it is no number of days, or of this kind nobody has their own.
        """
        if not kind.is_personal:
            raise InputError("How long these are kept is for the people who run this to say.")
        rules = {one.value: kept for one, kept in self.own(person_id).items() if kept is not None}
        rules.pop(kind.value, None)
        if days is not None:
            rules[kind.value] = _checked(days)
        self._preferences.set(person_id, _PREFERENCE, rules)


def _checked(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InputError(_DAYS)
    return days


def _shorter(kind: Kind, here: int | None, own: int | None) -> Rule:
    if own is not None and (here is None or own < here):
        return Rule(kind, own, is_own=True)
    return Rule(kind, here)
