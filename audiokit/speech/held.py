"""Every paid call is held against the budgets before it is made, and settled by its entry in the ledger after.

Where a limit is hard, it is sent so that it cannot cost more than it holds, as far as a provider lets us say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar, cast

from audiokit.catalog.prices import Price
from audiokit.errors import BudgetExceeded, StoreError
from audiokit.speech.capping import capped, filling, is_cut, least
from audiokit.speech.metered import Metered
from audiokit.speech.replies import Ending, Event, Reply
from audiokit.speech.requests import Caller, Converse, Request
from audiokit.speech.wire import EmptyReply
from audiokit.store.insisting import PATIENCE_S
from audiokit.usage.budget import Budget, cut_short
from audiokit.usage.budgets import Budgets, Hold, Spender
from audiokit.usage.ledger import Entry

__all__ = ["Held", "spender_of"]

_PATIENCE = timedelta(seconds=PATIENCE_S) + timedelta(minutes=1)  # beyond the longest call, for its entry
_Asked = TypeVar("_Asked", bound=Request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Asks ``metered`` only for what every budget reaches for; ``estimate`` says what a request may cost.

    Where a limit is hard, an answer gets no more room than was held for it, so that none can cross the limit by being
    longer than any before. ``price_of`` gives the price of what a request asks for, None where nobody knows it.
    ``longest_s`` is how long a call may take, with whatever is repeated of it.
    """

    metered: Metered
    budgets: Budgets
    estimate: Callable[[Request], int | None]
    price_of: Callable[[Request], Price | None] = lambda _: None
    longest_s: float = 600.0

    def reply(self, request: Request) -> Reply:
        """Pass on.

        Raises:
            BudgetExceeded: a budget does not reach for it; nothing was sent, and the refusal is in the ledger. Or it
                left so little room that an answer was paid for and nothing came of it.
        """
        with self._holding(request) as call:
            return call.told(call.metered.reply(call.request))

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on; errors as in :meth:`reply`, before the first event."""
        with self._holding(request) as call, closing(call.metered.stream(call.request)) as events:
            for event in events:
                yield call.told(event) if isinstance(event, Reply) else event

    @contextmanager
    def _holding(self, request: _Asked) -> Iterator[_Call[_Asked]]:
        if self.budgets.is_unlimited or (hold := self._hold(request)) is None:
            yield _Call(request, self.metered)
            return
        call = self._bounded(request, replace(self.metered, ledger=_Settling(self.budgets, hold)), hold)
        try:
            yield call
        except EmptyReply as error:
            if (why := call.why_empty(error)) is None:
                raise
            raise BudgetExceeded(why, **error.detail) from error
        finally:
            self.budgets.release(hold)

    def _hold(self, request: Request) -> Hold | None:
        spender, price = spender_of(self.metered.caller, request.model), self.price_of(request)
        estimate, shortest = self.estimate(request), least(request, price)
        try:
            return self.budgets.hold(
                spender,
                max(estimate, shortest) if estimate is not None and shortest is not None else estimate,
                most_nanousd=filling(request, price),
                lasts=timedelta(seconds=self.longest_s) + _PATIENCE,
            )
        except BudgetExceeded as error:
            self.metered.write_refused(request, error)
            raise

    def _bounded(self, request: _Asked, metered: Metered, hold: Hold) -> _Call[_Asked]:
        """Return the call with as much room for its answer as was held for it, if that is less than it asks for."""
        price = self.price_of(request)
        if hold.tightest is None or hold.amount_nanousd >= (hold.most_nanousd or 0) or price is None:
            return _Call(request, metered)
        assert isinstance(request, Converse)  # noqa: S101 - of nothing else is it known what it may cost at most
        return _Call(cast("_Asked", capped(request, price, hold.amount_nanousd)), metered, hold.tightest)


@dataclass(frozen=True, slots=True)
class _Call(Generic[_Asked]):
    """One call as it is made; ``by`` is the budget for which its answer has less room than it was to have."""

    request: _Asked
    metered: Metered
    by: Budget | None = None

    def told(self, reply: Reply) -> Reply:
        """Return the reply; if it was cut for want of room, it says so."""
        if self.by is None or not isinstance(self.request, Converse) or not is_cut(self.request, reply):
            return reply
        return replace(reply, ending=Ending.LENGTH, why_cut=cut_short(self.by))

    def why_empty(self, error: EmptyReply) -> str | None:
        """Return why nothing came, if that is for want of room: to ask again would come to nothing again."""
        return self.told(error.reply).why_cut


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
