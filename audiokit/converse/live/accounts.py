"""A live session's money: an entry for every reply and every turn that was written down, and the sum of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from audiokit.catalog.prices import Price, Usage
from audiokit.converse.live.keeping import Keeper
from audiokit.converse.live.seam import BYTES_PER_MS
from audiokit.converse.live.spending import Budget, Spending
from audiokit.converse.live.talk import Line, Talk
from audiokit.converse.live.turns import Said
from audiokit.speech.realtime_events import HeardWords, ReplyEnded, ReplyStatus
from audiokit.store.columns import utc_now
from audiokit.store.ids import new_id
from audiokit.usage.entries import charged
from audiokit.usage.ledger import Entry, Outcome

__all__ = ["PAGE", "Accounts"]

PAGE = "record_and_converse"

_NOTHING = Usage(text_in_tokens=0, audio_in_tokens=0, text_out_tokens=0, audio_out_tokens=0, input_seconds=Decimal(0))
_NEARLY = "Four fifths of what you set for this session are spent."
_SPENT = "What you set for this session is spent. It ends here; the conversation is kept, and you can go on any time."
_OUTCOMES: Mapping[ReplyStatus, Outcome] = {ReplyStatus.CANCELLED: "cut", ReplyStatus.FAILED: "failed"}


class Accounts:
    """Writes entries, beside the turn that each was for, and tells the person what it comes to."""

    def __init__(
        self, talk: Talk, keeper: Keeper, spending: Spending, tell: Callable[[Mapping[str, Any]], None]
    ) -> None:
        self._talk, self._keeper, self._spending, self._tell = talk, keeper, spending, tell
        self._budget = Budget.WITHIN

    @property
    def is_spent(self) -> bool:
        """Whether the session is to end."""
        return self._budget is Budget.SPENT

    def write_reply(self, line: Line, ended: ReplyEnded, said: Said | None, *, began_at: float, sound_ms: int) -> None:
        """Write what an answer cost, also one that nobody wanted to hear to its end."""
        self._write(
            line,
            line.choice.model_name,
            line.price,
            said,
            kind="live",
            usage=ended.usage or Usage(),
            outcome=_OUTCOMES.get(ended.status, "answered"),
            total_ms=self._ms_since(began_at),
            first_byte_ms=said.latency.ms if said else None,
            output_ms=sound_ms,
            error=ended.reason if ended.status is ReplyStatus.FAILED else None,
        )

    def write_words(self, line: Line, heard: HeardWords, said: Said) -> None:
        """Write what it cost to write down what was said: by the seconds that were sent, where nothing is reported."""
        if line.writer is None:
            return
        seconds = round(Decimal(len(said.pcm16)) / (1000 * BYTES_PER_MS), 3)
        self._write(
            line,
            line.writer.model_name,
            line.writer_price,
            said,
            kind="transcribe",
            usage=heard.usage or (_NOTHING if heard.failure else Usage(input_seconds=seconds)),
            outcome="refused" if heard.failure else "answered",
            total_ms=self._ms_since(said.latency.committed_at),
            input_ms=len(said.pcm16) // BYTES_PER_MS,
        )

    def refuse(self, sentence: str) -> None:
        """Count the session's money as spent: a budget does not reach for more of it."""
        if not self.is_spent:
            self._budget = Budget.SPENT
            self._tell({"type": "trouble", "sentence": sentence, "fatal": False})

    def _write(  # noqa: PLR0913 - the columns of a ledger are what they are
        self,
        line: Line,
        model: str,
        price: Price | None,
        said: Said | None,
        *,
        kind: str,
        usage: Usage,
        outcome: Outcome,
        total_ms: int,
        **values: Any,
    ) -> None:
        entry = Entry(
            id=new_id(),
            at=utc_now(),
            person_id=self._talk.keeping.person_id,
            page=PAGE,
            conversation_id=self._talk.keeping.conversation_id,
            endpoint=line.place.endpoint.provider.value,
            kind=kind,
            model_asked=model,
            model_used=model,
            total_ms=total_ms,
            outcome=outcome,
            **values,
        )
        entry = charged(entry, price, usage)
        self._keeper.put(partial(self._talk.keeping.write, entry, said))
        self._count(entry.cost_nanousd)

    def _count(self, cost_nanousd: int | None) -> None:
        spending = self._spending
        spending.add(cost_nanousd)
        rate = spending.per_minute_nanousd
        self._tell({"type": "cost", "nanousd": spending.total_nanousd, "per_minute_nanousd": rate})
        if spending.state is not self._budget and self._budget is not Budget.SPENT:
            self._budget = spending.state
            sentence = _SPENT if spending.state is Budget.SPENT else _NEARLY
            self._tell({"type": "trouble", "sentence": sentence, "fatal": False})

    def _ms_since(self, began_at: float | None) -> int:
        now = self._talk.clock()
        return round((now - (now if began_at is None else began_at)) * 1000)
