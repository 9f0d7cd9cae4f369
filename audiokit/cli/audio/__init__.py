"""``audiokit audio``: look at recordings, prepare, convert, cut and join them. Each loads when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["audio"]

_COMMANDS = ("inspect", "prepare", "convert", "fit", "split", "join")


class _Commands(click.Group):
    """Commands by name; the decoders behind them take a while to import, and the rest of audiokit does without."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"audiokit.cli.audio.{cmd_name}"), cmd_name)
        return command


@click.group(cls=_Commands)
def audio() -> None:
    """Look at recordings, prepare, convert, cut and join them.

    Several files at once, and patterns such as *.wav, go everywhere but in split. No file that is read is ever
    overwritten, and no other without --force. The exit code is 0 if all went well, 1 if a file was refused (the others
    are done), 2 for wrong usage.
    """
