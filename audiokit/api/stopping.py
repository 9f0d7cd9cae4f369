"""A stop that costs nobody their answer: at SIGTERM visitors are sent elsewhere, and what is under way may end.

The signal is passed on once nothing is under way, or the grace is over. Paid calls are waited for after that as well,
and recorded (``Studio.close``); their listeners are gone then. A second signal ends at once, as does SIGINT.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from audiokit.process.readiness import Readiness

__all__ = ["graceful_stop"]

_LOOK_EVERY_S = 0.1
_FAREWELL_S = 2.0  # in which live talks that are ended are kept


class InFlight(Protocol):
    """What may be under way: the studio."""

    @property
    def readiness(self) -> Readiness:
        """Where the process is between its start and its end."""

    @property
    def n_under_way(self) -> int:
        """How many answers, prompts and live talks there are now."""

    def end_live(self) -> None:
        """Have live talks end, and begin no more; called on the event loop."""


@contextmanager
def graceful_stop(studio: InFlight, *, grace_s: float, notice_s: float) -> Iterator[None]:
    """Stop gracefully while inside, where signals reach us: in the main thread, with the event loop that serves.

    ``notice_s`` is how long visitors are still served at least, so that a proxy notices meanwhile.
    """
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    draining = list[asyncio.Task[None]]()

    def pass_on() -> None:
        if callable(before):
            before(signal.SIGTERM, None)
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    def begin() -> None:
        draining.append(asyncio.ensure_future(_drained(studio, grace_s=grace_s, notice_s=notice_s)))
        draining[0].add_done_callback(lambda _: pass_on())

    def first(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, before)
        studio.readiness.stop()
        loop.call_soon_threadsafe(begin)

    try:
        signal.signal(signal.SIGTERM, first)
    except ValueError:  # not in the main thread: whoever has it decides
        yield
        return
    try:
        yield
    finally:
        studio.readiness.stop()
        if signal.getsignal(signal.SIGTERM) is first:
            signal.signal(signal.SIGTERM, before)


async def _drained(studio: InFlight, *, grace_s: float, notice_s: float) -> None:
    """Wait; what is under way ends in threads, which tell nobody."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while (passed_s := loop.time() - began) < notice_s or (studio.n_under_way and passed_s < grace_s):  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_EVERY_S)
    studio.end_live()
    farewell_at = loop.time() + _FAREWELL_S
    while studio.n_under_way and loop.time() < farewell_at:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_EVERY_S)
