"""What a model takes of a recording, as options: said in numbers, or by the model's name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from audiokit.audio.fit import Bounds
from audiokit.audio.writing.formats import SoundFormat
from audiokit.catalog.models import Catalog

__all__ = ["bounds_options"]

_FORMATS = (SoundFormat.WAV, SoundFormat.MP3, SoundFormat.FLAC)  # FLAC only as it is; smaller is MP3's part
_ABOVE_0 = click.FloatRange(min=0, min_open=True)
_NOTHING_SAID = "Say what the recording must fit: --model, or one of the --max options."


def bounds_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that bound a recording; it receives all as ``bounds``."""

    @functools.wraps(command)
    def with_bounds(
        *,
        model: str | None,
        max_mb: float | None,
        max_base64_mb: float | None,
        max_seconds: float | None,
        max_tokens: int | None,
        formats: str | None,
        **options: Any,
    ) -> None:
        known = _of_model(model) if model else Bounds()
        bounds = Bounds(
            formats=_formats(formats) if formats else known.formats,
            max_bytes=_stricter(known.max_bytes, _bytes(max_mb)),
            max_base64_bytes=_bytes(max_base64_mb),
            max_duration_s=_stricter(known.max_duration_s, max_seconds),
            max_tokens=max_tokens,
        )
        if bounds == Bounds(formats=bounds.formats):
            raise click.UsageError(_NOTHING_SAID)
        command(bounds=bounds, **options)

    for decorate in (
        click.option("--formats", metavar="wav,mp3", help="What is accepted, with commas between."),
        click.option(
            "--max-tokens",
            type=click.IntRange(min=1),
            help=f"Tokens that the sound may cost, at {Bounds().tokens_per_s:g} a second.",
        ),
        click.option("--max-seconds", type=_ABOVE_0, help="Seconds of one part."),
        click.option("--max-base64-mb", type=_ABOVE_0, help="Million bytes of one file as Base64, in a JSON body."),
        click.option("--max-mb", type=_ABOVE_0, help="Million bytes of one file."),
        click.option("--model", help="What this model takes, as far as the catalog knows; the stricter bound holds."),
    ):
        with_bounds = decorate(with_bounds)
    return with_bounds


def _of_model(name: str) -> Bounds:
    model = Catalog.load().find(name)
    if model is None:
        raise click.UsageError(f"The catalog knows no model called {name!r}. docs/models.md lists them all.")
    formats = tuple(form for form in _FORMATS if form.value in model.accepted_formats)
    if not formats:
        raise click.UsageError(f"{model.id} takes no recording as a file. Name a model that does.")
    seconds = model.limits.max_audio_s
    return Bounds(
        formats=formats,
        max_bytes=model.limits.max_audio_bytes,
        max_duration_s=None if seconds is None else float(seconds),
    )


def _formats(names: str) -> tuple[SoundFormat, ...]:
    asked = {name.strip().lower() for name in names.split(",")}
    if not asked <= {form.value for form in _FORMATS}:
        raise click.UsageError(f"--formats is wav, mp3 or flac with commas between, not {names!r}.")
    return tuple(form for form in _FORMATS if form.value in asked)


def _bytes(megabytes: float | None) -> int | None:
    return None if megabytes is None else int(megabytes * 1_000_000)


def _stricter(*limits: float | None) -> Any:
    """Return the least of the limits that are known."""
    return min((limit for limit in limits if limit is not None), default=None)
