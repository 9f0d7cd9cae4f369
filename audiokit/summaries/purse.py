"""What a programme may cost: held before each call, settled after it by the ledger, never beyond the cap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, bindparam, case, func, select, update

from audiokit.errors import BudgetExceeded
from audiokit.money import show
from audiokit.store.database import Database
from audiokit.store.tables import entry, programme

__all__ = ["Purse"]

_OF_IT = programme.c.id == bindparam("its_id")
_AMOUNT: BindParameter[int] = bindparam("amount")
_HELD = programme.c.spent_nanousd + programme.c.reserved_nanousd
_RESERVE = (
    update(programme)
    .where(_OF_IT, programme.c.cap_nanousd.is_(None) | (programme.c.cap_nanousd >= _HELD + _AMOUNT))
    .values(reserved_nanousd=programme.c.reserved_nanousd + _AMOUNT)
)
_LEFT = programme.c.reserved_nanousd - _AMOUNT
_BY_LEDGER = (
    select(func.coalesce(func.sum(entry.c.cost_nanousd), 0))
    .where(entry.c.conversation_id == bindparam("its_id"))
    .scalar_subquery()
)
_SETTLE = (
    update(programme).where(_OF_IT).values(reserved_nanousd=case((_LEFT > 0, _LEFT), else_=0), spent_nanousd=_BY_LEDGER)
)
_CAP = select(programme.c.cap_nanousd, programme.c.spent_nanousd).where(_OF_IT)
_RESET = update(programme).where(_OF_IT).values(reserved_nanousd=0, spent_nanousd=_BY_LEDGER)


@dataclass(frozen=True, slots=True)
class Purse:
    """One for all programmes. The check and the holding are one statement, so that calls side by side cannot cross."""

    database: Database

    @contextmanager
    def holding(self, programme_id: str, estimate_nanousd: int | None) -> Iterator[None]:
        """Hold what a call is expected to cost while it is made; then what the ledger says has been spent, counts.

        Raises:
            BudgetExceeded: it could go beyond the cap; nothing was called.
        """
        amount = estimate_nanousd or 0
        with self.database.write() as connection:
            if not _reserved(connection, programme_id, amount):
                raise BudgetExceeded(_sentence(connection, programme_id, amount))
        try:
            yield
        finally:
            with self.database.write() as connection:
                connection.execute(_SETTLE, {"its_id": programme_id, "amount": amount})

    def begin(self, programme_id: str) -> None:
        """Let go of what a crash has left held; one job at a time works on a programme."""
        with self.database.write() as connection:
            connection.execute(_RESET, {"its_id": programme_id})


def _reserved(connection: Connection, programme_id: str, amount: int) -> bool:
    return connection.execute(_RESERVE, {"its_id": programme_id, "amount": amount}).rowcount == 1


def _sentence(connection: Connection, programme_id: str, amount: int) -> str:
    row = connection.execute(_CAP, {"its_id": programme_id}).one_or_none()
    if row is None or row.cap_nanousd is None:
        return "This programme is not here any more, so nothing more was paid for it."
    return (
        f"The limit of {show(row.cap_nanousd)} for this programme is reached: {show(row.spent_nanousd)} are spent, and "
        f"the next step is about {show(amount)}. What was made is kept. Raise the limit and go on."
    )
