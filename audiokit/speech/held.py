"""Every paid call is held against the budgets before it is made, and settled by its entry in the ledger after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from audiokit.errors import BudgetExceeded, StoreError
from audiokit.speech.metered import Metered
from audiokit.speech.replies import Event, Reply
from audiokit.speech.requests import Caller, Converse, Request
from audiokit.store.insisting import PATIENCE_S
from audiokit.usage.budgets import Budgets, Hold, Spender
from audiokit.usage.ledger import Entry

__all__ = ["Held", "spender_of"]

_PATIENCE = timedelta(seconds=PATIENCE_S) + timedelta(minutes=1)  # beyond the longest call, for its entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Asks ``metered`` only for what every budget reaches for; ``estimate`` says what a request may cost.

    ``longest_s`` is how long a call may take, with whatever is repeated of it.
    """

    metered: Metered
    budgets: Budgets
    estimate: Callable[[Request], int | None]
    longest_s: float = 600.0

    def reply(self, request: Request) -> Reply:
        """Pass on.

        Raises:
            BudgetExceeded: a budget does not reach for it; nothing was sent, and the refusal is in the ledger.
        """
        with self._holding(request) as metered:
            return metered.reply(request)

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on; errors as in :meth:`reply`, before the first event."""
        with self._holding(request) as metered:
            yield from metered.stream(request)

    @contextmanager
    def _holding(self, request: Request) -> Iterator[Metered]:
        if self.budgets.is_unlimited or (hold := self._hold(request)) is None:
            yield self.metered
            return
        try:
            yield replace(self.metered, ledger=_Settling(self.budgets, hold))
        finally:
            self.budgets.release(hold)

    def _hold(self, request: Request) -> Hold | None:
        spender = spender_of(self.metered.caller, request.model)
        try:
            lasts = timedelta(seconds=self.longest_s) + _PATIENCE
            return self.budgets.hold(spender, self.estimate(request), lasts=lasts)
        except BudgetExceeded as error:
            self.metered.write_refused(request, error)
            raise


@dataclass(frozen=True, slots=True)
class _Settling:
    """Takes the ledger's place for one call: its entry settles what was held for it."""

    budgets: Budgets
    hold: Hold

    def write(self, entry: Entry) -> None:
        """Write the entry and let go of the hold, both or neither.

        What cannot be written was spent all the same: it stays held until that lapses, or until it is written.
        """
        try:
            self.budgets.settle(self.hold, entry)
        except StoreError:
            self.hold.is_over = True
            raise


def spender_of(caller: Caller, model: str) -> Spender:
    """Return whose budgets a call is held against."""
    return Spender(person_id=caller.person_id, page=caller.page, model=model)
