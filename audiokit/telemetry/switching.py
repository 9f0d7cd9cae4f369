"""Telemetry as the settings want it, switched on at the start of a process and off at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from audiokit.settings import LogFormat, Settings
from audiokit.telemetry.logs import write_json
from audiokit.telemetry.watching import watch

__all__ = ["telemetry"]


@contextmanager
def telemetry(settings: Settings) -> Iterator[None]:
    """Switch on what is asked for, and at the end send what is left.

    Raises:
        NotConfigured: an extra is missing; the sentence says which.
    """
    if settings.log_format is LogFormat.JSON:
        write_json()
    if not settings.otel:
        yield
        return
    from audiokit.telemetry.otel import open_otel  # noqa: PLC0415 - only where it is on

    watcher = open_otel()
    before = watch(watcher)
    try:
        yield
    finally:
        watch(before)
        watcher.close()
