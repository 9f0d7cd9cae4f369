"""Processes that several people share: each question waits for a free one, and nobody has all of them at a time.

Somebody whose files take long, or are made to, keeps themselves waiting, and not the others.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from audiokit.process.worker import Worker

__all__ = ["Lanes"]


class Lanes:
    """Workers, handed out one at a time, the one that was used last first; usable from any thread."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._free, self._n_each = list(workers), max(1, len(workers) - 1)
        self._taken = Counter[str]()
        self._changed = threading.Condition()

    @contextmanager
    def one(self, whose: str = "") -> Iterator[Worker]:
        """Wait for a worker and have it meanwhile; all but one of them can be the same person's. Nobody is ``""``."""
        with self._changed:
            self._changed.wait_for(lambda: self._free and (not whose or self._taken[whose] < self._n_each))
            worker = self._free.pop()
            self._taken[whose] += 1
        try:
            yield worker
        finally:
            with self._changed:
                self._free.append(worker)
                self._taken[whose] -= 1
                if not self._taken[whose]:
                    del self._taken[whose]
                self._changed.notify_all()
