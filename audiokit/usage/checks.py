"""What was found when the ledger was held against the bill, as it is kept: the newest finding for each day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.tables import bill_check, bill_drift, insert_once
from audiokit.usage.bill import Counts
from audiokit.usage.billable import Booked
from audiokit.usage.causes import Cause, CauseKind
from audiokit.usage.drift import Drift
from audiokit.usage.sides import Sides

__all__ = ["Check", "CheckState", "Checks"]

_CLAIM = {name: one.execution_options(preserve_rowcount=True) for name, one in insert_once(bill_check).items()}
_OVER = (
    update(bill_check)
    .where(bill_check.c.id == bindparam("its_id"))
    .values(state=bindparam("new_state"), trouble=bindparam("why"))
)
_LATEST = select(bill_check).order_by(bill_check.c.at.desc(), bill_check.c.id.desc()).limit(1)
_LAST_DONE = _LATEST.where(bill_check.c.state == "done")
_IN_DAYS = bill_drift.c.day.between(bindparam("first"), bindparam("last"))
_DRIFTS = select(bill_drift).where(_IN_DAYS).order_by(bill_drift.c.day, bill_drift.c.model)
_CLEAR = delete(bill_drift).where(_IN_DAYS)


class CheckState(StrEnum):
    """How far a check has come; one whose process died stays under way, and the next night looks again."""

    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of the days from ``first`` to ``last``; ``trouble`` is why it failed, as a sentence."""

    id: str
    at: datetime
    first: date
    last: date
    state: CheckState
    trouble: str | None = None


class Checks:
    """Checks, and the newest finding for each day and model."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database, self._now = database, now

    def begin(self, check_id: str, first: date, last: date) -> Check | None:
        """Note that a check has begun; None where one of that id has: of two who claim a night, one gets it."""
        check = Check(id=check_id, at=self._now(), first=first, last=last, state=CheckState.UNDER_WAY)
        row = {"id": check.id, "at": check.at, "first_day": first, "last_day": last, "state": check.state.value}
        with self._database.write() as connection:
            is_ours = connection.execute(_CLAIM[connection.dialect.name], row | {"trouble": None}).rowcount == 1
        return check if is_ours else None

    def end(self, check: Check, drifts: Iterable[Drift]) -> None:
        """Keep what was found, in place of what earlier checks found for these days."""
        rows = [_row(check.id, drift) for drift in drifts]
        with self._database.write() as connection:
            hold(connection, bill_drift.name)
            connection.execute(_CLEAR, {"first": check.first, "last": check.last})
            if rows:
                connection.execute(insert(bill_drift), rows)
            connection.execute(_OVER, {"its_id": check.id, "new_state": CheckState.DONE.value, "why": None})

    def fail(self, check: Check, trouble: str) -> None:
        """Keep why nothing was found; earlier findings stay."""
        with self._database.write() as connection:
            connection.execute(_OVER, {"its_id": check.id, "new_state": CheckState.FAILED.value, "why": trouble})

    def latest(self, *, is_done: bool = False) -> Check | None:
        """Return the newest check, or the newest that is done; None before there is one."""
        with self._database.read() as connection:
            row = connection.execute(_LAST_DONE if is_done else _LATEST).one_or_none()
        if row is None:
            return None
        return Check(
            id=row.id,
            at=row.at,
            first=row.first_day,
            last=row.last_day,
            state=CheckState(row.state),
            trouble=row.trouble,
        )

    def drifts(self, first: date, last: date) -> tuple[Drift, ...]:
        """Return what was last found for these days, in their order, then by model."""
        with self._database.read() as connection:
            return tuple(_drift(row) for row in connection.execute(_DRIFTS, {"first": first, "last": last}))


def _row(check_id: str, drift: Drift) -> dict[str, Any]:
    return {
        "day": drift.day,
        "model": drift.model,
        "check_id": check_id,
        "booked": asdict(drift.sides.booked),
        "billed": asdict(drift.sides.billed) if drift.sides.billed else None,
        "charged_nanousd": drift.sides.charged_nanousd,
        "causes": [[cause.kind.value, cause.sentence] for cause in drift.causes],
    }


def _drift(row: Row[Any]) -> Drift:
    booked = Booked(**row.booked | {"counts": Counts(**row.booked["counts"])})
    billed = Counts(**row.billed) if row.billed else None
    return Drift(
        day=row.day,
        model=row.model,
        sides=Sides(booked=booked, billed=billed, charged_nanousd=row.charged_nanousd),
        causes=tuple(Cause(CauseKind(kind), sentence) for kind, sentence in row.causes),
    )
