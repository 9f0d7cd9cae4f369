"""What Prometheus is told: read by its own parser, from a ledger with known calls; and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.metrics import metrics_routes
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.usage.ledger import Entry

AT = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
CALL = Entry(
    id="1", at=AT, person_id="ada-lovelace", page="record_and_converse", endpoint="openai", kind="converse",
    model_asked="gpt-audio-1.5", text_in_tokens=11, audio_in_tokens=17, cached_in_tokens=0, text_out_tokens=5,
    audio_out_tokens=28, input_ms=1_700, output_ms=1_400, cost_nanousd=2_413_500, first_byte_ms=450, total_ms=1_900,
    outcome="answered", conversation_id="a-private-talk", out_sound_ms=1_400, out_speech_ms=700, out_clipped_ratio=0.02,
    out_loudness_lufs=-21.0, out_bandwidth_hz=7_900,
)  # fmt: skip


@pytest.fixture
def studio() -> Iterator[Studio]:
    one = open_studio(Settings(AUDIOKIT_ENGINE="offline"))
    one.person()
    yield one
    one.close()


def scraped(studio: Studio, tmp_path: Path, headers: dict[str, str] | None = None, **settings: Any) -> tuple[int, str]:
    own = replace(studio, settings=Settings(AUDIOKIT_DATA_DIR=tmp_path, **settings))
    with TestClient(Starlette(routes=metrics_routes(lambda: own))) as client:
        answer = client.get("/api/metrics", headers=headers)
    return answer.status_code, answer.text


def test_what_is_told_is_what_the_ledger_has_and_names_nobody(studio: Studio, tmp_path: Path) -> None:
    failed = replace(CALL, outcome="failed", error="ReplyUnusable", cost_nanousd=None, first_byte_ms=None)
    for number, entry in enumerate((CALL, replace(CALL, total_ms=9_000), failed)):
        studio.ledger.write(replace(entry, id=str(number)))

    status, text = scraped(studio, tmp_path, AUDIOKIT_METRICS="on")
    samples = {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

    place = ("gpt-audio-1.5", "record_and_converse")
    assert status == 200
    assert samples["audiokit_calls_total", *place] == 3
    assert samples["audiokit_errors_total", place[0], "failed", place[1]] == 1
    assert samples["audiokit_tokens_total", "audio_out", *place] == 84
    assert samples["audiokit_cost_usd_total", *place] == pytest.approx(0.004827)
    assert samples["audiokit_unpriced_calls_total", *place] == 1
    assert samples["audiokit_sound_seconds_total", "out", *place] == pytest.approx(2.8)
    assert samples["audiokit_first_sound_seconds_bucket", "+Inf", *place] == 2
    out = ("out", *place)
    assert samples["audiokit_sounds_measured_total", *out] == 2
    assert samples["audiokit_sounds_clipped_total", *out] == 2
    assert samples["audiokit_sounds_speech_seconds_total", *out] == pytest.approx(1.4)
    loud = {labels[1]: n for (name, *labels), n in samples.items() if name == "audiokit_sound_loudness_lufs_bucket"}
    assert (loud["-24"], loud["-18"], loud["+Inf"]) == (0, 2, 2)
    took = {float(le): count for (name, le, *_), count in samples.items() if name == "audiokit_call_seconds_bucket"}
    assert sorted(took.values()) == [took[edge] for edge in sorted(took)]
    assert {count for le, count in took.items() if le < 1.5} == {0}
    assert {count for le, count in took.items() if 3 < le < 8} == {1}
    assert took[float("inf")] == 2
    for private in ("ada", "lovelace", "private"):
        assert private not in text


def test_it_is_off_unless_it_is_switched_on_and_then_wants_its_token(studio: Studio, tmp_path: Path) -> None:
    on: dict[str, Any] = {"AUDIOKIT_METRICS": True, "AUDIOKIT_METRICS_TOKEN": "a-long-token"}

    assert scraped(studio, tmp_path)[0] == 404
    assert scraped(studio, tmp_path, **on)[0] == 401
    assert scraped(studio, tmp_path, {"Authorization": "Bearer a-long-toke"}, **on)[0] == 401
    status, text = scraped(studio, tmp_path, {"Authorization": "Bearer a-long-token"}, **on)
    assert status == 200
    assert "a-long-token" not in text


def test_jobs_that_wait_are_counted_by_their_workflow(studio: Studio, tmp_path: Path) -> None:
    """No worker runs here."""
    for _ in range(2):
        studio.summaries.making.jobs.start("write", "local", "programme")

    _, text = scraped(studio, tmp_path, AUDIOKIT_METRICS=True)

    assert 'audiokit_jobs{state="queued",workflow="write"} 2.0' in text
