"""What an endpoint lists as its models, and when they end, known without anybody waiting for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from audiokit.catalog.models import Provider
from audiokit.errors import ProviderError
from audiokit.speech.client import OnEndpoint

__all__ = ["Served"]

_log = logging.getLogger(__name__)
_LIFETIME_S = 3_600.0
_PAUSE_S = 60.0  # after a look that failed
# Azure lists what could be deployed there, not what is (Models - List, checked 2026-11-21); offline there is one model.
_LISTS_WHAT_IT_SERVES = frozenset({Provider.OPENAI, Provider.COMPATIBLE})


def _in_a_thread(look: Callable[[], None]) -> None:
    threading.Thread(target=look, name="served", daemon=True).start()


class Served:
    """The names of the models that ``wire``'s endpoint lists, looked up behind the page's back, and again each hour.

    Thread-safe. ``clock`` is monotonic seconds; ``run`` runs a look in the background, which ends by itself: within ten
    seconds, or when the client is closed.
    """

    def __init__(
        self,
        wire: OnEndpoint,
        *,
        clock: Callable[[], float] = time.monotonic,
        run: Callable[[Callable[[], None]], None] = _in_a_thread,
    ) -> None:
        self._wire, self._clock, self._run = wire, clock, run
        self._names: frozenset[str] | None = None
        self._ends: Mapping[str, date] = MappingProxyType({})
        self._look_again_at = self._clock()
        self._is_looking = False
        self._lock = threading.Lock()

    def names(self) -> frozenset[str] | None:
        """Return the names as last heard, at once; None while none are known, and where a list would say nothing.

        An empty list is no knowledge either: some servers answer so and serve all the same.
        """
        self._look_if_due()
        return self._names

    def ends(self) -> Mapping[str, date]:
        """Return the first day without each model that has one, as last heard, at once; see :meth:`names`."""
        self._look_if_due()
        return self._ends

    def _look_if_due(self) -> None:
        if self._wire.endpoint.provider not in _LISTS_WHAT_IT_SERVES:
            return
        with self._lock:
            is_due = not self._is_looking and self._clock() >= self._look_again_at
            self._is_looking = self._is_looking or is_due
        if is_due:
            self._run(self._look)

    def _look(self) -> None:
        listed: Mapping[str, date | None] = {}
        try:
            listed = self._wire.served()
        except ProviderError as error:  # the list is a help; whatever is wrong there, a call will say better
            _log.info("the models of %s are not known: %s", self._wire.endpoint.name, type(error).__name__)
        finally:
            with self._lock:
                if listed:
                    self._names = frozenset(listed)
                    self._ends = MappingProxyType({name: end for name, end in listed.items() if end})
                self._look_again_at = self._clock() + (_LIFETIME_S if listed else _PAUSE_S)
                self._is_looking = False
