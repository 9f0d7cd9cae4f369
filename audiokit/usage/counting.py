"""What is spent of each budget, counted in the transaction that writes the entry: the two always agree.

An entry counts in the periods that its moment falls into. Every budget that applies has a row for a period from the
first entry, or the first call held, on; a budget that is new is counted from the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Integer,
    String,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import dialect as postgresql_by_psycopg

from audiokit.store.tables import budget as budgets
from audiokit.store.tables import budget_period as periods
from audiokit.store.tables import entry as entries
from audiokit.store.tables import insert_once, person
from audiokit.store.tables import presumed_cost as presumed_costs
from audiokit.usage.budget import Budget, Every, ScopeKind, Spender, first_days, next_start
from audiokit.usage.days import begins_at, day_of
from audiokit.usage.entries import Entry
from audiokit.usage.thresholds import note_crossed, reached

__all__ = ["APPLY", "begin_periods", "count", "presume", "recount", "scope_values"]

_PERSON = bindparam("of_person", type_=String)
_TEAM = select(person.c.team).where(person.c.id == _PERSON).scalar_subquery()
APPLY: ColumnElement[bool] = or_(
    *(
        and_(budgets.c.scope_kind == kind.value, budgets.c.scope_id == whose)
        for kind, whose in {
            ScopeKind.INSTALLATION: "",
            ScopeKind.TEAM: _TEAM,
            ScopeKind.PERSON: _PERSON,
            ScopeKind.PAGE: bindparam("of_page", type_=String),
            ScopeKind.MODEL: bindparam("of_model", type_=String),
        }.items()
    )
)
"""Which budgets apply to a call; its parameters are :func:`scope_values`."""

_STARTS_ON = case(
    (budgets.c.period == Every.DAY.value, bindparam("from_day", type_=Date)),
    (budgets.c.period == Every.WEEK.value, bindparam("from_week", type_=Date)),
    else_=bindparam("from_month", type_=Date),
)
_KEY, _COUNTS = ("budget_id", "starts_on"), ("spent_nanousd", "presumed_nanousd", "n_unknown")
_AMOUNTS = (
    bindparam("spent", type_=BigInteger),
    bindparam("presumed", type_=BigInteger),
    bindparam("unknown", type_=Integer),
)
_APPLYING = select(budgets.c.id, _STARTS_ON).where(APPLY).order_by(budgets.c.id)


_LIMIT: ColumnElement[int] = literal_column(  # SQLAlchemy knows no subquery that looks at the row which is returned
    "(SELECT b.limit_nanousd FROM budget AS b WHERE b.id = budget_period.budget_id)", BigInteger
).label("limit_nanousd")


class _Counting(NamedTuple):
    """A statement as the driver takes it, with the parameters that are always the same; SQLite is given days as text.

    Every entry runs it, in the ledger's own transaction: to build it each time would take longer than to run it.
    """

    words: str
    always: dict[str, Any]
    day: Callable[[date], Any]


def _counting(dialect: Any, compiled_by: Dialect, day: Callable[[date], Any]) -> _Counting:
    """Return the statement that counts an entry in every budget that applies, and tells how these stand then."""
    more = dialect.insert(periods).from_select([*_KEY, *_COUNTS], _APPLYING.add_columns(*_AMOUNTS))
    sums = {name: getattr(periods.c, name) + getattr(more.excluded, name) for name in _COUNTS}
    told = (periods.c[name] for name in (*_KEY, "spent_nanousd", "presumed_nanousd", "told_percent"))
    counted = more.on_conflict_do_update(index_elements=_KEY, set_=sums).returning(*told, _LIMIT)
    compiled = counted.compile(dialect=compiled_by)
    return _Counting(str(compiled), dict(compiled.params), day)


def _replacing(dialect: Any) -> Any:
    anew = dialect.insert(periods)
    values = {name: getattr(anew.excluded, name) for name in (*_COUNTS, "told_percent")}
    return anew.on_conflict_do_update(index_elements=_KEY, set_=values)


_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
_COUNT = {
    "sqlite": _counting(sqlite, sqlite.dialect(paramstyle="named"), date.isoformat),
    "postgresql": _counting(postgresql, postgresql_by_psycopg(), lambda day: day),  # type: ignore[no-untyped-call]
}
_REPLACE = {name: _replacing(dialect) for name, dialect in _DIALECTS.items()}
_BEGIN = {
    name: dialect.insert(periods).from_select(_KEY, _APPLYING).on_conflict_do_nothing()
    for name, dialect in _DIALECTS.items()
}
_PRESUME = insert_once(presumed_costs)
_PRESUMED = select(presumed_costs.c.amount_nanousd).where(presumed_costs.c.entry_id == bindparam("entry"))
_KNOWN_NOW = (
    delete(presumed_costs)
    .where(presumed_costs.c.entry_id == bindparam("entry"))
    .returning(presumed_costs.c.amount_nanousd)
)
_IN_LEDGER = (
    select(
        func.coalesce(func.sum(entries.c.cost_nanousd), 0),
        func.coalesce(func.sum(presumed_costs.c.amount_nanousd), 0),
        func.count().filter(entries.c.cost_nanousd.is_(None), entries.c.corrects.is_(None))
        - func.count().filter(entries.c.makes_known),
    )
    .select_from(entries.outerjoin(presumed_costs, presumed_costs.c.entry_id == entries.c.id))
    .where(entries.c.at >= bindparam("since"), entries.c.at < bindparam("until"))
)
_OF_TEAM = entries.c.person_id.in_(select(person.c.id).where(person.c.team == bindparam("scope")))
_OF_SCOPE = {
    ScopeKind.INSTALLATION: _IN_LEDGER,
    ScopeKind.TEAM: _IN_LEDGER.where(_OF_TEAM),
    ScopeKind.PERSON: _IN_LEDGER.where(entries.c.person_id == bindparam("scope")),
    ScopeKind.PAGE: _IN_LEDGER.where(entries.c.page == bindparam("scope")),
    ScopeKind.MODEL: _IN_LEDGER.where(entries.c.model_asked == bindparam("scope")),
}
_NOBODY_WRITES = text("LOCK TABLE entry IN SHARE MODE")


def scope_values(spender: Spender, day: date) -> dict[str, Any]:
    """Return the parameters of what applies to a call on a day of the installation's zone."""
    begins = {f"from_{period}": first for period, first in first_days(day).items()}
    return {"of_person": spender.person_id, "of_page": spender.page, "of_model": spender.model, **begins}


def begin_periods(connection: Connection, values: dict[str, Any]) -> None:
    """See to it that each budget that applies has a row for its period."""
    connection.execute(_BEGIN[connection.dialect.name], values)


def presume(connection: Connection, entry_id: str, amount_nanousd: int) -> None:
    """Say what an entry counts as, that is about to be written, if its cost is not known."""
    connection.execute(_PRESUME[connection.dialect.name], {"entry_id": entry_id, "amount_nanousd": amount_nanousd})


def count(connection: Connection, entry: Entry, zone: ZoneInfo) -> None:
    """Count a new entry in every budget that applies to it; once in a period, each threshold it crosses is noted.

    A correction that makes a cost known takes the place of what was presumed; it bears the moment of what it corrects.
    """
    presumed, n_unknown = _presumed(connection, entry)
    if not (entry.cost_nanousd or presumed or n_unknown):
        return
    spender = Spender(person_id=entry.person_id, page=entry.page, model=entry.model_asked)
    counting = _COUNT[connection.dialect.name]
    values = scope_values(spender, day_of(entry.at, zone))
    values |= {name: counting.day(value) for name, value in values.items() if isinstance(value, date)}
    values |= {"spent": entry.cost_nanousd or 0, "presumed": presumed, "unknown": n_unknown}
    for row in connection.exec_driver_sql(counting.words, {**counting.always, **values}).all():
        note_crossed(connection, row, entry.at)


def recount(connection: Connection, budget: Budget, day: date, zone: ZoneInfo) -> None:
    """Count a budget's period that ``day`` is in from the ledger; nobody writes an entry meanwhile."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOBODY_WRITES)
    starts_on = first_days(day)[budget.period]
    since, until = (begins_at(one, zone) for one in (starts_on, next_start(starts_on, budget.period)))
    within = {"since": since, "until": until, "scope": budget.scope_id}
    if budget.scope_kind is ScopeKind.INSTALLATION:
        del within["scope"]
    found = connection.execute(_OF_SCOPE[budget.scope_kind], within).one()
    spent, presumed, n_unknown = (int(count or 0) for count in found)  # PostgreSQL's sum of bigint is a Decimal
    values = {
        "budget_id": budget.id,
        "starts_on": starts_on,
        "spent_nanousd": spent,
        "presumed_nanousd": presumed,
        "n_unknown": n_unknown,
        "told_percent": reached(spent + presumed, budget.limit_nanousd),
    }
    connection.execute(_REPLACE[connection.dialect.name], values)


def _presumed(connection: Connection, entry: Entry) -> tuple[int, int]:
    """Return what an entry adds to what is presumed, and to how many entries do not know their cost."""
    if entry.makes_known:
        return -(connection.execute(_KNOWN_NOW, {"entry": entry.corrects}).scalar_one_or_none() or 0), -1
    if entry.corrects is None and entry.cost_nanousd is None:
        return connection.execute(_PRESUMED, {"entry": entry.id}).scalar_one_or_none() or 0, 1
    return 0, 0
