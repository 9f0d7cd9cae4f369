from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiokit.cli.main import main
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
        ({"AUDIOKIT_COMPATIBLE_BASE_URL": "http://127.0.0.1:8000/v1"}, Engine.COMPATIBLE),
        ({"AUDIOKIT_COMPATIBLE_BASE_URL": "http://h/v1", "OPENAI_API_KEY": SECRET}, Engine.COMPATIBLE),
    ],
)
def test_the_engine_follows_from_the_standard_names(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], engine: Engine
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings.read().chosen_engine is engine


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """What every engine needs."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("AUDIOKIT_COMPATIBLE_BASE_URL", "http://127.0.0.1:8000/v1")


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("order", "engines"),
    [
        ("offline", (Engine.OFFLINE,)),
        ("azure,openai,offline", (Engine.AZURE, Engine.OPENAI, Engine.OFFLINE)),
        (" OpenAI , compatible ", (Engine.OPENAI, Engine.COMPATIBLE)),
        ("auto", (Engine.AZURE,)),
    ],
)
def test_engines_are_asked_in_the_order_in_which_they_are_named(
    monkeypatch: pytest.MonkeyPatch, order: str, engines: tuple[Engine, ...]
) -> None:
    monkeypatch.setenv("AUDIOKIT_ENGINE", order)

    settings = Settings.read()

    assert settings.engines == engines
    assert settings.chosen_engine is engines[0]


def test_in_the_secrets_file_the_order_can_be_a_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_file(monkeypatch, tmp_path, f'audiokit_engine = ["openai", "offline"]\nopenai_api_key = "{SECRET}"\n')

    assert Settings.read().engines == (Engine.OPENAI, Engine.OFFLINE)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ("azure,azure", "each engine can be named once only"),
        ("openai,auto", "auto finds one engine and stands alone"),
        ("azure,elevenlabs", "an engine is one of auto, openai, azure, compatible, offline"),
        ("azure,,offline", "an engine is one of"),
        (",", "an engine is one of"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, order: str, sentence: str
) -> None:
    monkeypatch.setenv("AUDIOKIT_ENGINE", order)
    with pytest.raises(NotConfigured, match=f"^AUDIOKIT_ENGINE: {sentence}.*\\.$"):
        Settings.read()


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("order", "name"),
    [
        ("offline,openai", "OPENAI_API_KEY"),
        ("offline,azure", "AZURE_OPENAI_ENDPOINT"),
        ("openai,azure", "AZURE_OPENAI_API_KEY"),
        ("openai,compatible", "AUDIOKIT_COMPATIBLE_BASE_URL"),
    ],
)
def test_every_engine_of_the_order_must_have_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, order: str, name: str
) -> None:
    monkeypatch.delenv(name)
    monkeypatch.setenv("AUDIOKIT_ENGINE", order)
    with pytest.raises(NotConfigured, match=f"AUDIOKIT_ENGINE comes to {order.split(',')[1]}, and that needs {name}"):
        Settings.read()


def test_openais_own_names_cannot_mean_openai_and_a_compatible_server_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its key would go to both."""
    monkeypatch.setenv("AUDIOKIT_ENGINE", "compatible,openai")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with pytest.raises(NotConfigured, match="needs AUDIOKIT_COMPATIBLE_BASE_URL"):
        Settings.read()


def test_a_key_of_a_compatible_server_without_its_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_COMPATIBLE_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    with pytest.raises(NotConfigured, match=r"AUDIOKIT_COMPATIBLE_API_KEY .* needs AUDIOKIT_COMPATIBLE_BASE_URL"):
        Settings.read()


@pytest.mark.usefixtures("everything")
def test_a_plain_role_holds_at_the_first_engine_and_a_named_one_at_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_ENGINE", "compatible,openai,offline")
    models = '{"converse": "qwen", "write": "llama", "compatible.write": "mistral", "openai.converse": "gpt-audio"}'
    monkeypatch.setenv("AUDIOKIT_MODELS", models)

    settings = Settings.read()

    assert settings.models_at(Engine.COMPATIBLE) == {"converse": "qwen", "write": "mistral"}
    assert settings.models_at(Engine.OPENAI) == {"converse": "gpt-audio"}
    assert settings.models_at(Engine.OFFLINE) == {}


@pytest.mark.parametrize("key", ["opnai.converse", "auto.converse", ".converse"])
def test_a_model_for_no_engine_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("AUDIOKIT_MODELS", f'{{"{key}": "x"}}')
    with pytest.raises(NotConfigured, match=r"AUDIOKIT_MODELS: .*names no engine before its dot"):
        Settings.read()


@pytest.mark.usefixtures("everything")
def test_the_command_shows_the_order_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_ENGINE", "azure,openai,offline")
    monkeypatch.setenv("AUDIOKIT_COMPATIBLE_API_KEY", SECRET)

    shown = CliRunner().invoke(main, ["settings"]).output

    assert re.search(r"^AUDIOKIT_ENGINE +azure,openai,offline$", shown, re.MULTILINE)
    assert re.search(r"^AUDIOKIT_COMPATIBLE_API_KEY +\(set\)$", shown, re.MULTILINE)
    assert "Asked in this order: azure, openai, offline." in shown
    assert SECRET not in shown


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


def test_notices_by_email_need_a_server_to_send_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_NOTICE_EMAIL", "ada@example.org")
    with pytest.raises(NotConfigured, match="AUDIOKIT_NOTICE_EMAIL is set, and that needs AUDIOKIT_SMTP_SERVER"):
        Settings.read()
