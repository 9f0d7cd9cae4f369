"""Who may start something that is paid for, and how often: counted in the database, for all replicas together."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from audiokit.errors import TooOften
from audiokit.store.rates import Rates

__all__ = ["Starting"]

_SENTENCE = "You have started a lot in a short time, and nothing more is begun just now."


@dataclass(frozen=True, slots=True)
class Starting:
    """Asks ``permit`` whether a person may at all, then counts: ``per_minute``, a twentieth of them at once."""

    permit: Callable[[str], None]
    rates: Rates
    per_minute: int

    def __call__(self, person_id: str) -> None:
        """Let a person start a turn, a prompt, a programme, an analysis or a live talk.

        Raises:
            NotAllowed: this person may not.
            TooOften: it was too often; the error says when it can be tried again.
        """
        self.permit(person_id)
        turn = self.rates.take(f"starts {person_id}", per_minute=self.per_minute)
        if not turn.is_taken:
            raise TooOften(_SENTENCE, retry_after_s=max(1, math.ceil(turn.wait_s)))
