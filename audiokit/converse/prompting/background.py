"""Work that goes on while nobody waits for it, and what is in hand in this process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from audiokit.store.in_hand import NOTHING, InHand

__all__ = ["Background"]

_MAX_AT_ONCE = 8


class Background:
    """Does work in threads of its own, and knows the names of what is being worked on."""

    def __init__(self, told: InHand = NOTHING) -> None:
        """``told`` is how other processes know of it."""
        self._told = told
        self._threads = ThreadPoolExecutor(_MAX_AT_ONCE, "prompt")
        self._in_hand = Counter[str]()
        self._lock = threading.Lock()

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Have ``work`` done; it must not raise."""
        self._take(name)
        self._threads.submit(self._do, name, work)

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Say that this thread works on ``name``."""
        self._take(name)
        try:
            yield
        finally:
            self._let_go(name)

    def has(self, name: str) -> bool:
        """Whether anybody here works on ``name``."""
        return self._in_hand[name] > 0

    def is_elsewhere(self, name: str) -> bool:
        """Whether another process works on ``name``."""
        return self._told.is_elsewhere(name)

    @property
    def n_under_way(self) -> int:
        """How many names are being worked on."""
        return len(self._in_hand)

    def close(self) -> None:
        """Wait for what is being done."""
        self._threads.shutdown(wait=True)

    def _do(self, name: str, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            self._let_go(name)

    def _take(self, name: str) -> None:
        with self._lock:
            self._in_hand[name] += 1
            if self._in_hand[name] == 1:
                self._told.take(name)

    def _let_go(self, name: str) -> None:
        with self._lock:
            self._in_hand[name] -= 1
            if not self._in_hand[name]:
                del self._in_hand[name]
                self._told.let_go(name)
