"""What is known about one model: what it can do, what it costs, until when it lives, and who says so. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "Confidence",
    "Evidence",
    "Lifecycle",
    "Limits",
    "Modality",
    "Model",
    "Price",
    "Provider",
    "Role",
    "Tier",
]


class Modality(StrEnum):
    """What goes in or comes out. Images are known to the catalog only so that it tells the truth."""

    TEXT = "text"
    AUDIO = "audio"
    IMAGE = "image"


class Tier(StrEnum):
    """What a person picks: the best, or the cheaper."""

    FULL = "full"
    MINI = "mini"


class Role(StrEnum):
    """What a model is needed for."""

    CONVERSE = "converse"
    SPEAK = "speak"
    TRANSCRIBE = "transcribe"
    WRITE = "write"
    JUDGE = "judge"
    LIVE = "live"
    TRANSLATE = "translate"


class Provider(StrEnum):
    """Who serves a model. A compatible server goes by OpenAI's names."""

    OPENAI = "openai"
    AZURE = "azure"
    COMPATIBLE = "compatible"
    OFFLINE = "offline"


class Confidence(StrEnum):
    """How sure a fact is."""

    A = "A"
    """Official, or two independent sources."""
    B = "B"
    """One credible source, or one recorded probe."""
    C = "C"
    """Old, weak or inferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Who says so, when that was last looked at, how sure it is, and what speaks against it."""

    source: str
    checked_on: date
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest request. ``None`` is a limit that we do not know, not the absence of one.

    ``max_body_bytes`` counts the whole HTTP body, ``max_audio_bytes`` the sound alone before base64,
    ``max_input_characters`` Unicode code points.
    """

    max_body_bytes: int | None = None
    max_audio_bytes: int | None = None
    max_audio_s: int | None = None
    max_input_characters: int | None = None
    max_session_s: int | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """A model's life at one provider. ``shuts_down_on`` is the first day without it; ``None``: no end announced."""

    provider: Provider
    deprecated_on: date | None = None
    shuts_down_on: date | None = None
    replacement: str | None = None
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs at some providers from one day until another (exclusive; ``None``: until further notice).

    Amounts are nano-dollars: per token by kind, per minute of input (or of session), per character of input.
    ``None`` is a kind for which the provider lists no price: it cannot occur, or we do not know what it costs.
    A minute and not a second, because 0.05 USD a minute is no whole number of anything per second.
    """

    id: str
    model_id: str
    providers: tuple[Provider, ...]
    from_day: date
    until_day: date | None = None
    text_in: Decimal | None = None
    cached_text_in: Decimal | None = None
    cache_write_text_in: Decimal | None = None
    text_out: Decimal | None = None
    audio_in: Decimal | None = None
    cached_audio_in: Decimal | None = None
    audio_out: Decimal | None = None
    per_minute: Decimal | None = None
    per_character: Decimal | None = None
    evidence: Evidence

    @property
    def is_by_the_token(self) -> bool:
        """Whether tokens are what is billed, and not minutes or characters."""
        return self.per_minute is None and self.per_character is None

    def holds(self, day: date, provider: Provider) -> bool:
        """Return whether this is the price at ``provider`` on ``day``."""
        begun, over = self.from_day <= day, self.until_day is not None and self.until_day <= day
        return provider in self.providers and begun and not over


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model. Names, formats and endpoints are as the wire spells them: ``chat/completions``, ``pcm16``.

    ``max_context_tokens`` is the most that goes in, as the source counts it; ``None`` is not published.
    ``output_formats`` are values of ``audio.format`` or ``response_format``; ``streamed_formats`` those with streaming.
    """

    id: str
    aliases: tuple[str, ...]
    family: str
    tier: Tier
    roles: tuple[Role, ...]
    endpoints: tuple[str, ...]
    input_modalities: tuple[Modality, ...]
    output_modalities: tuple[Modality, ...]
    max_context_tokens: int | None
    max_output_tokens: int | None
    limits: Limits
    accepted_formats: tuple[str, ...]
    output_formats: tuple[str, ...]
    streamed_formats: tuple[str, ...]
    voices: tuple[str, ...]
    azure_voices: tuple[str, ...]
    voices_evidence: Evidence | None
    calls_tools: bool
    structured_outputs: bool
    prices: tuple[Price, ...]
    lifecycles: tuple[Lifecycle, ...]
    evidence: Evidence

    @property
    def names(self) -> tuple[str, ...]:
        """The id, then the aliases."""
        return (self.id, *self.aliases)

    @property
    def tells_times(self) -> bool:
        """Whether its transcripts say when each word is said."""
        return "verbose_json" in self.output_formats

    @property
    def tells_speakers(self) -> bool:
        """Whether its transcripts tell voices apart, with the times of what each says in a row."""
        return "diarized_json" in self.output_formats

    def voices_at(self, provider: Provider) -> tuple[str, ...]:
        """Return the voices to offer there, the best described first."""
        return self.azure_voices if provider is Provider.AZURE else self.voices

    def lifecycle(self, provider: Provider) -> Lifecycle | None:
        """Return its life there, or None where it is not known to be offered."""
        keeper = Provider.OPENAI if provider is Provider.COMPATIBLE else provider
        return next((life for life in self.lifecycles if life.provider is keeper), None)

    def shuts_down_on(self, provider: Provider) -> date | None:
        """Return the first day without it there, or None: none announced, or never offered."""
        life = self.lifecycle(provider)
        return life.shuts_down_on if life else None

    def lives(self, on: date, provider: Provider) -> bool:
        """Return whether it can be had there on that day; on the day of the shutdown it cannot."""
        life = self.lifecycle(provider)
        return life is not None and (life.shuts_down_on is None or on < life.shuts_down_on)
