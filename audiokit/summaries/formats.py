"""The forms that a programme can take, as data: who speaks, how it begins, goes on and ends, and how long it is."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audiokit.catalog.models import Catalog, Role
from audiokit.errors import InputError
from audiokit.summaries.shape import Persona, Shape

__all__ = ["Format", "FormatMistake", "default_shape", "format_called", "formats", "parse"]

_MOST_VOICES = 4


class FormatMistake(ValueError):
    """The formats' own file is wrong; the sentence names the place. No user can cause it, and no page shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One form. ``minutes`` None: everything is read in full. ``shares`` are how much each persona says, adding to 1.

    ``opening``, ``body`` and ``closing`` are for the writer; ``title`` and ``description`` for people.
    """

    name: str
    title: str
    description: str
    minutes: float | None
    least_voices: int
    most_voices: int
    opening: str
    body: str
    closing: str
    personas: tuple[Persona, ...]
    shares: tuple[float, ...]

    @property
    def reads_in_full(self) -> bool:
        """Whether the documents are read word for word, with nothing written for it."""
        return self.minutes is None

    def shares_of(self, n_speakers: int) -> tuple[float, ...]:
        """Return how much of the words each of so many speakers is expected to say; equal where they are not ours."""
        return self.shares if n_speakers == len(self.shares) else (1 / n_speakers,) * n_speakers


def formats() -> Mapping[str, Format]:
    """Return all by their names, in the order in which they are shown; they are read once."""
    return _shipped()


def format_called(name: str) -> Format:
    """Return one format.

    Raises:
        InputError: there is none of this name; the sentence lists those there are.
    """
    if (found := formats().get(name)) is None:
        raise InputError(f"There is no format called {name!r}. Choose one of {', '.join(formats())}.")
    return found


def default_shape(name: str) -> Shape:
    """Return what is set when a format is chosen.

    Raises:
        InputError: there is none of this name.
    """
    chosen = format_called(name)
    return Shape(format=name, minutes=chosen.minutes, personas=chosen.personas)


def parse(text: str, voices: frozenset[str]) -> Mapping[str, Format]:
    """Return the formats written in ``text``, in the form that ``formats.toml`` explains.

    Raises:
        FormatMistake: a key is unknown, missing or of the wrong type; a voice is none of ``voices``; the speakers are
            too few, too many, or share a name; or there is no length, or one for what is read in full.
    """
    try:
        written = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FormatMistake(f"The formats are no valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FormatMistake(f"The formats are wrong at [{place}]: {first['msg']}.") from error
    return MappingProxyType({name: _format(name, of, voices) for name, of in written.formats.items()})


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Persona(_Written):
    name: Annotated[str, Field(min_length=1)]
    voice: str
    part: Annotated[str, Field(min_length=1)]
    share: Annotated[float, Field(gt=0)] = 1.0


class _Format(_Written):
    title: Annotated[str, Field(min_length=1)]
    description: Annotated[str, Field(min_length=1)]
    minutes: Annotated[float, Field(gt=0, le=60)] | None = None
    reads_in_full: bool = False
    voices: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=_MOST_VOICES)]]
    opening: Annotated[str, Field(min_length=1)]
    body: Annotated[str, Field(min_length=1)]
    closing: Annotated[str, Field(min_length=1)]
    personas: tuple[_Persona, ...]


class _File(_Written):
    formats: dict[str, _Format]


@functools.cache
def _shipped() -> Mapping[str, Format]:
    models = [model for model in Catalog.load().models if Role.SPEAK in model.roles]
    voices = frozenset(voice for model in models for voice in model.voices)
    return parse(resources.files(__package__).joinpath("formats.toml").read_text(encoding="utf-8"), voices)


def _format(name: str, written: _Format, voices: frozenset[str]) -> Format:
    _check(name, written, voices)
    whole = sum(persona.share for persona in written.personas)
    least, most = written.voices
    return Format(
        name=name,
        title=written.title,
        description=written.description,
        minutes=written.minutes,
        least_voices=least,
        most_voices=most,
        opening=written.opening,
        body=written.body,
        closing=written.closing,
        personas=tuple(Persona(name=p.name, voice=p.voice, part=p.part) for p in written.personas),
        shares=tuple(persona.share / whole for persona in written.personas),
    )


def _check(name: str, written: _Format, voices: frozenset[str]) -> None:
    names = [persona.name for persona in written.personas]
    unknown = [persona.voice for persona in written.personas if persona.voice not in voices]
    least, most = written.voices
    for wrong, what in (
        (unknown, f"no model has the voice {unknown[0] if unknown else ''!r}"),
        (len(set(names)) < len(names), "two personas share a name"),
        (not least <= len(names) <= most, f"{len(names)} personas are not {least} to {most}"),
        (written.reads_in_full != (written.minutes is None), "either minutes or reads_in_full"),
    ):
        if wrong:
            raise FormatMistake(f"The formats are wrong at [formats.{name}]: {what}.")
