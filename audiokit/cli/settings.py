"""``audiokit settings``: what can be set, and what is set. The same table stands in the README."""

from __future__ import annotations

from pathlib import Path

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from audiokit.errors import AudiokitError
from audiokit.settings import Settings

__all__ = ["markdown", "settings"]


@click.command()
@click.option("--markdown", "as_markdown", is_flag=True, help="Print names, defaults and meanings as Markdown.")
def settings(as_markdown: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Show the settings in force; secrets are only said to be set."""
    if as_markdown:
        click.echo(markdown())
        return
    try:
        values = Settings.read()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error
    for name, field in Settings.model_fields.items():
        click.echo(f"{field.validation_alias!s:28} {_shown(getattr(values, name))}".rstrip())
    click.echo(f"\nAsked in this order: {', '.join(values.engines)}.")


def markdown() -> str:
    """Return every setting as a row of a Markdown table."""
    rows = [f"| `{field.validation_alias}` | {_default(field)} | {field.description} |" for field in _fields()]
    return "\n".join(["| name | default | meaning |", "|---|---|---|", *rows])


def _fields() -> list[FieldInfo]:
    return list(Settings.model_fields.values())


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined or value == {}:
        return ""
    return f"`{value.as_posix() if isinstance(value, Path) else _shown(value)}`"


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set)"
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None or value == {} else str(value)
