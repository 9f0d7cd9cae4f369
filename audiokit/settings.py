"""What an operator can set, read once: defaults < ``.streamlit/secrets.toml`` < environment.

Names are those of the environment; in the secrets file they may be written in either case. The names that every
OpenAI tool knows (``OPENAI_API_KEY`` and so on) are honoured as they are; ours begin with ``AUDIOKIT_``.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from audiokit.errors import NotConfigured

__all__ = ["DEFAULT_SECRETS_FILE", "Engine", "LogFormat", "Mode", "RateLimit", "Settings", "WorkerMode", "is_loopback"]

DEFAULT_SECRETS_FILE = Path(".streamlit") / "secrets.toml"
_OURS = "audiokit_"


class Engine(StrEnum):
    """Who speaks and listens."""

    AUTO = "auto"
    OPENAI = "openai"
    AZURE = "azure"
    COMPATIBLE = "compatible"
    OFFLINE = "offline"


class WorkerMode(StrEnum):
    """Who starts the process in which jobs run."""

    APP = "app"
    NONE = "none"


class Mode(StrEnum):
    """Who uses an installation."""

    SINGLE = "single"
    OIDC = "oidc"


class LogFormat(StrEnum):
    """How the log is written."""

    TEXT = "text"
    JSON = "json"


def _http_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return value


def _origin(value: str) -> str:
    address = urlsplit(_http_address(value).rstrip("/"))
    if not address.netloc or address.path or address.query or address.fragment or address.username:
        raise ValueError("must be an origin alone, such as https://desk.example.org")
    return address.geturl()


def _bucket_address(value: str) -> str:
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\s?#]*)?", value):
        raise ValueError("must look like s3://BUCKET or s3://BUCKET/FOLDER")
    return value


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 32:
        raise ValueError("must have 32 characters or more; `openssl rand -hex 32` makes some")
    return value


def _zone_name(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, no plain name, a folder of zones
        raise ValueError("is no time zone that this system knows; write it as Europe/Berlin, or UTC") from None


def _absolute(value: Path) -> Path:
    return value.expanduser().absolute()


def _in_order(value: object) -> tuple[Engine, ...]:
    """Read ``azure,openai,offline``, or the same as a list in the secrets file. What stands there is not repeated."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError(_AN_ENGINE)
    names = [name.strip().lower() for name in names]
    if not names or not set(names) <= set(Engine):
        raise ValueError(_AN_ENGINE)
    order = tuple(Engine(name) for name in names)
    if len(set(order)) < len(order):
        raise ValueError("each engine can be named once only; the first is asked first, the others stand in for it")
    if Engine.AUTO in order and len(order) > 1:
        raise ValueError("auto finds one engine and stands alone; to have others stand in, name them all")
    return order


def _roles_at_engines(value: dict[str, str]) -> dict[str, str]:
    for key in value:
        engine, dot, _ = key.rpartition(".")
        if dot and engine not in set(Engine) - {Engine.AUTO}:
            raise ValueError(f"{key} names no engine before its dot; write it as converse, or openai.converse")
    return value


_AN_ENGINE = (
    f"an engine is one of {', '.join(Engine)}; several are written in the order in which to ask them, such as "
    "azure,openai,offline"
)
Order = Annotated[tuple[Engine, ...], NoDecode, BeforeValidator(_in_order)]
Address = Annotated[str, AfterValidator(_http_address)]
BucketAddress = Annotated[str, AfterValidator(_bucket_address)]
Origin = Annotated[str, AfterValidator(_origin)]
LongSecret = Annotated[SecretStr, AfterValidator(_long_enough)]
RoleName = Literal["viewer", "member", "admin"]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
Folder = Annotated[Path, AfterValidator(_absolute)]
ModelsByRole = Annotated[dict[str, str], AfterValidator(_roles_at_engines)]


_ONE_PERSON = (
    "with AUDIOKIT_MODE=single nobody signs in: serve it at 127.0.0.1, let people sign in (AUDIOKIT_MODE=oidc), or say "
    "with AUDIOKIT_OPEN=true that everybody who reaches it is that one person"
)


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class RateLimit(BaseModel):
    """How much a provider allows a minute; None is as much as one likes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: int | None = Field(None, ge=1)
    tokens: int | None = Field(None, ge=1)


def _rates_at_engines(value: dict[str, RateLimit]) -> dict[str, RateLimit]:
    for key in value:
        if key.partition(".")[0] not in set(Engine) - {Engine.AUTO}:
            raise ValueError(f"{key} names no engine; write it as openai, or openai.gpt-audio for a family of models")
    return value


RatesByEngine = Annotated[dict[str, RateLimit], AfterValidator(_rates_at_engines)]


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

    order: Order = Field(
        (Engine.AUTO,),
        validation_alias="AUDIOKIT_ENGINE",
        description="Who speaks and listens: `openai`, `azure`, `compatible`, `offline`, or several in order, such as "
        "`azure,openai,offline`: the first is asked first, and a later one only where nothing can have been billed by "
        "those before. `auto` takes one: Azure if its endpoint is set, the compatible server if its address is set, "
        "OpenAI if its key is set, and else the offline engine.",
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias="OPENAI_API_KEY",
        description="Key of OpenAI, or of the compatible server at `OPENAI_BASE_URL`.",
    )
    openai_base_url: Address | None = Field(
        None,
        validation_alias="OPENAI_BASE_URL",
        description="Address of a server that speaks OpenAI's wire format, such as `http://127.0.0.1:8000/v1`; with "
        "`AUDIOKIT_ENGINE=openai`, another address of OpenAI's own.",
    )
    compatible_base_url: Address | None = Field(
        None,
        validation_alias="AUDIOKIT_COMPATIBLE_BASE_URL",
        description="Address of the compatible server, in place of `OPENAI_BASE_URL`: to have it beside OpenAI. "
        "Nothing that is set for OpenAI is sent there.",
    )
    compatible_api_key: SecretStr | None = Field(
        None,
        validation_alias="AUDIOKIT_COMPATIBLE_API_KEY",
        description="Key of the server at `AUDIOKIT_COMPATIBLE_BASE_URL`, if it wants one.",
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
    models: ModelsByRole = Field(
        default_factory=dict,
        validation_alias="AUDIOKIT_MODELS",
        description='Models by role, above the catalog\'s choice: `{"converse": "my-model", "transcribe": "other"}` at '
        'the first engine, `{"openai.converse": "gpt-audio"}` at the one that is named.',
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
    blobs_url: BucketAddress | None = Field(
        None,
        validation_alias="AUDIOKIT_BLOBS_URL",
        description="Where recordings are kept: `s3://BUCKET` or `s3://BUCKET/FOLDER`, at Amazon or any server that "
        "speaks its protocol; without it, the data folder.",
    )
    secret: LongSecret | None = Field(
        None,
        validation_alias="AUDIOKIT_SECRET",
        description="What addresses of recordings and feeds are signed with: 32 random characters or more. Without it "
        "one is made and kept in the data folder, which does for one machine; several must be given the same.",
    )
    aws_endpoint_url: Address | None = Field(
        None,
        validation_alias="AWS_ENDPOINT_URL",
        description="Address of the server that has the bucket, where it is not Amazon's, such as "
        "`https://minio.example.org:9000`.",
    )
    aws_region: str | None = Field(
        None,
        validation_alias="AWS_REGION",
        description="Region of the bucket, such as `eu-central-1`; other servers mostly take any.",
    )
    aws_access_key_id: SecretStr | None = Field(
        None,
        validation_alias="AWS_ACCESS_KEY_ID",
        description="Key for the bucket; without it, the role that Amazon gives the machine or the container.",
    )
    aws_secret_access_key: SecretStr | None = Field(
        None, validation_alias="AWS_SECRET_ACCESS_KEY", description="The secret that belongs to that key."
    )
    aws_session_token: SecretStr | None = Field(
        None, validation_alias="AWS_SESSION_TOKEN", description="The token of such a key, if it is a temporary one."
    )
    cache_mb: int = Field(
        1024,
        ge=0,
        le=1_000_000,
        validation_alias="AUDIOKIT_CACHE_MB",
        description="Megabytes of generated sound that are kept at hand in the data folder, the least used let go of "
        "first; `0` keeps none. What was paid for stays whatever this says.",
    )
    worker: WorkerMode = Field(
        WorkerMode.APP,
        validation_alias="AUDIOKIT_WORKER",
        description="Who runs jobs, such as programmes: `app` starts a worker process of its own, `none` leaves it to "
        "`audiokit worker`, of which there can be any number on PostgreSQL.",
    )
    jobs_at_once: int = Field(
        4,
        ge=1,
        le=64,
        validation_alias="AUDIOKIT_JOBS_AT_ONCE",
        description="How many jobs one worker runs at a time; of one person, two.",
    )
    reads_voice: bool = Field(
        True,
        validation_alias="AUDIOKIT_READS_VOICE",
        description="`false` switches off all inference from how voices sound, for everybody here, as the European "
        "Union demands at work and in education, but for medical or safety reasons (AI Act, Regulation (EU) 2024/1689, "
        "Article 5(1)(f)). What words say, and plain measures of the sound, stay.",
    )
    consent: str | None = Field(
        None,
        validation_alias="AUDIOKIT_CONSENT",
        description="Your own text, in Markdown, which everybody has to agree to before they record for the first time "
        "on a page with a microphone; after a change, again. Without it, nothing is asked.",
    )
    keep_nothing: bool = Field(
        False,
        validation_alias="AUDIOKIT_KEEP_NOTHING",
        description="`true` keeps no sound of what is said in conversations, for everybody here: it is in memory only, "
        "until it was answered.",
    )
    redact: bool = Field(
        False,
        validation_alias="AUDIOKIT_REDACT",
        description="`true` takes e-mail and IP addresses, telephone, bank account and payment card numbers out of "
        "words before they are stored, for everybody here. Names of people and places are not covered.",
    )
    openai_admin_key: SecretStr | None = Field(
        None,
        validation_alias="OPENAI_ADMIN_KEY",
        description="An admin key of OpenAI's, to read the bill with: each night the ledger is held against it. It is "
        "used for nothing else.",
    )
    bill_project_id: str | None = Field(
        None,
        validation_alias="AUDIOKIT_BILL_PROJECT_ID",
        description="Project at OpenAI whose bill is audiokit's, `proj_…`; without it, all that the account uses.",
    )
    bill_api_key_id: str | None = Field(
        None,
        validation_alias="AUDIOKIT_BILL_API_KEY_ID",
        description="The same by API key, `key_…` (its id, not the key).",
    )
    log_format: LogFormat = Field(
        LogFormat.TEXT,
        validation_alias="AUDIOKIT_LOG_FORMAT",
        description="`json` writes the log as one JSON object a line. Neither has a key, a word or a sound in it.",
    )
    metrics: bool = Field(
        False,
        validation_alias="AUDIOKIT_METRICS",
        description="`true` answers Prometheus at `/api/metrics` (extra `metrics`).",
    )
    metrics_token: SecretStr | None = Field(
        None,
        validation_alias="AUDIOKIT_METRICS_TOKEN",
        description="What Prometheus has to show there as its bearer token; without it, anybody who reaches the app is "
        "answered.",
    )
    otel: bool = Field(
        False,
        validation_alias="AUDIOKIT_OTEL",
        description="`true` sends traces and metrics by OpenTelemetry (extra `otel`); its own `OTEL_…` variables say "
        "where to.",
    )
    time_zone: ZoneName | None = Field(
        None,
        validation_alias="AUDIOKIT_TIME_ZONE",
        description="Whose days and months usage and budgets are counted in, such as `Europe/Berlin`; without it the "
        "system's own, or UTC, and on PostgreSQL that of the machine that was first. After a change the sums are made "
        "anew at the next start.",
    )
    notice_webhook: SecretStr | None = Field(
        None,
        validation_alias="AUDIOKIT_NOTICE_WEBHOOK",
        description="Address on the web that is posted a notice, as JSON, when 50, 80 and 95 % of a budget are spent.",
    )
    notice_webhook_private: bool = Field(
        False,
        validation_alias="AUDIOKIT_NOTICE_WEBHOOK_PRIVATE",
        description="`true` lets that address be one of a private network.",
    )
    notice_email: str | None = Field(
        None,
        validation_alias="AUDIOKIT_NOTICE_EMAIL",
        description="Who is sent the same by e-mail; several with commas. It needs `AUDIOKIT_SMTP_SERVER`.",
    )
    notice_email_sender: str | None = Field(
        None,
        validation_alias="AUDIOKIT_NOTICE_EMAIL_SENDER",
        description="From whom these e-mails are; without it, from the first who gets them.",
    )
    smtp_server: SecretStr | None = Field(
        None,
        validation_alias="AUDIOKIT_SMTP_SERVER",
        description="`smtp://NAME:PASSWORD@HOST:587`, or `smtps://…`; a password is sent over TLS only.",
    )
    upload_mb: int = Field(
        200,
        ge=1,
        le=2000,
        validation_alias="AUDIOKIT_UPLOAD_MB",
        description="Megabytes that one uploaded file may have. A proxy in front has to let through a little more.",
    )
    uploads_held_mb: int = Field(
        2000,
        ge=2,
        le=1_000_000,
        validation_alias="AUDIOKIT_UPLOADS_HELD_MB",
        description="Megabytes of uploads that are in memory at a time, those of one visit up to half of it; each "
        "stays there until it is kept.",
    )
    person_calls_per_minute: int | None = Field(
        None,
        ge=1,
        le=10_000,
        validation_alias="AUDIOKIT_PERSON_CALLS_PER_MINUTE",
        description="How many turns, prompts, programmes and analyses one person may start in a minute, a twentieth of "
        "them at once; without it, 240 where people sign in, and as many as one likes where one is alone.",
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
    mode: Mode = Field(
        Mode.SINGLE,
        validation_alias="AUDIOKIT_MODE",
        description="Who uses this installation: `single`, the one person of this machine, who need not sign in; or "
        "`oidc`, whoever signs in with an OpenID Connect provider (extra `oidc`).",
    )
    open: bool = Field(
        False,
        validation_alias="AUDIOKIT_OPEN",
        description="With `AUDIOKIT_MODE=single`: `true` lets the app be reached from other machines, and everybody "
        "who reaches it is that one person, who may do everything.",
    )
    oidc_metadata_url: Address | None = Field(
        None,
        validation_alias="AUDIOKIT_OIDC_METADATA_URL",
        description="The provider's metadata, `https://…/.well-known/openid-configuration`.",
    )
    oidc_client_id: str | None = Field(
        None, validation_alias="AUDIOKIT_OIDC_CLIENT_ID", description="What the provider calls this installation."
    )
    oidc_client_secret: SecretStr | None = Field(
        None, validation_alias="AUDIOKIT_OIDC_CLIENT_SECRET", description="The secret that it gave with that."
    )
    public_url: Origin | None = Field(
        None,
        validation_alias="AUDIOKIT_PUBLIC_URL",
        description="Where browsers reach the app, such as `https://desk.example.org`. The provider must know "
        "`/oauth2callback` below it as a redirect address.",
    )
    cookie_secret: LongSecret | None = Field(
        None,
        validation_alias="AUDIOKIT_COOKIE_SECRET",
        description="What the cookies of those who signed in are signed with: 32 random characters or more, the same "
        "for every replica.",
    )
    oidc_role_claim: str = Field(
        "roles",
        validation_alias="AUDIOKIT_OIDC_ROLE_CLAIM",
        description="The claim that says who is `viewer`, `member` or `admin`, itself or in a list; with dots where it "
        "lies deeper, `realm_access.roles`.",
    )
    oidc_roles: dict[str, RoleName] = Field(
        default_factory=dict,
        validation_alias="AUDIOKIT_OIDC_ROLES",
        description='What stands in that claim, where it is not our own names: `{"audio-admins": "admin"}`.',
    )
    oidc_team_claim: str | None = Field(
        None,
        validation_alias="AUDIOKIT_OIDC_TEAM_CLAIM",
        description="The claim that says somebody's team; without it, an admin does.",
    )
    admins: str | None = Field(
        None,
        validation_alias="AUDIOKIT_ADMINS",
        description="E-mail addresses of those who are admins whatever their claims say; several with commas.",
    )
    default_role: Literal["viewer", "member"] = Field(
        "member",
        validation_alias="AUDIOKIT_DEFAULT_ROLE",
        description="What somebody is of whom nothing else is said: `viewer` or `member`.",
    )
    rates: RatesByEngine = Field(
        default_factory=dict,
        validation_alias="AUDIOKIT_RATES",
        description='What a provider allows a minute, over all processes together: `{"openai": {"requests": 500, '
        '"tokens": 200000}}` of each model, `{"openai.gpt-audio": {"requests": 60}}` of all whose names begin so. '
        "Calls wait for their turn. Without it, nobody counts.",
    )
    stop_grace_s: float = Field(
        20.0,
        ge=0,
        le=600,
        validation_alias="AUDIOKIT_STOP_GRACE_S",
        description="Seconds that answers and live talks are given to end once the app is told to stop (SIGTERM). "
        "`/api/health/ready` says no from then on; paid calls are waited for and recorded in any case.",
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
    def _engines_have_what_they_need(self) -> Self:
        for engine in self.engines:
            if missing := self._missing(engine):
                raise ValueError(f"AUDIOKIT_ENGINE comes to {engine.value}, and that needs {missing}")
        if self.notice_email and not self.smtp_server:
            raise ValueError("AUDIOKIT_NOTICE_EMAIL is set, and that needs AUDIOKIT_SMTP_SERVER")
        if self.compatible_api_key and not self.compatible_base_url:
            raise ValueError("AUDIOKIT_COMPATIBLE_API_KEY is set, and that needs AUDIOKIT_COMPATIBLE_BASE_URL")
        return self

    @model_validator(mode="after")
    def _people_have_what_they_need(self) -> Self:
        if self.mode is Mode.SINGLE:
            if not (self.open or is_loopback(self.host)):
                raise ValueError(f"AUDIOKIT_HOST is {self.host}, which other machines reach, and {_ONE_PERSON}")
            return self
        needed: dict[str, object] = {
            "AUDIOKIT_OIDC_METADATA_URL": self.oidc_metadata_url,
            "AUDIOKIT_OIDC_CLIENT_ID": self.oidc_client_id,
            "AUDIOKIT_OIDC_CLIENT_SECRET": self.oidc_client_secret,
            "AUDIOKIT_PUBLIC_URL": self.public_url,
            "AUDIOKIT_COOKIE_SECRET": self.cookie_secret,
        }
        if missing := next((name for name, value in needed.items() if not value), None):
            raise ValueError(f"AUDIOKIT_MODE is oidc, and that needs {missing}")
        if self.open:
            raise ValueError("AUDIOKIT_OPEN belongs to AUDIOKIT_MODE=single; with oidc, everybody signs in")
        return self

    def _missing(self, engine: Engine) -> str | None:
        """Return the first setting that ``engine`` cannot do without, or None."""
        needs: dict[Engine, dict[str, object]] = {
            Engine.OPENAI: {"OPENAI_API_KEY": self.openai_api_key},
            Engine.COMPATIBLE: {"OPENAI_BASE_URL": self.compatible_base_url or self.openai_base_url},
            Engine.AZURE: {
                "AZURE_OPENAI_ENDPOINT": self.azure_openai_endpoint,
                "AZURE_OPENAI_API_KEY": self.azure_openai_api_key,
            },
        }
        if Engine.OPENAI in self.engines:  # OPENAI_BASE_URL is OpenAI's own then, and so is the key
            needs[Engine.COMPATIBLE] = {"AUDIOKIT_COMPATIBLE_BASE_URL": self.compatible_base_url}
        return next((name for name, value in needs.get(engine, {}).items() if not value), None)

    @property
    def admin_addresses(self) -> frozenset[str]:
        """The e-mail addresses of admins, as they are compared."""
        return frozenset(part.strip().casefold() for part in (self.admins or "").split(",") if part.strip())

    def refuse_open_address(self, host: str) -> None:
        """Pass where the app may be served at this address; an empty one is every address of the machine.

        Raises:
            NotConfigured: other machines would reach it, and nobody signs in.
        """
        if self.mode is Mode.SINGLE and not self.open and not is_loopback(host):
            raise NotConfigured(f"The app is served at {host or 'every address'}, and {_ONE_PERSON}.")

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The engines that answer, in the order in which to ask them: as set, or the one that ``auto`` comes to."""
        if self.order != (Engine.AUTO,):
            return self.order
        if self.azure_openai_endpoint:
            return (Engine.AZURE,)
        if self.compatible_base_url or self.openai_base_url:
            return (Engine.COMPATIBLE,)
        return (Engine.OPENAI,) if self.openai_api_key else (Engine.OFFLINE,)

    @property
    def chosen_engine(self) -> Engine:
        """The engine that is asked first."""
        return self.engines[0]

    def models_at(self, engine: Engine) -> dict[str, str]:
        """Return the operator's models by role at ``engine``.

        A plain role holds at the first engine only: what is served there need not exist at another.
        """
        at = f"{engine.value}."
        named = {key.removeprefix(at): model for key, model in self.models.items() if key.startswith(at)}
        if engine is not self.chosen_engine:
            return named
        return {role: model for role, model in self.models.items() if "." not in role} | named

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
            raise NotConfigured(f"{key} must be JSON, such as {_JSON.get(key, _JSON_OF_MODELS)}.", key=key) from error


_JSON_OF_MODELS = '{"converse": "my-model"}'
_JSON = {
    "AUDIOKIT_OIDC_ROLES": '{"audio-admins": "admin"}',
    "AUDIOKIT_RATES": '{"openai": {"requests": 500, "tokens": 200000}}',
}


def _refuse_misspelt(environment: Mapping[str, str]) -> None:
    known = Settings.names()
    for name in environment:
        if name.lower().startswith(_OURS) and name.lower() not in known:
            near = difflib.get_close_matches(name.lower(), known, n=1)
            hint = f" Did you mean {known[near[0]]}?" if near else ""
            raise NotConfigured(f"{name} is not a setting of audiokit.{hint}", key=name)
