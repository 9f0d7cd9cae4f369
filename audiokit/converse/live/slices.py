"""Money for a live session, held against the budgets a slice at a time: what a minute of talk may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from audiokit.catalog.models import Provider
from audiokit.catalog.prices import Price, Usage, audio_in_tokens, audio_out_tokens
from audiokit.errors import BudgetExceeded, NotAllowed
from audiokit.speech.estimate import priced, writing_down
from audiokit.speech.held import spender_of
from audiokit.speech.permitted import Permit, everybody
from audiokit.speech.requests import Caller
from audiokit.store.columns import utc_now
from audiokit.store.ids import new_id
from audiokit.store.insisting import insist
from audiokit.usage.budgets import Budgets, Hold
from audiokit.usage.ledger import Entry, Ledger

__all__ = ["Slice", "Slices", "slice_nanousd"]

_SLICE_S, _SPOKEN_S, _WORDS_TOKENS = 60.0, 40.0, 400  # of a minute: what is heard, what is answered at most, its words
_LASTS = timedelta(minutes=10)  # a session that says nothing for as long spends nothing either


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What is held for by a session: who is there, and what a minute may cost, None: nobody knows."""

    provider: Provider
    model: str
    amount_nanousd: int | None


class Slices:
    """Takes the ledger's place for one session: each entry settles the slice that is held, and the next is held.

    Without ``budgets`` nothing is. ``on_refused`` is told, in a thread, when there is none for the next, or ``permit``
    refuses whoever talks; what is written after that is written all the same. Every call may block.
    """

    def __init__(self, ledger: Ledger, budgets: Budgets | None, caller: Caller, permit: Permit = everybody) -> None:
        self._permit = permit
        self._ledger, self._budgets, self._caller = ledger, budgets, caller
        self._slice: Slice | None = None
        self._held: Hold | None = None
        self.on_refused: Callable[[BudgetExceeded | NotAllowed], None] = lambda _: None

    def begin(self, slice_: Slice) -> None:
        """Hold the first slice, or that of another connection in place of it.

        Raises:
            BudgetExceeded: a budget does not reach for it; that is written down.
            NotAllowed: this person may not have models called.
        """
        self.end()
        self._slice = slice_
        try:
            self._hold()
        except BudgetExceeded as error:
            self._ledger.write(self._refused(slice_, error))
            raise

    def write(self, entry: Entry) -> None:
        """Write an entry and hold the next slice."""
        held, self._held = self._held, None
        if held is None or self._budgets is None:
            insist(lambda: self._ledger.write(entry))
        else:
            insist(partial(self._budgets.settle, held, entry))
        try:
            insist(self._hold)
        except (BudgetExceeded, NotAllowed) as error:
            self.on_refused(error)

    def end(self) -> None:
        """Let go of what is held."""
        if self._held is not None and self._budgets is not None:
            self._budgets.release(self._held)
        self._held = None

    def _hold(self) -> None:
        if self._slice is None:
            return
        self._permit(self._caller.person_id)
        if self._budgets is None:
            return
        spender = spender_of(self._caller, self._slice.model)
        self._held = self._budgets.hold(spender, self._slice.amount_nanousd, lasts=_LASTS)

    def _refused(self, slice_: Slice, error: BudgetExceeded) -> Entry:
        return Entry(
            id=new_id(),
            at=utc_now(),
            person_id=self._caller.person_id,
            page=self._caller.page,
            conversation_id=self._caller.conversation_id,
            endpoint=slice_.provider.value,
            kind="live",
            model_asked=slice_.model,
            cost_nanousd=0,
            total_ms=0,
            outcome="refused",
            error=type(error).__name__,
        )


def slice_nanousd(price: Price | None, writer_price: Price | None) -> int | None:
    """Return what a minute of talk may cost, with writing down what is said if that has a price."""
    by_token = Usage(
        audio_in_tokens=audio_in_tokens(_SLICE_S),
        text_in_tokens=_WORDS_TOKENS,
        cached_in_tokens=0,
        audio_out_tokens=audio_out_tokens(_SPOKEN_S),
        text_out_tokens=_WORDS_TOKENS,
    )
    talk = priced(price, by_token) if price is None or price.is_by_the_token else writing_down(_SLICE_S, price)
    return None if talk is None else talk + (writing_down(_SLICE_S, writer_price) or 0)
