"""Thresholds of a budget: noted once for each limit in a period, in the transaction that crossed them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from audiokit.store.tables import budget as budgets
from audiokit.store.tables import budget_period as periods
from audiokit.store.tables import insert_once
from audiokit.store.tables import notice as notices

__all__ = ["PERCENTS", "note_crossed", "reached"]

PERCENTS = (50, 80, 95)

_BUDGET = select(budgets.c.scope_kind, budgets.c.scope_id, budgets.c.period, budgets.c.limit_nanousd).where(
    budgets.c.id == bindparam("budget")
)
_TOLD = (
    update(periods)
    .where(periods.c.budget_id == bindparam("budget"), periods.c.starts_on == bindparam("since"))
    .values(told_percent=bindparam("percent"))
)
_NOTE = insert_once(notices)


def reached(used_nanousd: int, limit_nanousd: int) -> int:
    """Return the highest threshold that is reached, in percent; 0 for none."""
    if limit_nanousd == 0:
        return PERCENTS[-1]
    return max((percent for percent in PERCENTS if 100 * used_nanousd >= percent * limit_nanousd), default=0)


def note_crossed(connection: Connection, row: Any, at: datetime) -> None:
    """Note the highest threshold that a budget has reached with this entry, if that is news.

    ``row`` is the budget's period as it is now, locked by this transaction, with its limit; days may be text.
    """
    used_nanousd = row.spent_nanousd + row.presumed_nanousd
    percent = reached(used_nanousd, row.limit_nanousd)
    if percent <= row.told_percent:
        return
    starts_on = date.fromisoformat(str(row.starts_on))
    budget = connection.execute(_BUDGET, {"budget": row.budget_id}).one()
    connection.execute(_TOLD, {"budget": row.budget_id, "since": starts_on, "percent": percent})
    notice = {
        "id": f"{row.budget_id}-{starts_on:%Y%m%d}-{percent}-{budget.limit_nanousd}",
        "starts_on": starts_on,
        "percent": percent,
        "spent_nanousd": used_nanousd,
        "at": at,
        **budget._mapping,  # noqa: SLF001 - SQLAlchemy's own name for it
    }
    connection.execute(_NOTE[connection.dialect.name], notice)
