"""What a piece of work may cost: held before each call, settled after it by the ledger, never beyond the cap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    ScalarSelect,
    Table,
    bindparam,
    case,
    func,
    select,
    update,
)

from audiokit.errors import BudgetExceeded
from audiokit.money import show
from audiokit.store.database import Database, hold
from audiokit.store.insisting import insist
from audiokit.store.tables import entry

__all__ = ["Money", "Purse", "n_unknown_where"]

_ITS_ID: BindParameter[str] = bindparam("its_id")
_AMOUNT: BindParameter[int] = bindparam("amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What work was said to cost, what it may cost, and what it has cost; nano-USD, None where not known.

    ``spent_nanousd`` is what is known; of ``n_unknown`` calls it is not known what they cost, so that it is at least so
    much.
    """

    low_nanousd: int | None = None
    high_nanousd: int | None = None
    cap_nanousd: int | None = None
    spent_nanousd: int = 0
    n_unknown: int = 0


def n_unknown_where(of_it: ColumnElement[bool]) -> ScalarSelect[int]:
    """Select of how many calls in the ledger nobody knows what they cost; a correction may have told it since."""
    unknown = func.count().filter(entry.c.cost_nanousd.is_(None), entry.c.corrects.is_(None))
    return select(unknown - func.count().filter(entry.c.makes_known)).where(of_it).scalar_subquery()


class Purse:
    """One for all rows of a table that have a cap, what is spent and what is held; ``called`` names one to a person.

    The ledger's entries of a row bear its id as their conversation. Where work on a row is done in parts side by side,
    as on the recordings of a batch, ``part_of`` is the column of another table that names the row: entries bear the id
    of the part then, which has what is held for it in a column of its own, so that a crash lets go of that only.

    The check and the holding are one statement, so that calls side by side cannot cross the cap.
    """

    def __init__(self, database: Database, table: Table, called: str, *, part_of: Column[str] | None = None) -> None:
        self._database, self._called, columns = database, called, table.c
        self._part = None if part_of is None else part_of.table
        this, held = columns.id == _ITS_ID, columns.spent_nanousd + columns.reserved_nanousd
        fits = columns.cap_nanousd.is_(None) | (columns.cap_nanousd >= held + _AMOUNT)
        self._money = select(columns.cap_nanousd, columns.spent_nanousd).where(this)
        self._reserve = update(table).where(this, fits).values(_more(columns))
        self._settle = update(table).where(this).values(_less(columns) | {"spent_nanousd": _by_ledger(part_of)})
        self._reset = self._settle.values(reserved_nanousd=0)
        if self._part is not None:
            of_part, is_part = self._part.c, self._part.c.id == _ITS_ID
            self._held_for_part = select(of_part.reserved_nanousd).where(is_part)
            self._reserve_part = update(self._part).where(is_part).values(_more(of_part))
            self._settle_part = update(self._part).where(is_part).values(_less(of_part))

    @contextmanager
    def holding(self, row_id: str, estimate_nanousd: int | None, *, part_id: str | None = None) -> Iterator[None]:
        """Hold what a call is expected to cost while it is made; then what the ledger says has been spent, counts.

        Raises:
            BudgetExceeded: it could go beyond the cap; nothing was called.
        """
        amount = estimate_nanousd or 0
        with self._database.write() as connection:
            if not self._reserved(connection, row_id, amount):
                raise BudgetExceeded(self._sentence(connection, row_id, amount))
            if part_id is not None:
                connection.execute(self._reserve_part, {"its_id": part_id, "amount": amount})
        try:
            yield
        finally:
            insist(lambda: self._let_go_now(row_id, part_id, amount))

    def begin(self, row_id: str, *, part_id: str | None = None) -> None:
        """Let go of what a crash has left held, for all of a row or one part; one job at a time works on either."""
        with self._database.write() as connection:
            hold(connection, row_id)
            if part_id is None:
                connection.execute(self._reset, {"its_id": row_id})
                return
            left = connection.execute(self._held_for_part, {"its_id": part_id}).scalar_one_or_none()
            self._let_go(connection, row_id, part_id, left or 0)

    def _reserved(self, connection: Connection, row_id: str, amount: int) -> bool:
        return connection.execute(self._reserve, {"its_id": row_id, "amount": amount}).rowcount == 1

    def _let_go_now(self, row_id: str, part_id: str | None, amount: int) -> None:
        with self._database.write() as connection:
            self._let_go(connection, row_id, part_id, amount)

    def _let_go(self, connection: Connection, row_id: str, part_id: str | None, amount: int) -> None:
        connection.execute(self._settle, {"its_id": row_id, "amount": amount})
        if part_id is not None:
            connection.execute(self._settle_part, {"its_id": part_id, "amount": amount})

    def _sentence(self, connection: Connection, row_id: str, amount: int) -> str:
        row = connection.execute(self._money, {"its_id": row_id}).one_or_none()
        if row is None or row.cap_nanousd is None:
            return f"This {self._called} is not here any more, so nothing more was paid for it."
        return (
            f"The limit of {show(row.cap_nanousd)} for this {self._called} is reached: {show(row.spent_nanousd)} are "
            f"spent, and the next step is about {show(amount)}. What was made is kept. Raise the limit and go on."
        )


def _more(columns: Any) -> dict[str, Any]:
    return {"reserved_nanousd": columns.reserved_nanousd + _AMOUNT}


def _less(columns: Any) -> dict[str, Any]:
    left = columns.reserved_nanousd - _AMOUNT
    return {"reserved_nanousd": case((left > 0, left), else_=0)}


def _by_ledger(part_of: Column[str] | None) -> Any:
    spent = select(func.coalesce(func.sum(entry.c.cost_nanousd), 0))
    if part_of is None:
        return spent.where(entry.c.conversation_id == _ITS_ID).scalar_subquery()
    parts = select(part_of.table.c.id).where(part_of == _ITS_ID)
    return spent.where(entry.c.conversation_id.in_(parts)).scalar_subquery()
