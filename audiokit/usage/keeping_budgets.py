"""Budgets as they are kept, and how they stand; each function works in a transaction of its caller's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from audiokit.store.tables import budget as budgets
from audiokit.store.tables import budget_hold as holds
from audiokit.store.tables import budget_period as periods
from audiokit.store.tables import person
from audiokit.usage.budget import Budget, Every, ScopeKind, Standing, first_days, next_start
from audiokit.usage.counting import APPLY, recount
from audiokit.usage.days import begins_at, day_of

__all__ = ["applying", "counted_by_another_zone", "every", "put", "remove", "standing", "that_count"]

_ALL = select(budgets).order_by(budgets.c.scope_kind, budgets.c.scope_id, budgets.c.period, budgets.c.id)
_KEY = ("scope_kind", "scope_id", "period")
_CHANGED = ("limit_nanousd", "is_hard", "zone", "updated_at")
_PUT = {
    name: (added := dialect.insert(budgets))
    .on_conflict_do_update(index_elements=_KEY, set_={column: getattr(added.excluded, column) for column in _CHANGED})
    .returning(budgets)
    for name, dialect in {"sqlite": sqlite, "postgresql": postgresql}.items()
}
_ITS_ID: BindParameter[str] = bindparam("budget")
_REMOVE = (
    delete(holds).where(holds.c.budget_id == _ITS_ID),
    delete(periods).where(periods.c.budget_id == _ITS_ID),
    delete(budgets).where(budgets.c.id == _ITS_ID),
)
_OF_PERSON: BindParameter[str] = bindparam("person")
_COUNTING = select(budgets).where(
    or_(
        budgets.c.scope_kind.in_([ScopeKind.INSTALLATION.value, ScopeKind.PAGE.value, ScopeKind.MODEL.value]),
        and_(budgets.c.scope_kind == ScopeKind.PERSON.value, budgets.c.scope_id == _OF_PERSON),
        and_(
            budgets.c.scope_kind == ScopeKind.TEAM.value,
            budgets.c.scope_id == select(person.c.team).where(person.c.id == _OF_PERSON).scalar_subquery(),
        ),
    )
)
_STANDING = select(periods).where(periods.c.budget_id == _ITS_ID, periods.c.starts_on == bindparam("since"))
_APPLYING = select(budgets).where(APPLY).order_by(budgets.c.id)


def every(connection: Connection) -> tuple[Budget, ...]:
    """Return every budget."""
    return tuple(map(_budget, connection.execute(_ALL)))


def applying(connection: Connection, values: dict[str, Any]) -> tuple[Budget, ...]:
    """Return those that apply to a call, by :func:`audiokit.usage.counting.scope_values`, in the order of locking."""
    return tuple(map(_budget, connection.execute(_APPLYING, values)))


def that_count(connection: Connection, person_id: str) -> tuple[Budget, ...]:
    """Return those that count a person's calls, whatever page or model."""
    return tuple(map(_budget, connection.execute(_COUNTING, {"person": person_id})))


def counted_by_another_zone(connection: Connection, zone: ZoneInfo) -> tuple[Budget, ...]:
    """Return those whose periods begin by another time zone than ``zone``."""
    return tuple(_budget(row) for row in connection.execute(_ALL) if row.zone != zone.key)


def put(connection: Connection, wanted: Budget, zone: ZoneInfo, now: datetime) -> Budget:
    """Keep a budget in place of the one that its scope has for the period, and count it; return it as it is kept."""
    row = {
        "id": wanted.id,
        "scope_kind": wanted.scope_kind.value,
        "scope_id": wanted.scope_id,
        "period": wanted.period.value,
        "limit_nanousd": wanted.limit_nanousd,
        "is_hard": wanted.is_hard,
        "zone": zone.key,
        "updated_at": now,
    }
    kept = _budget(connection.execute(_PUT[connection.dialect.name], row).one())
    recount(connection, kept, day_of(now, zone), zone)
    return kept


def remove(connection: Connection, budget_id: str) -> None:
    """Take a budget away, with what is held of it."""
    for statement in _REMOVE:
        connection.execute(statement, {"budget": budget_id})


def standing(connection: Connection, budget: Budget, day: date, zone: ZoneInfo) -> Standing:
    """Return how a budget stands in the period that ``day`` is in."""
    starts_on = first_days(day)[budget.period]
    row = connection.execute(_STANDING, {"budget": budget.id, "since": starts_on}).one_or_none()
    resets_at = begins_at(next_start(starts_on, budget.period), zone).astimezone(zone)
    if row is None:
        return Standing(budget=budget, starts_on=starts_on, resets_at=resets_at)
    return Standing(
        budget=budget,
        starts_on=starts_on,
        resets_at=resets_at,
        spent_nanousd=row.spent_nanousd,
        presumed_nanousd=row.presumed_nanousd,
        held_nanousd=row.held_nanousd,
        n_unknown=row.n_unknown,
    )


def _budget(row: Any) -> Budget:
    return Budget(
        id=row.id,
        scope_kind=ScopeKind(row.scope_kind),
        scope_id=row.scope_id,
        period=Every(row.period),
        limit_nanousd=row.limit_nanousd,
        is_hard=row.is_hard,
    )
