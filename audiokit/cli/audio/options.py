"""What several commands for sound take, worded once."""

from __future__ import annotations

from pathlib import Path

import click

from audiokit.audio.writing.formats import SoundFormat

__all__ = ["FOLDER", "as_json", "files", "force", "format_or_wav", "format_to", "kbits", "rate"]

FOLDER = click.Path(file_okay=False, path_type=Path)

files = click.argument("files", nargs=-1, required=True)
_format = click.Choice(SoundFormat, case_sensitive=False)
format_to = click.option("--to", "form", type=_format, required=True, help="Format to write.")
format_or_wav = click.option(
    "--to", "form", type=_format, default=SoundFormat.WAV, show_default="wav", help="Format to write."
)
kbits = click.option("--kbits", type=click.IntRange(6, 512), help="kbit/s of all channels; else enough for speech.")
rate = click.option(
    "--rate",
    "rate_hz",
    type=click.Choice([8_000, 16_000, 24_000, 48_000]),
    default=24_000,
    show_default=True,
    help="Samples a second; models hear 16000 or 24000.",
)
force = click.option("--force", is_flag=True, help="Overwrite files that exist, but none that is read.")
as_json = click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object a line.")
