"""Money held for calls under way: below every limit that applies, in one transaction, until it is settled or lapses.

Each limit is checked and held by one conditional UPDATE, in the order of the budgets' ids, so that calls side by side
can neither cross a limit nor wait for each other in a circle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from audiokit.store.tables import budget_hold as holds
from audiokit.store.tables import budget_period as periods
from audiokit.usage.budget import Budget, first_days
from audiokit.usage.keeping_budgets import applying

__all__ = ["Hold", "lapsed", "let_go", "take"]

_THIS = (periods.c.budget_id == bindparam("budget"), periods.c.starts_on == bindparam("since"))
_WANTED = periods.c.spent_nanousd + periods.c.presumed_nanousd + periods.c.held_nanousd + bindparam("amount")
_HOLD = update(periods).where(*_THIS).values(held_nanousd=periods.c.held_nanousd + bindparam("amount"))
_HOLD_BELOW = _HOLD.where(bindparam("limit") >= _WANTED)
_LEFT = periods.c.held_nanousd - bindparam("amount")
_LET_GO = update(periods).where(*_THIS).values(held_nanousd=case((_LEFT > 0, _LEFT), else_=0))
_WRITE = insert(holds)
_GONE = (holds.c.budget_id, holds.c.starts_on, holds.c.amount_nanousd)
_FORGET = delete(holds).where(holds.c.id == bindparam("hold")).returning(*_GONE)
_LAPSED = select(holds.c.id).distinct().where(holds.c.expires_at <= bindparam("moment"))


@dataclass(slots=True, kw_only=True)
class Hold:
    """What one call holds until it is settled; afterwards there is nothing to let go of."""

    id: str
    amount_nanousd: int
    day: date
    is_over: bool = False


def take(connection: Connection, hold: Hold, values: dict[str, Any], expires_at: datetime) -> Budget | None:
    """Hold an amount of every budget that applies, whose periods have begun.

    Returns the first that it does not fit into; the transaction must then be undone.
    """
    rows, begins = list[dict[str, Any]](), first_days(hold.day)
    for budget in applying(connection, values):
        where = {"budget": budget.id, "since": begins[budget.period], "amount": hold.amount_nanousd}
        if budget.is_hard:
            held = connection.execute(_HOLD_BELOW, where | {"limit": budget.limit_nanousd})
        else:
            held = connection.execute(_HOLD, where)
        if held.rowcount != 1:
            return budget
        rows.append(
            {
                "id": hold.id,
                "budget_id": budget.id,
                "starts_on": begins[budget.period],
                "amount_nanousd": hold.amount_nanousd,
                "expires_at": expires_at,
            }
        )
    if rows:
        connection.execute(_WRITE, rows)
    return None


def let_go(connection: Connection, hold_id: str) -> None:
    """Let go of what a call holds; nothing happens where it has lapsed."""
    for budget_id, starts_on, amount in sorted(tuple(row) for row in connection.execute(_FORGET, {"hold": hold_id})):
        connection.execute(_LET_GO, {"budget": budget_id, "since": starts_on, "amount": amount})


def lapsed(connection: Connection, now: datetime) -> list[str]:
    """Return the ids of the holds that nobody will settle any more."""
    return list(connection.execute(_LAPSED, {"moment": now}).scalars())
