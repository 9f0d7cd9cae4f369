"""The catalog that ships: complete, found by every name, and right about who lives."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import date

import pytest

from audiokit.catalog.models import Catalog, Confidence, Modality, Provider, Role, Tier

CATALOG = Catalog.load()
TODAY = date(2026, 11, 21)
SEEDS = (
    "gpt-4o-audio-preview",
    "gpt-4o-audio-preview-2024-10-01",
    "gpt-4o-audio-preview-2024-12-17",
    "gpt-4o-mini-audio-preview-2024-12-17",
    "gpt-4o-mini",
    "whisper-1",
)


def test_the_catalog_is_read_once() -> None:
    assert Catalog.load() is Catalog.load()


@pytest.mark.parametrize("name", SEEDS)
def test_every_model_of_the_seeds_is_known(name: str) -> None:
    assert CATALOG.find(name) is not None


@pytest.mark.parametrize(
    ("reported", "entry"),
    [
        ("gpt-4o-audio-preview-2025-06-03", "gpt-4o-audio-preview"),
        ("gpt-4o-audio-preview-2024-10-01", "gpt-4o-audio-preview-2024-10-01"),
        ("gpt-4o-mini-audio-preview-2024-12-17", "gpt-4o-mini-audio-preview"),
        ("gpt-audio-mini-2025-12-15", "gpt-audio-mini"),
        ("gpt-audio-mini-2025-10-06", "gpt-audio-mini-2025-10-06"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"),
        ("gpt-audio-1.5", "gpt-audio-1.5"),
    ],
)
def test_a_reply_names_a_snapshot_and_it_is_found_where_its_price_stands(reported: str, entry: str) -> None:
    model = CATALOG.find(reported)
    assert model is not None
    assert model.id == entry


@pytest.mark.parametrize("name", ["", "gpt-audio-2", "-2025-06-03", "openllmetry-testing", "GPT-AUDIO-1.5"])
def test_a_name_that_nobody_has_is_unknown(name: str) -> None:
    assert CATALOG.find(name) is None


def test_a_model_is_gone_on_the_morning_of_its_shutdown_and_not_before() -> None:
    mini = CATALOG.find("gpt-audio-mini")
    assert mini is not None
    assert mini.lives(date(2027, 1, 19), Provider.OPENAI)
    assert not mini.lives(date(2027, 1, 20), Provider.OPENAI)


def test_azure_keeps_the_mini_five_months_longer_than_openai() -> None:
    mini = CATALOG.find("gpt-audio-mini")
    assert mini is not None
    assert mini.lives(date(2027, 6, 14), Provider.AZURE)
    assert not mini.lives(date(2027, 6, 15), Provider.AZURE)


def test_a_compatible_server_lives_by_openai_s_dates() -> None:
    assert CATALOG.living(TODAY, Provider.COMPATIBLE) == CATALOG.living(TODAY, Provider.OPENAI)


def test_the_previews_of_the_seeds_are_dead_today_and_their_successor_lives() -> None:
    living = {model.id for model in CATALOG.living(TODAY, Provider.OPENAI)}
    assert "gpt-audio-1.5" in living
    assert not living & {"gpt-4o-audio-preview", "gpt-4o-audio-preview-2024-10-01", "gpt-4o-mini-audio-preview"}


def test_offline_there_is_one_model_and_it_never_retires() -> None:
    assert [model.id for model in CATALOG.living(date(2999, 1, 1), Provider.OFFLINE)] == ["audiokit-offline"]


def test_the_offline_engine_answers_at_every_endpoint_of_the_wire() -> None:
    offline = CATALOG.find("audiokit-offline")
    assert offline is not None
    over_http, over_sockets = {"chat/completions", "audio/transcriptions", "audio/speech"}, {"realtime"}
    assert set(offline.endpoints) == over_http | over_sockets | {"realtime/translations"}
    assert offline.voices[:3] == ("alloy", "echo", "shimmer")


def test_following_replacements_ends_at_a_living_model() -> None:
    for model in CATALOG.models:
        heir, steps = model, 0
        while (life := heir.lifecycle(Provider.OPENAI)) and life.shuts_down_on and life.replacement:
            found = CATALOG.find(life.replacement)
            assert found is not None
            heir, steps = found, steps + 1
            assert steps < 5, model.id
        if steps:
            assert heir.shuts_down_on(Provider.OPENAI) is None, model.id


def test_a_model_that_speaks_has_voices_and_formats_and_one_that_does_not_has_no_voices() -> None:
    for model in CATALOG.models:
        speaks = Modality.AUDIO in model.output_modalities
        assert bool(model.voices) == bool(model.voices_evidence), model.id
        if speaks:
            assert model.voices, model.id
            assert set(model.streamed_formats) <= set(model.output_formats)
        else:
            assert not model.voices, model.id


def test_it_is_known_whose_transcripts_tell_times_and_whose_tell_speakers() -> None:
    writers = [model for model in CATALOG.models if "audio/transcriptions" in model.endpoints]

    assert {model.id for model in writers if model.tells_times} == {"whisper-1", "audiokit-offline"}
    assert {model.id for model in writers if model.tells_speakers} == {"gpt-4o-transcribe-diarize"}


def test_the_seeds_three_voices_are_described_and_come_first() -> None:
    assert CATALOG.voice_character("echo") == "Warm, conversational voice"
    assert CATALOG.voice_character("cedar") is None
    for model in CATALOG.models:
        if model.voices and model.family != "live":
            assert model.voices[:3] == ("alloy", "echo", "shimmer"), model.id


def test_azure_offers_fewer_voices_for_chat() -> None:
    model = CATALOG.find("gpt-audio-1.5")
    assert model is not None
    assert "fable" in model.voices_at(Provider.OPENAI)
    assert "fable" not in model.voices_at(Provider.AZURE)


def test_no_audio_model_of_a_provider_promises_structured_outputs_over_chat() -> None:
    for model in CATALOG.models:
        if Modality.AUDIO in model.input_modalities and "chat/completions" in model.endpoints:
            assert not model.structured_outputs
            assert model.calls_tools


def test_limits_that_are_not_established_say_so() -> None:
    model = CATALOG.find("gpt-audio-1.5")
    assert model is not None
    evidence = model.limits.evidence
    assert evidence is not None
    assert evidence.confidence is Confidence.C
    assert "not established" in (evidence.note or "")
    assert model.limits.max_audio_bytes == 20_000_000


def test_a_transcription_upload_is_limited_as_a_whole_body() -> None:
    model = CATALOG.find("gpt-transcribe")
    assert model is not None
    assert model.limits.max_body_bytes == 26_214_400
    assert model.limits.max_audio_bytes is not None
    assert model.limits.max_audio_bytes < 26_214_400


def test_where_sources_disagree_there_is_a_note() -> None:
    model = CATALOG.find("gpt-4o-audio-preview")
    assert model is not None
    life = model.lifecycle(Provider.OPENAI)
    assert life is not None
    assert "disagree" in (life.evidence.note or "")


def test_every_role_in_every_tier_has_candidates_who_can_play_it() -> None:
    for role in Role:
        for tier in Tier:
            candidates = CATALOG.preferred(role, tier)
            assert candidates
            assert all(role in model.roles for model in candidates)


def test_a_catalog_can_be_pickled_for_streamlit_s_cache() -> None:
    again = pickle.loads(pickle.dumps(CATALOG))  # noqa: S301 - our own bytes, made on this line
    assert again == CATALOG
    assert again.find("gpt-audio-1.5") == CATALOG.find("gpt-audio-1.5")


def test_importing_the_catalog_loads_nothing_heavy() -> None:
    code = "import sys, audiokit.catalog.models; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert not {"pydantic", "numpy", "openai", "streamlit", "sqlalchemy"} & set(done.stdout.split())
