"""What OpenTelemetry is told, by its own in-memory exporters, of a turn over the offline engine and of what fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conversing import ME, asked
from faults import Faults, broken
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from audiokit.converse.conversation import Options
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.settings import Settings
from audiokit.studio import open_studio
from audiokit.telemetry.otel import Otel
from audiokit.telemetry.switching import telemetry
from audiokit.telemetry.watching import watch, watched_job

QUESTION = "How much is two and two?"


class Watched:
    """What was told so far."""

    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.otel = Otel(tracers, MeterProvider(metric_readers=[self._reader]))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._spans.get_finished_spans()

    def points(self) -> dict[str, list[Any]]:
        told = self._reader.get_metrics_data()
        assert told is not None
        return {
            metric.name: list(metric.data.data_points)
            for resource in told.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def watched() -> Iterator[Watched]:
    told = Watched()
    before = watch(told.otel)
    yield told
    watch(before)
    told.otel.close()


def test_a_turn_and_a_failure_are_told_with_their_measures_and_without_a_word_of_them(watched: Watched) -> None:
    with Engine() as engine:
        if not engine.capabilities().can_speak:
            pytest.skip(" ".join(engine.capabilities().why_not))
        faults = Faults(create_app(engine))
        studio = open_studio(Settings(AUDIOKIT_MAX_RETRIES=0), transport=InProcessTransport(faults))
        studio.person()
        try:
            talk = studio.converse.start(ME, Options(uses_tools=False)).id
            answered = asked(studio, talk, QUESTION)
            faults.next(broken())
            asked(studio, talk, QUESTION)
            failed_entry, entry = studio.ledger.recent(ME, 2)
        finally:
            studio.close()

    done, failed = (span for span in watched.spans if span.attributes and "audiokit.page" in span.attributes)
    assert (done.name, done.kind) == (f"chat {entry.model_asked}", SpanKind.CLIENT)
    assert done.attributes is not None
    assert done.attributes["gen_ai.operation.name"] == "chat"
    assert done.attributes["gen_ai.provider.name"] == "offline"
    assert done.attributes["gen_ai.usage.output_tokens"] == (entry.text_out_tokens or 0) + (entry.audio_out_tokens or 0)
    assert done.end_time is not None
    assert done.start_time is not None
    assert (done.end_time - done.start_time) // 1_000_000 == entry.total_ms
    assert failed.status.status_code is StatusCode.ERROR
    assert (failed.attributes or {})["error.type"] == failed_entry.error == "ProviderBusy"
    points = watched.points()
    assert sum(point.count for point in points["gen_ai.client.operation.duration"]) == 2
    assert {point.attributes["gen_ai.token.type"] for point in points["gen_ai.client.token.usage"]} == {
        "input",
        "output",
    }
    (loud,) = points["audiokit.sound.below_full_scale"]
    assert (loud.count, loud.attributes["audiokit.sound.direction"]) == (1, "out")
    assert loud.sum == -(entry.out_loudness_lufs or 0)
    told = json.dumps([json.loads(span.to_json()) for span in watched.spans]) + repr(points)
    for private in (QUESTION, answered.turns[-1].said, talk, ME, str(entry.turn_id)):
        assert private not in told


def test_a_job_is_a_span_around_its_calls_and_counted_while_it_runs(watched: Watched) -> None:
    running = list[Any]()

    def work() -> None:
        with watched_job("write"):
            running.extend(watched.points()["audiokit.jobs.active"])
            with watched_job("make"):
                pass
            raise ValueError("no good, said Ada")

    with pytest.raises(ValueError, match="no good"):
        work()

    inner, outer = watched.spans
    assert [point.value for point in running] == [1]
    assert {point.value for point in watched.points()["audiokit.jobs.active"]} == {0}
    assert (inner.name, outer.name) == ("job make", "job write")
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert (outer.status.status_code, dict(outer.attributes or {})) == (
        StatusCode.ERROR,
        {"audiokit.job": "write", "error.type": "ValueError"},
    )
    assert outer.events == ()
    assert "Ada" not in outer.to_json()


def test_switched_on_by_its_setting_it_sends_to_where_opentelemetry_s_own_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = list[tuple[str, bytes]]()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
        with telemetry(Settings(AUDIOKIT_DATA_DIR=tmp_path, AUDIOKIT_OTEL=True)), watched_job("write"):
            pass
        server.shutdown()
    with telemetry(Settings(AUDIOKIT_DATA_DIR=tmp_path)), watched_job("make"):
        pass

    sent = dict(came)
    assert sent.keys() == {"/v1/traces", "/v1/metrics"}
    assert b"job write" in sent["/v1/traces"]
    assert b"audiokit.jobs.active" in sent["/v1/metrics"]
    assert not any(b"job make" in body for _, body in came)
