"""What several commands for sound take, worded once."""

from __future__ import annotations

from pathlib import Path

import click

from audiokit.audio.formats import SoundFormat

__all__ = ["FOLDER", "as_json", "files", "force", "format_to", "kbits"]

FOLDER = click.Path(file_okay=False, path_type=Path)

files = click.argument("files", nargs=-1, required=True)
format_to = click.option(
    "--to",
    "form",
    type=click.Choice(SoundFormat, case_sensitive=False),
    default=SoundFormat.WAV,
    show_default=True,
    help="Format to write.",
)
kbits = click.option("--kbits", type=click.IntRange(6, 512), help="kbit/s of all channels; else enough for speech.")
force = click.option("--force", is_flag=True, help="Overwrite files that exist, but none that is read.")
as_json = click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object a line.")
