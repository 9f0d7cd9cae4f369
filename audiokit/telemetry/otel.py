"""Traces and metrics by OpenTelemetry, with its conventions for generative AI (semantic conventions 1.37, gen_ai.*).

A call is one span of kind client, named after the operation and the model, under the span of the job that made it, if
one did. No attribute has a person, a word or a sound in it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

from audiokit.errors import NotConfigured
from audiokit.money import NANOUSD_PER_USD
from audiokit.telemetry.watching import Call, SoundTold

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["Otel", "open_otel"]

_SCOPE: Final = "audiokit"
_NS_PER_S: Final = 1_000_000_000
_MS_PER_S: Final = 1000
_GRACE_S: Final = 3.0
_NO_EXTRA: Final = "AUDIOKIT_OTEL is on, and that needs the extra otel. Install it (pip install audiokit[otel])."
# Names of the conventions where they have one; ours for what they do not know yet.
_OPERATIONS: Final = {"converse": "chat", "transcribe": "transcribe", "speak": "text_to_speech"}
_PROVIDERS: Final = {"openai": "openai", "azure": "azure.ai.openai"}
# As the conventions advise for each of the two.
_DURATIONS_S: Final = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_TOKENS: Final = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]

# Histograms take nothing below zero: loudness is told by how far it lies below full scale.
_SOUNDS: Final[dict[str, tuple[str, str, list[float]]]] = {
    "clipped_ratio": ("1", "The share of samples of a sound that are clipped.", [0, 0.001, 0.005, 0.02, 0.1, 0.3]),
    "speech_ratio": ("1", "The share of a sound that may be speech.", [0.1, 0.25, 0.5, 0.75, 0.9]),
    "below_full_scale": ("LU", "How far below full scale a sound is.", [8, 12, 16, 20, 24, 28, 34, 40, 46]),
    "snr": ("dB", "How far the speech of a sound stands above its noise.", [6, 12, 18, 24, 30, 42, 54]),
    "bandwidth": ("Hz", "How high a sound reaches.", [3_000, 4_000, 6_000, 8_000, 10_000, 12_000]),
}


class Otel:
    """A :class:`audiokit.telemetry.watching.Watcher` that tells OpenTelemetry."""

    def __init__(self, tracers: TracerProvider, meters: MeterProvider) -> None:
        self._tracers, self._meters = tracers, meters
        self._tracer, meter = tracers.get_tracer(_SCOPE), meters.get_meter(_SCOPE)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="How long a call took.",
            explicit_bucket_boundaries_advisory=_DURATIONS_S,
        )
        self._first_sound = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="How long it took until an answer could be heard.",
            explicit_bucket_boundaries_advisory=_DURATIONS_S,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Tokens of a call.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )
        self._cost = meter.create_counter("audiokit.cost", unit="USD", description="What calls cost, as far as known.")
        self._sounds = {
            name: meter.create_histogram(
                f"audiokit.sound.{name}", unit=unit, description=said, explicit_bucket_boundaries_advisory=edges
            )
            for name, (unit, said, edges) in _SOUNDS.items()
        }
        self._jobs = meter.create_up_down_counter("audiokit.jobs.active", unit="{job}", description="Jobs under way.")

    def call(self, call: Call) -> None:
        """Write the span of a call that is over, and count it."""
        from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - only when it is on

        names = _names(call)
        ended_ns = _ns(call.ended_at)
        span = self._tracer.start_span(
            f"{names['gen_ai.operation.name']} {call.model_asked}",
            kind=SpanKind.CLIENT,
            attributes={**names, **_known(_counts(call))},
            start_time=ended_ns - call.total_ms * (_NS_PER_S // _MS_PER_S),
        )
        if call.error is not None:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended_ns)
        self._measure(call, names)

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """Write a span around a job; calls made within it are its children."""
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - only when it is on

        labels = {"audiokit.job": name}
        self._jobs.add(1, labels)
        try:
            with self._tracer.start_as_current_span(
                f"job {name}", attributes=labels, record_exception=False, set_status_on_exception=False
            ) as span:
                try:
                    yield
                except BaseException as error:
                    span.set_attribute("error.type", type(error).__name__)
                    span.set_status(Status(StatusCode.ERROR))
                    raise
        finally:
            self._jobs.add(-1, labels)

    def close(self) -> None:
        """Send what is left, and stop: within a few seconds, also where nobody listens any more."""
        ending = [
            threading.Thread(target=provider.shutdown, name="otel", daemon=True)
            for provider in (self._tracers, self._meters)
        ]
        until = time.monotonic() + _GRACE_S
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join(max(0.0, until - time.monotonic()))

    def _measure(self, call: Call, names: Mapping[str, str]) -> None:
        self._duration.record(call.total_ms / _MS_PER_S, names)
        if call.first_sound_ms is not None:
            self._first_sound.record(call.first_sound_ms / _MS_PER_S, names)
        for kind, count in (("input", call.input_tokens), ("output", call.output_tokens)):
            if count is not None:
                self._tokens.record(count, {**names, "gen_ai.token.type": kind})
        if call.cost_nanousd:
            self._cost.add(call.cost_nanousd / NANOUSD_PER_USD, names)
        for direction, sound in (("in", call.sound_in), ("out", call.sound_out)):
            for name, value in _known({} if sound is None else _figures(sound)).items():
                self._sounds[name].record(max(0.0, float(value)), {**names, "audiokit.sound.direction": direction})


def open_otel() -> Otel:
    """Return a watcher that sends over OTLP; where to, OpenTelemetry's own ``OTEL_…`` variables say.

    Raises:
        NotConfigured: the extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415 - only when it is on
            OTLPMetricExporter,
        )
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - the same
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415 - the same
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415 - the same
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - the same
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - the same
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the same
    except ImportError as error:
        raise NotConfigured(_NO_EXTRA, key="AUDIOKIT_OTEL") from error
    resource = Resource.create({} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": _SCOPE})
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    return Otel(tracers, MeterProvider(metric_readers=[reader], resource=resource, shutdown_on_exit=False))


def _names(call: Call) -> dict[str, str]:
    """Return what both spans and metrics are told apart by; few values each, and nobody's name among them."""
    names = {
        "gen_ai.operation.name": _OPERATIONS.get(call.kind, call.kind),
        "gen_ai.provider.name": _PROVIDERS.get(call.provider, call.provider),
        "gen_ai.request.model": call.model_asked,
        "audiokit.page": call.page,
    }
    if call.model_used is not None:
        names["gen_ai.response.model"] = call.model_used
    if call.error is not None:
        names["error.type"] = call.error
    return names


def _counts(call: Call) -> dict[str, int | float | str | None]:
    return {
        "gen_ai.usage.input_tokens": call.input_tokens,
        "gen_ai.usage.output_tokens": call.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": call.cached_in_tokens,
        "audiokit.usage.audio_input_tokens": call.audio_in_tokens,
        "audiokit.usage.audio_output_tokens": call.audio_out_tokens,
        "audiokit.first_sound_ms": call.first_sound_ms,
        "audiokit.cost_nanousd": call.cost_nanousd,
        "audiokit.outcome": call.outcome,
    }


def _figures(sound: SoundTold) -> dict[str, int | float | str | None]:
    return {
        "clipped_ratio": sound.clipped_ratio,
        "speech_ratio": sound.speech_ratio,
        "below_full_scale": None if sound.loudness_lufs is None else -sound.loudness_lufs,
        "snr": sound.snr_db,
        "bandwidth": sound.bandwidth_hz,
    }


def _known(values: Mapping[str, int | float | str | None]) -> dict[str, int | float | str]:
    return {name: value for name, value in values.items() if value is not None}


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1000
