"""What a programme is to be: format, length, language, voices. The formats themselves are data (formats.toml)."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.catalog.models import Tier

__all__ = ["Persona", "Shape"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Who speaks: a name, a voice of the catalog, and their part, such as "asks what a listener would ask"."""

    name: str
    voice: str
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a person asked for. ``minutes`` None reads everything in full; ``language`` is ISO 639-1.

    ``format`` is the name of one in formats.toml; ``personas`` speak in the order in which lines count them.
    """

    format: str = "summary"
    minutes: float | None = 5.0
    language: str = "en"
    tone: str = ""
    steering: str = ""
    personas: tuple[Persona, ...] = ()
    tier: Tier = Tier.MINI
