from __future__ import annotations

import re
from pathlib import Path

import pytest

from audiokit.errors import NotConfigured
from audiokit.settings import Engine, Settings

SECRET = "sk-very-secret-000"


def in_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(text, "utf-8")
    monkeypatch.setattr(Settings, "secrets_file", path)


def test_with_nothing_set_the_offline_engine_answers() -> None:
    assert Settings.read().chosen_engine is Engine.OFFLINE


@pytest.mark.parametrize(
    ("environment", "engine"),
    [
        ({"OPENAI_API_KEY": SECRET}, Engine.OPENAI),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"}, Engine.COMPATIBLE),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1", "OPENAI_API_KEY": SECRET}, Engine.COMPATIBLE),
        ({"AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com", "AZURE_OPENAI_API_KEY": SECRET}, Engine.AZURE),
        ({"OPENAI_API_KEY": SECRET, "AUDIOKIT_ENGINE": "offline"}, Engine.OFFLINE),
    ],
)
def test_the_engine_follows_from_the_standard_names(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], engine: Engine
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings.read().chosen_engine is engine


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_file(monkeypatch, tmp_path, 'AUDIOKIT_PORT = 9000\naudiokit_max_retries = 7\n[auth]\nclient_id = "not ours"\n')
    monkeypatch.setenv("AUDIOKIT_PORT", "9100")

    settings = Settings.read()

    assert (settings.port, settings.max_retries, settings.request_timeout_s) == (9100, 7, 120.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUDIOKIT_ENGINE", "elevenlabs"),
        ("AUDIOKIT_PORT", "eighty"),
        ("AUDIOKIT_PORT", "0"),
        ("AUDIOKIT_MODELS", "{not json"),
        ("OPENAI_BASE_URL", "ftp://example.org"),
        ("OPENAI_API_VERSION", "latest"),
        ("AUDIOKIT_REQUEST_TIMEOUT_S", "-1"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(NotConfigured, match=name):
        Settings.read()


def test_a_misspelt_name_is_refused_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_DATABSE_URL", "postgresql://localhost/x")
    with pytest.raises(NotConfigured, match=r"AUDIOKIT_DATABSE_URL.*AUDIOKIT_DATABASE_URL"):
        Settings.read()


def test_an_engine_without_what_it_needs_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_ENGINE", "azure")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com")
    with pytest.raises(NotConfigured, match="AZURE_OPENAI_API_KEY"):
        Settings.read()


def test_a_file_that_is_not_toml_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_file(monkeypatch, tmp_path, "OPENAI_API_KEY = sk-unquoted\n")
    with pytest.raises(NotConfigured, match=r"secrets\.toml"):
        Settings.read()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("AUDIOKIT_DATABASE_URL", f"postgresql://me:{SECRET}@localhost/x")
    settings = Settings.read()
    assert SECRET not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_wrong_secret_is_not_in_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", SECRET)
    with pytest.raises(NotConfigured) as caught:
        Settings.read()
    assert SECRET not in str(caught.value)


def test_every_setting_is_described_and_named_as_in_the_environment() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", str(field.validation_alias)), name
