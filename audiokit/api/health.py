"""Is the process alive, and should it be sent visitors? Two questions, and a proxy asks them at two addresses.

``/api/health`` answers as long as the process does: who gets no answer there starts it anew. ``/api/health/ready``
answers 503 while it starts, while the database or the recordings are out of reach, and once it has been told to stop:
who is told so sends visitors elsewhere. Neither says where anything is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from audiokit import __version__
from audiokit.process.readiness import Phase, Readiness

__all__ = ["HealthSource", "alive", "health_routes"]

_FRESH_S = 1.0  # however many ask: one look a second
_PATIENCE_S = 5.0
_FRESH = {"Cache-Control": "no-store"}


class HealthSource(Protocol):
    """What is looked at: the studio."""

    @property
    def readiness(self) -> Readiness:
        """Where the process is between its start and its end."""

    def stores(self) -> Mapping[str, bool]:
        """Return which stores there are, and whether each can be used now; may block."""


def health_routes(opened: Callable[[], HealthSource]) -> list[BaseRoute]:
    """Return the second of the two; the first needs nothing, and is there without the app."""
    return [Route("/api/health/ready", _Ready(opened).answer)]


async def alive(_request: Request) -> Response:
    """Answer as long as the process does."""
    return JSONResponse({"status": "ok", "version": __version__}, headers=_FRESH)


class _Ready:
    def __init__(self, opened: Callable[[], HealthSource]) -> None:
        self._opened = opened
        self._looking: asyncio.Task[Mapping[str, bool]] | None = None
        self._looked_at = -_FRESH_S

    async def answer(self, _request: Request) -> Response:
        phase = self._opened().readiness.phase
        if phase is not Phase.READY:
            return JSONResponse({"status": phase.value}, 503, _FRESH)
        try:
            stores = await asyncio.wait_for(asyncio.shield(self._look()), _PATIENCE_S)
        except TimeoutError:
            return JSONResponse({"status": "out of reach"}, 503, _FRESH)
        in_reach = all(stores.values())
        status = "ready" if in_reach else "out of reach"
        return JSONResponse({"status": status, **stores}, 200 if in_reach else 503, _FRESH)

    def _look(self) -> asyncio.Task[Mapping[str, bool]]:
        """Return the look that is under way, or was just taken, or a new one."""
        is_fresh = time.monotonic() - self._looked_at < _FRESH_S
        if self._looking is None or (self._looking.done() and not is_fresh):
            self._looked_at = time.monotonic()
            self._looking = asyncio.create_task(run_in_threadpool(self._opened().stores))
        return self._looking
