"""How often somebody may do something: a bucket of tokens for each, in this process's memory.

Each replica counts for itself; whoever goes from one to the other may do as much at each.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from audiokit.errors import TooOften

__all__ = ["Pace", "Rate"]

_MOST_KEYS = 20_000  # of some 200 bytes each; the one that was idle longest is forgotten first


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a minute for as long as one likes, and ``burst`` at once after a rest."""

    per_minute: float
    burst: float

    @property
    def per_s(self) -> float:
        """How many come back in a second."""
        return self.per_minute / 60


@dataclass(slots=True)
class Pace:
    """Buckets by key, such as a person's id or an address; usable from any thread.

    What is kept is when a bucket would be full again (the "virtual scheduling" of ITU-T I.371, annex A), so that
    nothing has to be filled up by a timer.
    """

    rate: Rate
    clock: Callable[[], float] = time.monotonic
    _full_at: OrderedDict[str, float] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, key: str, *, n: float = 1.0) -> float:
        """Take ``n`` and return 0; or take nothing, and return how many seconds later there will be enough."""
        now = self.clock()
        with self._lock:
            full_at = max(now, self._full_at.pop(key, now)) + n / self.rate.per_s
            too_late_s = full_at - now - self.rate.burst / self.rate.per_s
            is_allowed = too_late_s <= 1e-9
            self._full_at[key] = full_at if is_allowed else full_at - n / self.rate.per_s
            if len(self._full_at) > _MOST_KEYS:
                self._full_at.popitem(last=False)
        return 0.0 if is_allowed else too_late_s

    def check(self, key: str, sentence: str) -> None:
        """Take one, or refuse; ``sentence`` says what there was too much of.

        Raises:
            TooOften: there is none left; its ``retry_after_s`` says when there will be.
        """
        if wait_s := self.wait_s(key):
            raise TooOften(sentence, retry_after_s=max(1, math.ceil(wait_s)))
