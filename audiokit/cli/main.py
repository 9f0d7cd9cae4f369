"""The ``audiokit`` command: run the app, serve the offline engine, work on recordings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from audiokit import __version__
from audiokit.cli.audio import audio
from audiokit.cli.backup import backup, restore
from audiokit.cli.check import check
from audiokit.cli.evaluate import evaluate
from audiokit.cli.offline import offline
from audiokit.cli.people import people
from audiokit.cli.privacy import privacy
from audiokit.cli.settings import settings as settings_command
from audiokit.cli.usage import usage
from audiokit.cli.worker import worker
from audiokit.errors import AudiokitError
from audiokit.settings import Settings

__all__ = ["main"]

_APP = Path(__file__).resolve().parents[2] / "app.py"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="audiokit")
def main() -> None:
    """Talk with a model by voice, and know what it cost."""


@main.command()
def run() -> None:
    """Open the app in the browser's reach, at AUDIOKIT_HOST and AUDIOKIT_PORT."""
    if not _APP.is_file():
        raise click.ClickException("app.py is not here. Run this from a clone installed with pip install -e.")
    os.chdir(_APP.parent)  # where the app, and so its settings, are read from
    try:
        settings = Settings.read()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"audiokit is opening at http://{settings.host}:{settings.port}")
    address = ["--server.address", settings.host, "--server.port", str(settings.port)]
    command = [sys.executable, "-m", "streamlit", "run", str(_APP), *address]
    if os.name == "posix":  # the app takes our place, and so gets every signal that is meant for it
        os.execv(command[0], command)  # noqa: S606 - our own command
    raise SystemExit(subprocess.call(command))  # noqa: S603 - the same


main.add_command(audio)
main.add_command(backup)
main.add_command(check)
main.add_command(evaluate)
main.add_command(offline)
main.add_command(people)
main.add_command(privacy)
main.add_command(restore)
main.add_command(settings_command)
main.add_command(usage)
main.add_command(worker)

if __name__ == "__main__":
    main()
