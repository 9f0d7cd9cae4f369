"""What an operator can set, read once: defaults < ``.streamlit/secrets.toml`` < environment.

Names are those of the environment; in the secrets file they may be written in either case. The names that every
OpenAI tool knows (``OPENAI_API_KEY`` and so on) are honoured as they are; ours begin with ``AUDIOKIT_``.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from audiokit.errors import NotConfigured

__all__ = ["DEFAULT_SECRETS_FILE", "Engine", "Settings"]

DEFAULT_SECRETS_FILE = Path(".streamlit") / "secrets.toml"
_OURS = "audiokit_"


class Engine(StrEnum):
    """Who speaks and listens."""

    AUTO = "auto"
    OPENAI = "openai"
    AZURE = "azure"
    COMPATIBLE = "compatible"
    OFFLINE = "offline"


def _http_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return value


def _absolute(value: Path) -> Path:
    return value.expanduser().absolute()


Address = Annotated[str, AfterValidator(_http_address)]
Folder = Annotated[Path, AfterValidator(_absolute)]


class _SecretsFile(PydanticBaseSettingsSource):
    """The secrets file, with keys in either case and whatever is not ours (``[auth]`` and so on) left alone."""

    def __init__(self, settings_cls: type[BaseSettings], path: Path) -> None:
        super().__init__(settings_cls)
        self.path = path

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - abstract
        raise AssertionError("values are returned whole by __call__")

    def __call__(self) -> dict[str, Any]:
        if not self.path.is_file():
            return {}
        try:
            entries = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise NotConfigured(f"{self.path} is not valid TOML: {error}. Mend that line and start again.") from error
        names = Settings.names()
        given = {key.lower(): value for key, value in entries.items()}
        return {names[key]: value for key, value in given.items() if key in names}


class Settings(BaseSettings):
    """All settings; frozen. Read with :meth:`read`, which turns a wrong value into a sentence naming its key."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True)
    secrets_file: ClassVar[Path] = DEFAULT_SECRETS_FILE

    engine: Engine = Field(
        Engine.AUTO,
        validation_alias="AUDIOKIT_ENGINE",
        description="Who speaks and listens. `auto` takes Azure if its endpoint is set, OpenAI (or the compatible "
        "server at `OPENAI_BASE_URL`) if its key or address is set, and else the offline engine.",
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Key of OpenAI or of a compatible server."
    )
    openai_base_url: Address | None = Field(
        None,
        validation_alias="OPENAI_BASE_URL",
        description="Address of a server that speaks OpenAI's wire format, such as `http://127.0.0.1:8000/v1`.",
    )
    azure_openai_endpoint: Address | None = Field(
        None, validation_alias="AZURE_OPENAI_ENDPOINT", description="`https://NAME.openai.azure.com`."
    )
    azure_openai_api_key: SecretStr | None = Field(
        None, validation_alias="AZURE_OPENAI_API_KEY", description="Key of that Azure resource."
    )
    openai_api_version: str | None = Field(
        None,
        validation_alias="OPENAI_API_VERSION",
        pattern=r"^\d{4}-\d{2}-\d{2}(-preview)?$",
        description="Azure only. If set, the classic deployment paths with this version are used "
        "(`2025-01-01-preview` or later serves audio); if not, the v1 path.",
    )
    azure_deployments: dict[str, str] = Field(
        default_factory=dict,
        validation_alias="AUDIOKIT_AZURE_DEPLOYMENTS",
        description='Deployment names where they differ from the model\'s: `{"gpt-audio-1.5": "my-audio"}`.',
    )
    models: dict[str, str] = Field(
        default_factory=dict,
        validation_alias="AUDIOKIT_MODELS",
        description='Models by role, above the catalog\'s choice: `{"converse": "my-model", "transcribe": "other"}`.',
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="AUDIOKIT_DATABASE_URL",
        description="`postgresql://USER:PASSWORD@HOST/NAME`; without it, SQLite in the data folder.",
    )
    data_dir: Folder = Field(
        Path("~/.audiokit"),
        validate_default=True,
        validation_alias="AUDIOKIT_DATA_DIR",
        description="Folder for recordings, replies and the SQLite database.",
    )
    request_timeout_s: float = Field(
        120.0,
        gt=0,
        le=600,
        validation_alias="AUDIOKIT_REQUEST_TIMEOUT_S",
        description="Seconds that one call may take in all.",
    )
    max_retries: int = Field(
        2,
        ge=0,
        le=10,
        validation_alias="AUDIOKIT_MAX_RETRIES",
        description="How often a call that failed before an answer began is tried again.",
    )
    host: str = Field("127.0.0.1", validation_alias="AUDIOKIT_HOST", description="Address that `audiokit run` binds.")
    port: int = Field(
        8501, ge=1, le=65535, validation_alias="AUDIOKIT_PORT", description="Port that `audiokit run` binds."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic-settings'
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: what is passed in, the environment, the secrets file, the defaults."""
        return init_settings, env_settings, _SecretsFile(settings_cls, cls.secrets_file)

    @model_validator(mode="after")
    def _engine_has_what_it_needs(self) -> Self:
        missing = {
            Engine.OPENAI: None if self.openai_api_key else "OPENAI_API_KEY",
            Engine.COMPATIBLE: None if self.openai_base_url else "OPENAI_BASE_URL",
            Engine.AZURE: None if self.azure_openai_endpoint else "AZURE_OPENAI_ENDPOINT",
        }.get(self.chosen_engine)
        if missing is None and self.chosen_engine is Engine.AZURE and not self.azure_openai_api_key:
            missing = "AZURE_OPENAI_API_KEY"
        if missing:
            raise ValueError(f"AUDIOKIT_ENGINE is {self.chosen_engine.value}, and that needs {missing}")
        return self

    @property
    def chosen_engine(self) -> Engine:
        """The engine that answers: what was asked for, or what ``auto`` comes to."""
        if self.engine is not Engine.AUTO:
            return self.engine
        if self.azure_openai_endpoint:
            return Engine.AZURE
        if self.openai_base_url:
            return Engine.COMPATIBLE
        return Engine.OPENAI if self.openai_api_key else Engine.OFFLINE

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return every setting's name in lower case, and the same as it is written in the environment."""
        return {str(f.validation_alias).lower(): str(f.validation_alias) for f in cls.model_fields.values()}

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Raises:
            NotConfigured: a value is wrong or a name is misspelt; the sentence names the key, never a secret.
        """
        _refuse_misspelt(os.environ if environment is None else environment)
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            key = ".".join(str(part) for part in first["loc"])
            sentence = first["msg"].removeprefix("Value error, ")
            raise NotConfigured(f"{key}: {sentence}." if key else f"{sentence}.", key=key or None) from error
        except SettingsError as error:  # a JSON value that does not parse; its message has our field's name in quotes
            field = str(error).partition('"')[2].partition('"')[0]
            key = str(cls.model_fields[field].validation_alias)
            raise NotConfigured(f'{key} must be JSON, such as {{"converse": "my-model"}}.', key=key) from error


def _refuse_misspelt(environment: Mapping[str, str]) -> None:
    known = Settings.names()
    for name in environment:
        if name.lower().startswith(_OURS) and name.lower() not in known:
            near = difflib.get_close_matches(name.lower(), known, n=1)
            hint = f" Did you mean {known[near[0]]}?" if near else ""
            raise NotConfigured(f"{name} is not a setting of audiokit.{hint}", key=name)
