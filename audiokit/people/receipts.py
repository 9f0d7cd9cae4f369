"""Receipts: what was deleted for good, when, how much it was, and why.

A receipt is begun before anything goes, and says then what is to go: whatever stops a deletion, it can be finished.
Until it is, ``n_items`` is 0. It holds digests, sizes and dates, and never a word or a name of what is gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from audiokit.errors import NotFound
from audiokit.people.retention import Kind
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.ids import new_id
from audiokit.store.tables import receipt as table

__all__ = ["Item", "Receipt", "Receipts"]

_THIS = table.c.id == bindparam("its_id")
_UNFINISHED = table.c.n_items == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing. ``digests`` are the SHA-256 of its files, and ``traces`` what else is to go, by what it is."""

    id: str
    kind: Kind
    what: str
    kept_at: datetime
    size_bytes: int = 0
    digests: tuple[str, ...] = ()
    traces: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One deletion. ``is_done`` False: it is going on, or was stopped, and will be finished."""

    id: str
    at: datetime
    person_id: str
    reason: str
    items: tuple[Item, ...]
    is_done: bool
    size_bytes: int

    def to_json(self) -> str:
        """Return it as a person may keep it."""
        told = {
            "receipt": self.id,
            "deleted_at": self.at.isoformat(),
            "reason": self.reason,
            "size_bytes": self.size_bytes,
            "items": [
                {
                    "what": item.what,
                    "kind": item.kind.value,
                    "kept_since": item.kept_at.isoformat(),
                    "size_bytes": item.size_bytes,
                    "sha256": list(item.digests),
                }
                for item in self.items
            ],
        }
        return json.dumps(told, indent=2)


class Receipts:
    """Reads and writes them; every call names the person."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database, self._now = database, now

    def begin(self, person_id: str, reason: str, items: Sequence[Item]) -> Receipt:
        """Note what is to go, before it does."""
        row = {
            "id": new_id(),
            "at": self._now(),
            "person_id": person_id,
            "reason": reason,
            "items": [_row(item) for item in items],
            "n_items": 0,
            "n_bytes": 0,
        }
        with self._database.write() as connection:
            connection.execute(insert(table), row)
        return self.one(person_id, str(row["id"]))

    def finish(self, receipt: Receipt, gone: Sequence[Item]) -> Receipt | None:
        """Say that these are gone, and that this is all; None, and no receipt, where nothing is.

        What was only needed to find everything is left out from now on.
        """
        with self._database.write() as connection:
            if not gone:
                connection.execute(delete(table).where(_THIS), {"its_id": receipt.id})
                return None
            values = {
                "at": self._now(),
                "items": [{**_row(item), "traces": {}} for item in gone],
                "n_items": len(gone),
                "n_bytes": sum(item.size_bytes for item in gone),
            }
            connection.execute(update(table).where(_THIS).values(**values), {"its_id": receipt.id})
        return self.one(receipt.person_id, receipt.id)

    def unfinished(self) -> tuple[Receipt, ...]:
        """Return the deletions that are going on, or were stopped, of everybody, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(_UNFINISHED).order_by(table.c.at))
            return tuple(_receipt(row) for row in rows)

    def of(self, person_id: str, *, limit: int = 200) -> tuple[Receipt, ...]:
        """Return a person's receipts, the latest first."""
        query = select(table).where(table.c.person_id == person_id, ~_UNFINISHED)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))
            return tuple(_receipt(row) for row in rows)

    def one(self, person_id: str, receipt_id: str) -> Receipt:
        """Return one.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        query = select(table).where(_THIS, table.c.person_id == person_id)
        with self._database.read() as connection:
            row = connection.execute(query, {"its_id": receipt_id}).one_or_none()
        if row is None:
            raise NotFound("There is no such receipt.")
        return _receipt(row)


def _row(item: Item) -> dict[str, Any]:
    return asdict(item) | {"kind": item.kind.value, "kept_at": item.kept_at.isoformat(), "digests": list(item.digests)}


def _item(row: dict[str, Any]) -> Item:
    values = {"kind": Kind(row["kind"]), "kept_at": datetime.fromisoformat(row["kept_at"])}
    return Item(**row | values | {"digests": tuple(row["digests"])})


def _receipt(row: Row[Any]) -> Receipt:
    items = tuple(_item(one) for one in row.items)
    return Receipt(
        id=row.id,
        at=row.at,
        person_id=row.person_id,
        reason=row.reason,
        items=items,
        is_done=row.n_items > 0,
        size_bytes=row.n_bytes,
    )
