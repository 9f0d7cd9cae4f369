"""Notices of budgets that are nearly spent: shown in the app until a person puts them away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, bindparam, false, or_, select

from audiokit.money import show
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.tables import insert_once, person
from audiokit.store.tables import notice as notices
from audiokit.store.tables import notice_seen as seen
from audiokit.usage.budget import Budget, Every, ScopeKind, called, next_start
from audiokit.usage.days import day_of

__all__ = ["Notice", "Notices", "notice_of"]

_LONGEST = timedelta(days=32)  # a period
_OF_ME: BindParameter[str] = bindparam("person")
_SHARED = [ScopeKind.INSTALLATION.value, ScopeKind.PAGE.value, ScopeKind.MODEL.value]
_TEAM = select(person.c.team).where(person.c.id == _OF_ME).scalar_subquery()
_CONCERNS = or_(
    bindparam("sees_all", False) != false(),
    notices.c.scope_kind.in_(_SHARED),
    (notices.c.scope_kind == ScopeKind.PERSON.value) & (notices.c.scope_id == _OF_ME),
    (notices.c.scope_kind == ScopeKind.TEAM.value) & (notices.c.scope_id == _TEAM),
)
_PUT_AWAY = select(seen.c.notice_id).where(seen.c.person_id == _OF_ME)
_SHOWN = (
    select(notices)
    .where(notices.c.at >= bindparam("since"), _CONCERNS, notices.c.id.not_in(_PUT_AWAY))
    .order_by(notices.c.at, notices.c.percent)
)
_SEE = insert_once(seen)
_THIS = notices.alias("this")
_SAME = (
    getattr(notices.c, name) == getattr(_THIS.c, name) for name in ("scope_kind", "scope_id", "period", "starts_on")
)
_OUTDONE = select(notices.c.id).where(_THIS.c.id == bindparam("notice"), notices.c.percent <= _THIS.c.percent, *_SAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A threshold that was crossed in the period that began on ``starts_on``; amounts are those of that moment."""

    id: str
    budget: Budget
    starts_on: date
    percent: int
    spent_nanousd: int
    at: datetime

    @property
    def sentence(self) -> str:
        """What has happened, and what comes next; with no amounts, as it may be of a budget that others share."""
        begins = next_start(self.starts_on, self.budget.period)
        anew = f"It begins anew on {begins:%A}, {begins.day} {begins:%B %Y}."
        return f"{self.percent} % of {called(self.budget)} is spent. {anew}"

    @property
    def in_full(self) -> str:
        """The same for whoever looks after the budgets, with the amounts, and the person by their id."""
        whose = f" (person {self.budget.scope_id})" if self.budget.scope_kind is ScopeKind.PERSON else ""
        return self._with_amounts(called(self.budget).replace("your budget", "the budget of a person") + whose)

    def in_full_to(self, person_id: str) -> str:
        """The same to one of them: to who has it, it is theirs, and no id."""
        is_own = self.budget.scope_kind is ScopeKind.PERSON and self.budget.scope_id == person_id
        return self._with_amounts(called(self.budget)) if is_own else self.in_full

    def _with_amounts(self, name: str) -> str:
        amounts = f"{show(self.spent_nanousd)} of {show(self.budget.limit_nanousd, free='nothing')}"
        return f"{self.percent} % of {name} is spent: {amounts}."


class Notices:
    """``zone`` is the installation's; ``now`` is aware."""

    def __init__(self, database: Database, zone: ZoneInfo, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database, self._zone, self._now = database, zone, now

    def of(self, person_id: str, *, sees_all: bool = False) -> tuple[Notice, ...]:
        """Return what concerns a person in the present periods and is not put away: the highest of each budget.

        ``sees_all`` is for who looks after the budgets, and may see those of other persons and teams.
        """
        values = {"person": person_id, "sees_all": sees_all, "since": self._now() - _LONGEST}
        with self._database.read() as connection:
            found = [notice_of(row) for row in connection.execute(_SHOWN, values)]
        today = day_of(self._now(), self._zone)
        present = [one for one in found if today < next_start(one.starts_on, one.budget.period)]
        highest = {(one.budget.scope_kind, one.budget.scope_id, one.budget.period): one for one in present}
        return tuple(sorted(highest.values(), key=lambda one: one.at, reverse=True))

    def put_away(self, person_id: str, notice_id: str) -> None:
        """Show a notice, and those that it outdoes, to this person no more."""
        with self._database.write() as connection:
            for outdone in connection.execute(_OUTDONE, {"notice": notice_id}).scalars().all():
                connection.execute(_SEE[connection.dialect.name], {"notice_id": outdone, "person_id": person_id})


def notice_of(row: Any) -> Notice:
    """Return a notice as it is kept."""
    budget = Budget(
        id=row.id,
        scope_kind=ScopeKind(row.scope_kind),
        scope_id=row.scope_id,
        period=Every(row.period),
        limit_nanousd=row.limit_nanousd,
    )
    return Notice(
        id=row.id,
        budget=budget,
        starts_on=row.starts_on,
        percent=row.percent,
        spent_nanousd=row.spent_nanousd,
        at=row.at,
    )
