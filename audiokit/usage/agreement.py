"""Do the tallies add up to the entries, and does nobody hold what is over? For an operator who wants to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, FromClause, Select, case, func, select

from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.tables import budget_hold, entry, tally_day, tally_month

__all__ = ["LEFT_OVER", "Sums", "lapsed_holds", "tally_sums"]

LEFT_OVER: Final = timedelta(minutes=10)
"""A hold that has lapsed is let go of by whoever looks next; none stays for so long where anybody is at work."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Calls, and what they cost, as the entries have it and as a tally does."""

    name: str
    n_calls: int
    cost_nanousd: int


def tally_sums(database: Database) -> tuple[Sums, ...]:
    """Return the sums of the entries first, then of each way in which they are added up: all should be the same.

    One moment is looked at, so that calls may go on.
    """
    n_calls = func.sum(case((entry.c.corrects.is_(None), 1), else_=0))
    with database.read() as connection:
        return tuple(
            Sums(name, *(int(number or 0) for number in connection.execute(query).one()))
            for name, query in {
                "entries": select(n_calls, func.sum(entry.c.cost_nanousd)),
                "days, everybody": _summed(tally_day, tally_day.c.who == ""),
                "months, everybody": _summed(tally_month, tally_month.c.who == ""),
                "days, each person": _summed(tally_day, tally_day.c.who != "", tally_day.c.page == ""),
                "months, each person": _summed(tally_month, tally_month.c.who != "", tally_month.c.page == ""),
            }.items()
        )


def lapsed_holds(database: Database, *, now: datetime | None = None) -> int:
    """Return how many holds have been over for long."""
    query = select(func.count()).where(budget_hold.c.expires_at < (now or utc_now()) - LEFT_OVER)
    with database.read() as connection:
        return connection.execute(query).scalar_one()


def _summed(table: FromClause, *which: ColumnElement[bool]) -> Select[int, int]:
    return select(func.sum(table.c.n_calls), func.sum(table.c.cost_nanousd)).where(*which)
