"""Budgets: what may be spent, kept in the database, held before each call and settled by the ledger after it.

Transactions lock in one order, whoever makes them, so that none waits in a circle: the ledger's tallies, a call's
holds, the budgets' periods by their budgets' ids. Rows for new periods are begun in a transaction of their own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from audiokit.errors import BudgetExceeded, StoreError
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.ids import new_id
from audiokit.usage import keeping_budgets as keeping
from audiokit.usage.budget import Budget, Every, ScopeKind, Spender, Standing, exceeded
from audiokit.usage.counting import begin_periods, presume, recount, scope_values
from audiokit.usage.days import day_of
from audiokit.usage.entries import Entry
from audiokit.usage.holds import Hold, lapsed, let_go, take
from audiokit.usage.ledger import Ledger

__all__ = ["Budget", "Budgets", "Every", "Hold", "ScopeKind", "Spender", "Standing"]

_log = logging.getLogger(__name__)
_KNOWN_FOR_S = 1.0  # a budget that another process has just put applies to our calls as soon as that
_SWEPT_EVERY_S = 60.0
_LASTS = timedelta(minutes=10)


class _LookAgain(Exception):
    """What did not fit a moment ago may fit now; undoes a transaction, and goes no further."""


class Budgets:
    """Safe to share between threads; correct between processes and machines.

    ``zone`` is the installation's time zone, by which periods begin; ``now`` is aware, ``clock`` is steady seconds.
    """

    def __init__(
        self,
        database: Database,
        zone: ZoneInfo,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._zone, self._now, self._clock = database, zone, now, clock
        self._ledger = Ledger(database, zone)
        self._known: tuple[Budget, ...] = ()
        self._known_until = self._swept_until = clock()
        self._n_changes = 0
        self._lock = threading.Lock()

    # What there is.

    def all(self) -> tuple[Budget, ...]:
        """Return every budget."""
        with self._database.read() as connection:
            return keeping.every(connection)

    def put(
        self, scope_kind: ScopeKind, scope_id: str, period: Every, limit_nanousd: int, *, is_hard: bool = True
    ) -> Budget:
        """Set the budget of a scope for a period, in place of the one it has; what was spent already counts.

        Raises:
            InputError: the amount or the scope makes no sense.
        """
        wanted = Budget(
            id=new_id(),
            scope_kind=scope_kind,
            scope_id=scope_id.strip(),
            period=period,
            limit_nanousd=limit_nanousd,
            is_hard=is_hard,
        )
        with self._database.write() as connection:
            kept = keeping.put(connection, wanted, self._zone, self._now())
        self._forget_known()
        return kept

    def count_anew(self) -> None:
        """Count what is spent in the present periods from the ledger again."""
        for budget in self.all():
            with self._database.write() as connection:
                recount(connection, budget, self._today(), self._zone)

    def count_teams_anew(self, connection: Connection, teams: Collection[str | None]) -> None:
        """Count the present periods of these teams' budgets from the ledger again; None, for no team, has none.

        In the caller's transaction: the one in which somebody has left one of these teams for another.
        """
        for budget in keeping.every(connection):
            if budget.scope_kind is ScopeKind.TEAM and budget.scope_id in teams:
                recount(connection, budget, self._today(), self._zone)

    def remove(self, budget_id: str) -> None:
        """Take a budget away; one that is not there is gone already."""
        with self._database.write() as connection:
            keeping.remove(connection, budget_id)
        self._forget_known()

    def standing(self, person_id: str) -> tuple[Standing, ...]:
        """Return how the budgets stand that count this person's calls, whatever page or model: the fullest first."""
        with self._database.read() as connection:
            found = keeping.that_count(connection, person_id)
        return self.standings(found)

    def standings(self, of: tuple[Budget, ...]) -> tuple[Standing, ...]:
        """Return how budgets stand in their present periods, the fullest first."""
        self._sweep_now_and_then()
        with self._database.read() as connection:
            found = [keeping.standing(connection, budget, self._today(), self._zone) for budget in of]
        return tuple(sorted(found, key=lambda standing: standing.share, reverse=True))

    # What is held for calls.

    @property
    def is_unlimited(self) -> bool:
        """Whether there are no budgets at all, as of a second ago; a look that costs next to nothing."""
        return not self._look()

    def forbids(self, model: str) -> bool:
        """Whether a model has a budget of nothing, which stops every paid call; as cheap as :attr:`is_unlimited`."""
        return any(
            budget.scope_kind is ScopeKind.MODEL
            and budget.scope_id == model
            and budget.is_hard
            and not budget.limit_nanousd
            for budget in self._look()
        )

    def hold(
        self,
        spender: Spender,
        estimate_nanousd: int | None,
        *,
        most_nanousd: int | None = None,
        lasts: timedelta = _LASTS,
    ) -> Hold | None:
        """Hold what a call is expected to cost, of every budget that applies; None where there is nothing to hold.

        What costs nothing, or what nobody can price, is not held. Where one of the budgets is hard, more is held, up
        to ``most_nanousd``, as far as there is plenty (:mod:`audiokit.usage.holds`); the caller must see to it that the
        call costs no more than ``hold.amount_nanousd``. After ``lasts`` a caller that was never heard of again is taken
        to be gone, and what it held comes back.

        Raises:
            BudgetExceeded: it could cross a hard limit; nothing is held.
        """
        known = self._look()
        if not estimate_nanousd or not any(budget.may_apply_to(spender) for budget in known):
            return None
        self._sweep_now_and_then()
        try:
            return self._taken(spender, estimate_nanousd, most_nanousd, lasts)
        except BudgetExceeded:
            if not self.sweep():
                raise
            return self._taken(spender, estimate_nanousd, most_nanousd, lasts)

    def refusal(self, spender: Spender, estimate_nanousd: int | None) -> BudgetExceeded | None:
        """Return why a call would be refused at this moment, None where it would not; nothing is held."""
        if not estimate_nanousd or self.is_unlimited:
            return None
        values = scope_values(spender, self._today())
        with self._database.read() as connection:
            applying = keeping.applying(connection, values)
        hard = (standing for standing in self.standings(applying) if standing.budget.is_hard)
        short = next((standing for standing in hard if standing.left_nanousd < estimate_nanousd), None)
        return exceeded(short, estimate_nanousd) if short else None

    def settle(self, hold: Hold, entry: Entry) -> None:
        """Write the entry of a call, which counts from now on in place of what was held for it.

        If its cost is not known, it counts as what it was expected to cost, which is marked as presumed.
        """
        is_of_the_day = day_of(entry.at, self._zone) == hold.day

        def settle(connection: Connection) -> None:
            if is_of_the_day:  # else the periods may be others now, and would be locked out of order
                let_go(connection, hold.id)
            if entry.cost_nanousd is None:
                presume(connection, entry.id, hold.expected_nanousd)

        is_new = self._ledger.settle(entry, settle)
        hold.is_over = is_new and is_of_the_day
        self.release(hold)

    def release(self, hold: Hold) -> None:
        """Let go of what was held for a call that cost nothing; nothing happens where it was settled.

        That it cannot be done now harms nobody for long: it lapses.
        """
        if hold.is_over:
            return
        try:
            with self._database.write() as connection:
                let_go(connection, hold.id)
        except StoreError:
            _log.warning("what a call held could not be let go of; it lapses by itself")
        hold.is_over = True

    def sweep(self) -> int:
        """Let go of what callers held that are gone; return how many there were."""
        with self._database.read() as connection:
            gone = lapsed(connection, self._now())
        for hold_id in gone:
            with self._database.write() as connection:
                let_go(connection, hold_id)
        return len(gone)

    def _taken(
        self, spender: Spender, expected_nanousd: int, most_nanousd: int | None, lasts: timedelta
    ) -> Hold | None:
        now = self._now()
        most = None if most_nanousd is None else max(expected_nanousd, most_nanousd)
        hold = Hold(id=new_id(), expected_nanousd=expected_nanousd, most_nanousd=most, day=day_of(now, self._zone))
        values = scope_values(spender, hold.day)
        while not self._has_taken(hold, values, now + lasts):
            with self._database.write() as connection:
                begin_periods(connection, values)
        return hold

    def _has_taken(self, hold: Hold, values: dict[str, Any], expires_at: datetime) -> bool:
        """Take a hold; False where a period had not begun yet, or a budget reached no more and reaches again now."""
        with suppress(_LookAgain), self._database.write() as connection:
            full = take(connection, hold, values, expires_at)
            if full is None:
                return True
            standing = keeping.standing(connection, full, hold.day, self._zone)
            if full.is_hard and standing.left_nanousd < hold.expected_nanousd:
                raise exceeded(standing, hold.expected_nanousd)
            raise _LookAgain
        return False

    def _today(self) -> date:
        return day_of(self._now(), self._zone)

    def _look(self) -> tuple[Budget, ...]:
        if self._clock() < self._known_until:
            return self._known
        n_changes, until = self._n_changes, self._clock() + _KNOWN_FOR_S
        known = self._counted_here()
        with self._lock:
            if n_changes == self._n_changes:  # else it was read before a change of ours
                self._known, self._known_until = known, until
        return known

    def _counted_here(self) -> tuple[Budget, ...]:
        """Return every budget; those that were counted by another time zone are counted anew."""
        with self._database.read() as connection:
            found = keeping.every(connection)
            others = keeping.counted_by_another_zone(connection, self._zone)
        for budget in others:
            with self._database.write() as connection:
                keeping.put(connection, budget, self._zone, self._now())
        return found

    def _forget_known(self) -> None:
        with self._lock:
            self._n_changes += 1
            self._known_until = self._clock()

    def _sweep_now_and_then(self) -> None:
        with self._lock:
            if self._clock() < self._swept_until:
                return
            self._swept_until = self._clock() + _SWEPT_EVERY_S
        self.sweep()
