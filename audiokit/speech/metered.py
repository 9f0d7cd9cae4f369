"""Every call that reached a provider gets its own entry in the ledger, also one that failed after being billed.

So does one whose answer came while the ledger was out of reach: that is waited for, since the answer was paid for.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol

from audiokit.catalog.prices import Price, Usage
from audiokit.errors import AudiokitError, BudgetExceeded, ProviderError
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.failures import may_be_billed
from audiokit.speech.replies import Ending, Event, Reply, Speech
from audiokit.speech.requests import Caller, Converse, PersonTurn, Request, Speak, Transcribe
from audiokit.speech.sounded import figures_heard, figures_said
from audiokit.speech.spared import history_nanousd, silence_nanousd
from audiokit.speech.wire import EmptyReply, WithheldReply
from audiokit.store.ids import new_id
from audiokit.store.insisting import insist
from audiokit.usage.entries import charged
from audiokit.usage.ledger import Entry, Outcome
from audiokit.usage.sound import as_columns

__all__ = ["Metered", "Writes", "kind_of"]

_MS_PER_TOKEN = 100  # of sound that goes in: ten tokens a second, in every recorded call
_NOTHING = Usage(text_in_tokens=0, audio_in_tokens=0, cached_in_tokens=0, text_out_tokens=0, audio_out_tokens=0)


class Writes(Protocol):
    """Where entries go: the ledger, or what settles a hold by the way."""

    def write(self, entry: Entry) -> None:
        """Append ``entry``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """Writes down what ``inner`` was asked, for whom, and what it cost; ``price_of`` knows a model's price on a day."""

    inner: Speech
    ledger: Writes
    price_of: Callable[[str, date], Price | None]
    endpoint: Endpoint
    caller: Caller
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic

    def reply(self, request: Request) -> Reply:
        """Pass on, and write the entry."""
        began = self.clock()
        try:
            reply = self.inner.reply(request)
        except ProviderError as error:
            self._write_failure(request, error, began)
            raise
        self._write(request, reply, outcome=_outcome(reply), total_ms=self._ms_since(began))
        return reply

    def stream(self, request: Converse) -> Generator[Event, None, None]:
        """Pass on, and write the entry before the whole reply is given away, or when the listener leaves earlier."""
        began, written = self.clock(), False
        try:
            for event in self.inner.stream(request):
                if isinstance(event, Reply):
                    written = True
                    self._write(request, event, outcome=_outcome(event), total_ms=self._ms_since(began))
                yield event
        except ProviderError as error:
            self._write_failure(request, error, began)
            raise
        except GeneratorExit:
            if not written:
                self._write(request, Reply(words="", ending=Ending.CUT), outcome="cut", total_ms=self._ms_since(began))
            raise

    def write_refused(self, request: Request, error: BudgetExceeded) -> None:
        """Write down a call that was not made, because a budget did not reach for it."""
        self._write(request, Reply(words="", usage=_NOTHING), outcome="refused", total_ms=0, error=error)

    def _write_failure(self, request: Request, error: ProviderError, began: float) -> None:
        outcome: Outcome
        if isinstance(error, EmptyReply | WithheldReply):
            reply, outcome = error.reply, "failed"
        elif may_be_billed(error):
            reply, outcome = Reply(words=""), "failed"
        else:
            reply, outcome = Reply(words="", usage=_NOTHING), "refused"
        self._write(request, reply, outcome=outcome, total_ms=self._ms_since(began), error=error)

    def _write(
        self, request: Request, reply: Reply, *, outcome: Outcome, total_ms: int, error: AudiokitError | None = None
    ) -> None:
        at, said = self.now(), reply.usage if error else _with_seconds(request, reply.usage)
        entry = Entry(
            id=new_id(),
            at=at,
            person_id=self.caller.person_id,
            page=self.caller.page,
            conversation_id=self.caller.conversation_id,
            turn_id=self.caller.turn_id,
            endpoint=self.endpoint.provider.value,
            kind=kind_of(request),
            model_asked=request.model,
            model_used=reply.model,
            input_ms=_heard_ms(request),
            history_in_ms=_heard_before_ms(request),
            output_ms=None if reply.sound_duration_s is None else round(reply.sound_duration_s * 1000),
            first_byte_ms=reply.first_sound_ms,
            total_ms=total_ms,
            outcome=outcome,
            error=type(error).__name__ if error else None,
            request_id=reply.request_id or (_text(error.detail.get("request_id")) if error else None),
            again_for=self.caller.again_for,
            **as_columns("in", figures_heard(request)),
            **as_columns("out", figures_said(reply)),
        )
        price = self.price_of(reply.model or request.model, at.date())
        entry = _with_history(_priced(entry, price, said))
        if said is _NOTHING:
            self.ledger.write(entry)
            return
        entry = replace(
            entry,
            saved_silence_nanousd=silence_nanousd(request, price),
            saved_history_nanousd=history_nanousd(request, price),
        )
        insist(lambda: self.ledger.write(entry))

    def _ms_since(self, began: float) -> int:
        return round((self.clock() - began) * 1000)


def _priced(entry: Entry, price: Price | None, said: Usage | None) -> Entry:
    """Return the entry with its counts and costs; what cost nothing did so also where no price is known."""
    entry = charged(entry, price, said)
    return replace(entry, cost_nanousd=0) if said is _NOTHING else entry


def _with_history(entry: Entry) -> Entry:
    """Return the entry with how many of its tokens are sound from earlier turns: all but what was newly said."""
    if entry.audio_in_tokens is None or entry.input_ms is None or entry.history_in_ms is None:
        return entry
    new = math.ceil((entry.input_ms - entry.history_in_ms) / _MS_PER_TOKEN)
    return replace(entry, history_in_tokens=max(0, entry.audio_in_tokens - new))


def _outcome(reply: Reply) -> Outcome:
    return "cut" if reply.ending is Ending.CUT else "answered"


def kind_of(request: Request) -> str:
    """Return the name by which the ledger knows requests like this."""
    match request:
        case Converse():
            return "converse"
        case Transcribe():
            return "transcribe"
        case Speak():
            return "speak"


def _heard_ms(request: Request) -> int | None:
    match request:
        case Converse(turns=turns):
            sounds = [turn.sound for turn in turns if isinstance(turn, PersonTurn) and turn.sound]
            return round(sum(sound.duration_s for sound in sounds) * 1000)
        case Transcribe(sound=sound):
            return round(sound.duration_s * 1000)
        case Speak():
            return None


def _heard_before_ms(request: Request) -> int | None:
    """Return how much of the sound is of earlier turns; None where there is no conversation."""
    if not isinstance(request, Converse):
        return None
    said = [turn for turn in request.turns if isinstance(turn, PersonTurn)]
    return round(sum(turn.sound.duration_s for turn in said[:-1] if turn.sound) * 1000)


def _with_seconds(request: Request, usage: Usage | None) -> Usage | None:
    """A transcription that reports no usage is still billed by the seconds that we sent."""
    if usage is None and isinstance(request, Transcribe):
        return Usage(input_seconds=Decimal(str(round(request.sound.duration_s, 3))))
    return usage


def _text(value: object) -> str | None:
    return None if value is None else str(value)
