"""What the front door needs to build the app: our routes, what runs around every request, start and stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
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
from audiokit.api.health import health_routes
from audiokit.api.limits import HeldUploads, Limits
from audiokit.api.live import live_routes
from audiokit.api.metrics import metrics_routes
from audiokit.api.only_here import OnlyHere
from audiokit.api.privacy import privacy_routes
from audiokit.api.programmes import programme_routes
from audiokit.api.programs import program_routes
from audiokit.api.sentiment import sentiment_routes
from audiokit.api.stopping import graceful_stop
from audiokit.api.usage import usage_routes
from audiokit.errors import AudiokitError
from audiokit.jobs.child import ChildWorker
from audiokit.jobs.timer import Timer
from audiokit.settings import Mode, Settings, WorkerMode
from audiokit.studio import shared_studio
from audiokit.telemetry.switching import telemetry

__all__ = ["lifespan", "middleware", "routes"]

_log = logging.getLogger(__name__)
_COLLECT_EVERY_S = 30.0
_COLLECT_AT = (20_000, 20, 20)  # new objects; at Python's own 700, it was a tenth of drawing a page
# Each statement on SQLite lets go of the interpreter's lock, and waits for it up to so long while another thread
# computes; a page asks twenty. With one such thread a transaction took 17 ms at Python's own 5 ms, and 3.5 ms at this.
_SWITCH_S = 0.001
_BILL_EVERY_S = 600.0  # how often it is looked whether a night is due
_TIDY_EVERY_S = 600.0
_NOTICE_S = 5.0  # for a proxy in front of several replicas to see that this one goes


def routes() -> list[BaseRoute]:
    """Return our routes, served from the process's studio."""
    exports = (
        *export_routes(shared_studio),
        *programme_routes(shared_studio),
        *sentiment_routes(shared_studio),
        *usage_routes(shared_studio),
        *privacy_routes(shared_studio),
        *program_routes(shared_studio),
    )
    feeds = feed_routes(lambda: shared_studio().feeds)
    about = (*health_routes(shared_studio), *metrics_routes(shared_studio))
    return ours.routes(shared_studio, *about, *exports, *feeds, *live_routes(shared_studio))


def middleware(settings: Settings, held: HeldUploads) -> list[Middleware]:
    """Return what every request passes through; ``held`` says what is kept of uploads (:mod:`audiokit.api.limits`)."""
    public = settings.public_url or ""
    return [
        Middleware(OnlyHere, is_on=settings.mode is Mode.SINGLE and not settings.open),
        Middleware(SecurityHeaders, is_https=public.startswith("https://")),
        Middleware(
            Limits,
            held=held,
            file_mb=settings.upload_mb,
            visit_mb=max(settings.upload_mb, settings.uploads_held_mb // 2),
            all_mb=settings.uploads_held_mb,
            is_behind_proxy=bool(public),
        ),
    ]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any] | None]:
    """Open the studio before the first visitor, warm it while they load the page, and close it at the end."""
    sys.setswitchinterval(_SWITCH_S)
    studio = await run_in_threadpool(shared_studio)
    worker, watching = ChildWorker(), ExitStack()
    watching.enter_context(telemetry(studio.settings))
    nightly = Timer("bill", _BILL_EVERY_S, studio.usage.reconciliation.nightly)
    if studio.usage.reconciliation.is_possible:
        nightly.start()
    tidying = Timer("tidy", _TIDY_EVERY_S, studio.tidy)
    tidying.start()
    collecting = Timer("collect", _COLLECT_EVERY_S, gc.collect)
    collecting.start()
    grace_s, notice_s = studio.settings.stop_grace_s, _NOTICE_S if studio.settings.database_url else 0.0
    runs_jobs = studio.settings.worker is WorkerMode.APP
    threading.Thread(target=_warm, args=(worker if runs_jobs else None,), name="warm", daemon=True).start()
    try:
        with graceful_stop(studio, grace_s=grace_s, notice_s=notice_s):
            yield None
    finally:
        stops = (worker.stop, nightly.stop, tidying.stop, collecting.stop, studio.close)
        await asyncio.gather(*map(run_in_threadpool, stops))
        await run_in_threadpool(watching.close)


def _warm(worker: ChildWorker | None) -> None:
    """Start the engine, load what calls need, then start the worker; a failure is told when a visitor needs it.

    Garbage is collected with the interpreter's lock held: over all that is loaded, that took 130 ms, in which no route
    answers. What is here now stays, and need not be looked through again. Streamlit's own way, after every run of a
    page, is switched off (``runner.postScriptGC``): with thirty visits it took a third of the process's time.
    """
    try:
        shared_studio().warm()
    except AudiokitError:
        _log.exception("warming failed")
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AT)
    shared_studio().readiness.begin()
    if worker is not None:
        worker.start()
