"""What the front door needs to build the app: our routes, what runs around every request, start and stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from audiokit.api import routes as ours
from audiokit.api.exports import export_routes
from audiokit.api.feed import feed_routes
from audiokit.api.guard import SecurityHeaders
from audiokit.api.live import live_routes
from audiokit.api.metrics import metrics_routes
from audiokit.api.programmes import programme_routes
from audiokit.api.sentiment import sentiment_routes
from audiokit.api.usage import usage_routes
from audiokit.errors import AudiokitError
from audiokit.jobs.child import ChildWorker
from audiokit.jobs.timer import Timer
from audiokit.settings import WorkerMode
from audiokit.studio import shared_studio
from audiokit.telemetry.switching import telemetry

__all__ = ["lifespan", "middleware", "routes"]

_log = logging.getLogger(__name__)
_BILL_EVERY_S = 600.0  # how often it is looked whether a night is due


def routes() -> list[BaseRoute]:
    """Return our routes, served from the process's studio."""
    exports = (
        *export_routes(shared_studio),
        *programme_routes(shared_studio),
        *sentiment_routes(shared_studio),
        *usage_routes(shared_studio),
    )
    feeds = feed_routes(lambda: shared_studio().feeds)
    return ours.routes(shared_studio, *exports, *feeds, *metrics_routes(shared_studio), *live_routes(shared_studio))


def middleware() -> list[Middleware]:
    """Return what every request passes through."""
    return [Middleware(SecurityHeaders)]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any] | None]:
    """Open the studio before the first visitor, warm it while they load the page, and close it at the end."""
    studio = await run_in_threadpool(shared_studio)
    worker, watching = ChildWorker(), ExitStack()
    watching.enter_context(telemetry(studio.settings))
    nightly = Timer("bill", _BILL_EVERY_S, studio.usage.reconciliation.nightly)
    if studio.usage.reconciliation.is_possible:
        nightly.start()
    runs_jobs = studio.settings.worker is WorkerMode.APP
    threading.Thread(target=_warm, args=(worker if runs_jobs else None,), name="warm", daemon=True).start()
    try:
        yield None
    finally:
        await asyncio.gather(*map(run_in_threadpool, (worker.stop, nightly.stop, studio.close)))
        await run_in_threadpool(watching.close)


def _warm(worker: ChildWorker | None) -> None:
    """Start the engine, load what calls need, then start the worker; a failure is told when a visitor needs it.

    Streamlit collects garbage after every run of a page, with the interpreter's lock held: over all that is loaded,
    that took 130 ms, in which no route answers. What is here now stays, and need not be looked through again.
    """
    try:
        shared_studio().warm()
    except AudiokitError:
        _log.exception("warming failed")
    gc.collect()
    gc.freeze()
    if worker is not None:
        worker.start()
