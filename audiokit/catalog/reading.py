"""Turns the catalog's TOML into values, part by part. Whether the parts agree is checked by the catalog itself."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from audiokit.catalog.facts import Evidence, Lifecycle, Limits, Modality, Model, Provider, Role, Tier
from audiokit.catalog.price_lists import read_price
from audiokit.catalog.tables import CatalogMistake, Sources, Table, Toml

__all__ = ["ENDPOINTS", "Contents", "Preference", "read"]

ENDPOINTS = frozenset(
    (
        "audio/speech",
        "audio/transcriptions",
        "audio/translations",
        "batch",
        "chat/completions",
        "live/sessions",
        "realtime",
        "realtime/transcription",
        "realtime/translations",
        "responses",
    )
)
_LIMITS = ("max_body_bytes", "max_audio_bytes", "max_audio_s", "max_input_characters", "max_session_s")
_VoiceSet = tuple[tuple[str, ...], Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """Who plays a role in a tier, best first, by id."""

    role: Role
    tier: Tier
    model_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What stands in the file."""

    checked_on: date
    models: tuple[Model, ...]
    preferences: tuple[Preference, ...]
    voice_characters: tuple[tuple[str, str], ...]


def read(text: str) -> Contents:
    """Return what ``text`` says.

    Raises:
        CatalogMistake: a key is unknown, missing or of the wrong type, or a name refers to nothing.
    """
    try:
        table = Table(tomllib.loads(text, parse_float=Decimal), "top")
    except tomllib.TOMLDecodeError as error:
        raise CatalogMistake(f"The model catalog is not valid TOML: {error}.") from error
    sources = Sources(table.tables("sources"))
    voice_sets = {name: _voice_set(set_, name, sources) for name, set_ in table.tables("voice_sets").items()}
    families = table.tables("families")
    models = table.tables("models")
    contents = Contents(
        checked_on=table.required("checked_on", date),
        models=tuple(_model(id_, entries, families, voice_sets, sources) for id_, entries in models.items()),
        preferences=tuple(p for name, role in table.tables("roles").items() for p in _preferences(name, role)),
        voice_characters=tuple(table.required("voices", dict).items()),
    )
    table.end()
    return contents


def _voice_set(entries: Toml, name: str, sources: Sources) -> _VoiceSet:
    table = Table(entries, f"voice_sets.{name}")
    voices = table.words("names"), sources.evidence(table)
    table.end()
    return voices


def _preferences(role: str, entries: Toml) -> tuple[Preference, ...]:
    table = Table(entries, f"roles.{role}")
    preferences = tuple(
        Preference(role=table.member(role, Role), tier=tier, model_ids=table.words(tier.value)) for tier in Tier
    )
    table.end()
    return preferences


def _model(
    model_id: str,
    entries: Toml,
    families: Mapping[str, Toml],
    voice_sets: Mapping[str, _VoiceSet],
    sources: Sources,
) -> Model:
    own = Table(entries, f"models.{model_id}")
    if (family := own.required("family", str)) not in families:
        raise own.mistake(f"there is no family {family!r}")
    table = Table(families[family] | own.rest, own.place)
    voices, voices_evidence = _voices(table, "voices", voice_sets)
    azure_voices, _ = _voices(table, "azure_voices", voice_sets)
    model = Model(
        id=model_id,
        aliases=table.words("aliases"),
        family=family,
        tier=table.member(table.required("tier", str), Tier),
        roles=table.names("roles", Role),
        endpoints=_endpoints(table),
        input_modalities=table.names("input", Modality),
        output_modalities=table.names("output", Modality),
        max_context_tokens=table.optional("max_context_tokens", int),
        max_output_tokens=table.optional("max_output_tokens", int),
        limits=_limits(table.optional("limits", dict), model_id, sources),
        accepted_formats=table.words("accepts"),
        output_formats=table.words("gives"),
        streamed_formats=table.words("streams"),
        voices=voices,
        azure_voices=azure_voices or voices,
        voices_evidence=voices_evidence,
        calls_tools=table.required("calls_tools", bool),
        structured_outputs=table.required("structured_outputs", bool),
        prices=tuple(read_price(price, model_id, sources) for price in table.optional("prices", list) or []),
        lifecycles=_lifecycles(table, model_id, sources),
        evidence=sources.evidence(table),
    )
    table.end()
    return model


def _voices(table: Table, key: str, voice_sets: Mapping[str, _VoiceSet]) -> tuple[tuple[str, ...], Evidence | None]:
    if (name := table.optional(key, str)) is None:
        return (), None
    if name not in voice_sets:
        raise table.mistake(f"there is no voice set {name!r}")
    return voice_sets[name]


def _endpoints(table: Table) -> tuple[str, ...]:
    endpoints = table.words("endpoints")
    if not endpoints or not ENDPOINTS.issuperset(endpoints):
        raise table.mistake(f"endpoints must be some of {', '.join(sorted(ENDPOINTS))}")
    return endpoints


def _limits(entries: Toml | None, model_id: str, sources: Sources) -> Limits:
    if entries is None:
        return Limits()
    table = Table(entries, f"models.{model_id}.limits")
    limits = Limits(**{name: table.optional(name, int) for name in _LIMITS}, evidence=sources.evidence(table))
    table.end()
    return limits


def _lifecycles(table: Table, model_id: str, sources: Sources) -> tuple[Lifecycle, ...]:
    offered = {p: table.optional(p.value, dict) for p in (Provider.OPENAI, Provider.AZURE, Provider.OFFLINE)}
    return tuple(_lifecycle(entries, p, model_id, sources) for p, entries in offered.items() if entries is not None)


def _lifecycle(entries: Toml, provider: Provider, model_id: str, sources: Sources) -> Lifecycle:
    table = Table(entries, f"models.{model_id}.{provider}")
    lifecycle = Lifecycle(
        provider=provider,
        deprecated_on=table.optional("deprecated_on", date),
        shuts_down_on=table.optional("shuts_down_on", date),
        replacement=table.optional("replacement", str),
        evidence=sources.evidence(table),
    )
    table.end()
    return lifecycle
