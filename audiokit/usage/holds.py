"""Money held for calls under way: below every limit that applies, in one transaction, until it is settled or lapses.

Each limit is checked and held by one conditional UPDATE, in the order of the budgets' ids, so that calls side by side
can neither cross a limit nor wait for each other in a circle.

A call that may cost more than it is expected to holds more, where there is plenty: so much of what is left below every
hard limit that as many like it can be under way at once. So none is refused for the sake of another's long answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from audiokit.store.tables import budget_hold as holds
from audiokit.store.tables import budget_period as periods
from audiokit.usage.budget import Budget, Every, first_days
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
_USED = select(periods.c.spent_nanousd + periods.c.presumed_nanousd + periods.c.held_nanousd).where(*_THIS)
_AT_ONCE = 16  # calls of a kind that pass side by side, as if each held no more than it is expected to cost
_LAPSED = select(holds.c.id).distinct().where(holds.c.expires_at <= bindparam("moment"))


@dataclass(slots=True, kw_only=True)
class Hold:
    """What one call holds until it is settled; afterwards there is nothing to let go of.

    It is expected to cost ``expected_nanousd``, and holds that or more, up to ``most_nanousd``, which is what it may
    cost however it goes (None: nobody knows). ``tightest`` is the hard budget that has the least left, None where none
    is hard.
    """

    id: str
    expected_nanousd: int
    day: date
    most_nanousd: int | None = None
    amount_nanousd: int = 0
    tightest: Budget | None = None
    is_over: bool = False


def take(connection: Connection, hold: Hold, values: dict[str, Any], expires_at: datetime) -> Budget | None:
    """Hold an amount of every budget that applies, whose periods have begun.

    Returns the first that it does not fit into; the transaction must then be undone.
    """
    rows, begins, budgets = list[dict[str, Any]](), first_days(hold.day), applying(connection, values)
    _measure(connection, hold, budgets, begins)
    for budget in budgets:
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


def _measure(connection: Connection, hold: Hold, budgets: tuple[Budget, ...], begins: dict[Every, date]) -> None:
    """Set how much is to be held: what is expected, or more of it where the hard limits leave plenty.

    What is left may be less a moment later, which the holding itself finds out.
    """
    hold.amount_nanousd, hold.tightest = hold.expected_nanousd, None
    least: int | None = None
    for budget in budgets if hold.most_nanousd is not None else ():
        if budget.is_hard:
            used = connection.execute(_USED, {"budget": budget.id, "since": begins[budget.period]}).scalar_one_or_none()
            left = budget.limit_nanousd - (used or 0)
            if least is None or left < least:
                least, hold.tightest = left, budget
    if least is not None and hold.most_nanousd is not None:
        hold.amount_nanousd = max(hold.expected_nanousd, min(hold.most_nanousd, least // _AT_ONCE))


def let_go(connection: Connection, hold_id: str) -> None:
    """Let go of what a call holds; nothing happens where it has lapsed."""
    for budget_id, starts_on, amount in sorted(tuple(row) for row in connection.execute(_FORGET, {"hold": hold_id})):
        connection.execute(_LET_GO, {"budget": budget_id, "since": starts_on, "amount": amount})


def lapsed(connection: Connection, now: datetime) -> list[str]:
    """Return the ids of the holds that nobody will settle any more."""
    return list(connection.execute(_LAPSED, {"moment": now}).scalars())
