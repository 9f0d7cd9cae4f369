"""Every call that is paid for goes through here: one at a time for one result, within the cap, not too many at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from audiokit.errors import (
    AudiokitError,
    BudgetExceeded,
    KeyRefused,
    ModelRetired,
    NotAllowed,
    NotConfigured,
    ProviderUnreachable,
    QuotaExhausted,
)
from audiokit.sentiment.kept import KeptRecording
from audiokit.sentiment.quote import Span
from audiokit.speech.requests import Caller
from audiokit.store.flights import Flights
from audiokit.usage.purse import Purse

__all__ = ["CALLS_AT_ONCE", "PAGE", "Till"]

PAGE = "sentiment_analysis"
CALLS_AT_ONCE = 8
"""How many calls one process has under way at once; providers refuse many more."""

# After one of these, whatever else is still to be asked for a recording would meet the same.
_FOR_ALL = (
    BudgetExceeded,
    KeyRefused,
    ModelRetired,
    NotAllowed,
    NotConfigured,
    ProviderUnreachable,
    QuotaExhausted,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Safe to share between threads."""

    purse: Purse
    flights: Flights
    calls: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(CALLS_AT_ONCE))
    _stopped: dict[str, AudiokitError] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, recording: KeptRecording) -> None:
        """Let go of what a crash has left held for a recording, and of what has stopped it."""
        with self._lock:
            self._stopped.pop(recording.id, None)
        self.purse.begin(recording.batch_id, part_id=recording.id)

    @contextmanager
    def only_one(self, recording: KeptRecording, what: str) -> Iterator[None]:
        """Keep everyone else out who wants the same; look again for the result inside.

        Raises:
            AudiokitError: something stands in the way of every call for this recording.
        """
        with self._lock:
            if (why := self._stopped.get(recording.id)) is not None:
                raise why
        with self.flights.only_one(f"sentiment/{recording.id}/{what}"):
            yield

    @contextmanager
    def paying(self, recording: KeptRecording, expected: Span, turn_id: str | None = None) -> Iterator[Caller]:
        """Hold what a call is expected to cost while it is made; errors inside stop the recording's other calls too.

        Raises:
            BudgetExceeded: it could go beyond the cap of the batch; nothing was called.
        """
        held = self.purse.holding(recording.batch_id, expected.high_nanousd, part_id=recording.id)
        try:
            with self.calls, held:
                yield caller_for(recording, turn_id)
        except _FOR_ALL as error:
            with self._lock:
                self._stopped[recording.id] = error
            raise


def caller_for(recording: KeptRecording, turn_id: str | None = None) -> Caller:
    """Return on whose behalf calls about a recording are made: the ledger knows them by its id."""
    return Caller(person_id=recording.person_id, page=PAGE, conversation_id=recording.id, turn_id=turn_id)
