"""Who saw, changed or deleted what of whose. Nothing here changes an entry; they go when their time is over.

A detail is a few short facts: never what somebody said or wrote, a file name or an address.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TextIO

from sqlalchemy import Row, bindparam, delete, insert, or_, select

from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.ids import new_id
from audiokit.store.tables import sighting as table
from audiokit.words.formulas import no_formula

__all__ = ["FEED", "Audit", "Deed", "Sighting", "write_csv"]

FEED: Final = "feed"
"""Who listens at a private feed's address, in the log: nobody can tell who that is."""

_AT_ONCE: Final = 500
_ONCE_IN: Final = timedelta(hours=1)
_OLD = delete(table).where(table.c.at < bindparam("before"))
_COLUMNS = ("at", "actor_id", "action", "person_id", "subject_kind", "subject_id", "detail")


class Deed(StrEnum):
    """What is noted."""

    SAW_NUMBERS = "saw numbers"
    SAW_LOG = "saw the audit log"
    EXPORTED = "exported"
    DELETED = "deleted"
    CHANGED_ROLE = "changed a role"
    CHANGED_BUDGET = "changed a budget"
    CHANGED_RETENTION = "changed retention"
    CHANGED_PRIVACY = "changed privacy"
    MADE_TOKEN = "made a token"  # noqa: S105 - a deed, no password
    USED_TOKEN = "used a token"  # noqa: S105 - the same
    REVOKED_TOKEN = "revoked a token"  # noqa: S105 - the same
    AGREED = "agreed"
    WITHDREW = "withdrew consent"
    SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One entry. ``person_id`` is whose it was; None where it was nobody's in particular."""

    id: str
    at: datetime
    actor_id: str
    action: str
    person_id: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    detail: Mapping[str, Any] | None = None


class Audit:
    """Append-only. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database, self._now = database, now
        self._noted: dict[tuple[str | None, ...], datetime] = {}
        self._lock = threading.Lock()

    def note(
        self,
        actor_id: str,
        action: Deed | str,
        *,
        person_id: str | None = None,
        subject_kind: str | None = None,
        subject_id: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Write that somebody has done something; ``person_id`` is whose things it was done to."""
        row = {
            "id": new_id(),
            "at": self._now(),
            "actor_id": actor_id,
            "action": str(action),
            "person_id": person_id,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "detail": None if detail is None else dict(detail),
        }
        with self._database.write() as connection:
            connection.execute(insert(table), row)

    def note_once(
        self,
        actor_id: str,
        action: Deed | str,
        *,
        person_id: str | None = None,
        subject_kind: str | None = None,
        subject_id: str | None = None,
    ) -> None:
        """Note what comes again and again, such as each run of a page: the same, once an hour in a process."""
        key, now = (actor_id, str(action), person_id, subject_kind, subject_id), self._now()
        with self._lock:
            if (noted := self._noted.get(key)) is not None and now - noted < _ONCE_IN:
                return
            if len(self._noted) >= _AT_ONCE:
                self._noted.clear()
            self._noted[key] = now
        self.note(actor_id, action, person_id=person_id, subject_kind=subject_kind, subject_id=subject_id)

    def entries(
        self, *, about: str | None = None, limit: int = _AT_ONCE, before: Sighting | None = None
    ) -> tuple[Sighting, ...]:
        """Return entries, the latest first; ``about`` a person: what they did, and what was done with theirs.

        ``before`` is the last one of the page before. Who may see everybody's is judged by who calls.
        """
        query = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        if about is not None:
            query = query.where(or_(table.c.actor_id == about, table.c.person_id == about))
        if before is not None:
            earlier = (table.c.at == before.at) & (table.c.id < before.id)
            query = query.where(or_(table.c.at < before.at, earlier))
        with self._database.read() as connection:
            return tuple(_sighting(row) for row in connection.execute(query))

    def all(self, *, about: str | None = None) -> Iterator[Sighting]:
        """Yield every entry, the latest first, a few hundred at a time."""
        last: Sighting | None = None
        while page := self.entries(about=about, before=last):
            yield from page
            last = page[-1]

    def forget_before(self, moment: datetime) -> int:
        """Delete what is older; return how many entries that were."""
        with self._database.write() as connection:
            return connection.execute(_OLD, {"before": moment}).rowcount


def write_csv(entries: Iterator[Sighting], to: TextIO) -> None:
    """Write entries as CSV, with nothing in a cell that a spreadsheet would take for a formula."""
    writer = csv.writer(to)
    writer.writerow(_COLUMNS)
    for entry in entries:
        details = "; ".join(f"{name}: {value}" for name, value in (entry.detail or {}).items())
        cells = (
            *(entry.at.isoformat(), entry.actor_id, entry.action, entry.person_id),
            *(entry.subject_kind, entry.subject_id, details),
        )
        writer.writerow([no_formula(cell or "") for cell in cells])


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a mapping
