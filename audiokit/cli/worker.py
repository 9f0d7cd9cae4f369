"""``audiokit worker``: the process in which jobs run."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import click

from audiokit.errors import AudiokitError
from audiokit.jobs.timer import Timer
from audiokit.settings import Settings
from audiokit.telemetry.switching import telemetry

if TYPE_CHECKING:
    from audiokit.jobs.worker import Registry
    from audiokit.sentiment.workshop import Workshop as Listening
    from audiokit.studio import Studio
    from audiokit.summaries.workshop import Workshop

__all__ = ["worker"]

_TIDY_EVERY_S = 600.0


@click.command()
@click.option("--child", is_flag=True, hidden=True, help="End when standard input does, and not with the terminal.")
def worker(child: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Run jobs until interrupted. The app starts one itself, unless AUDIOKIT_WORKER is none."""
    from audiokit.jobs.worker import Pace, Worker  # noqa: PLC0415 - heavy, and only wanted here

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s worker %(levelname)s %(message)s")
    until = threading.Event()
    _listen(until, is_child=child)
    try:
        settings = Settings.read()
        url = settings.database_url.get_secret_value() if settings.database_url else None
        pace = Pace(n_at_once=settings.jobs_at_once)
        with telemetry(settings):
            Worker(url, settings.data_dir, partial(_registered, _Opened(settings)), pace).run(until, ready=_ready)
    except AudiokitError as error:
        click.echo(f"Error: {error}", err=True)
        _leave(1)
    _leave(0)


def _leave(code: int) -> NoReturn:
    """End without waiting for calls that have begun: their jobs have been handed back."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class _Opened:
    """The studio of this process, opened at its first job."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._lock = settings, threading.Lock()
        self._studio: Studio | None = None
        self._tidying: Timer | None = None

    def summaries(self) -> Workshop:
        """Return what programmes are made with."""
        return self._opened().summaries.making.workshop

    def sentiment(self) -> Listening:
        """Return what recordings are analysed with."""
        return self._opened().sentiment.workshop

    def _opened(self) -> Studio:
        from audiokit.studio import open_studio  # noqa: PLC0415 - heavy, and only wanted once there is a job

        with self._lock:
            if self._studio is None:
                self._studio = open_studio(self._settings, runs_jobs=True)
                self._studio.postman.start()
                self._tidying = Timer("tidy", _TIDY_EVERY_S, self._studio.tidy)
                self._tidying.start()
            return self._studio

    def close(self) -> None:
        with self._lock:
            if self._tidying is not None:
                self._tidying.stop()
            if self._studio is not None:
                self._studio.close()


def _registered(opened: _Opened, registry: Registry) -> None:
    from audiokit.workflows import register  # noqa: PLC0415 - heavy, and only wanted here

    register(registry, opened.summaries, opened.sentiment)
    registry.when_closing(opened.close)


def _ready(name: str) -> None:
    click.echo(f"The worker takes jobs as {name}.")


def _listen(until: threading.Event, *, is_child: bool) -> None:
    """Set the event at the first signal to end; the second one ends at once."""

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        until.set()

    signal.signal(signal.SIGTERM, end)
    if is_child:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's goes to the app as well, which decides
        threading.Thread(target=_until_parent_ends, args=(until,), daemon=True).start()
    else:
        signal.signal(signal.SIGINT, end)


def _until_parent_ends(until: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # not through the buffer, whose lock would be held when we leave
        pass
    until.set()
