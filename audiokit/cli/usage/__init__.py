"""``audiokit usage``: what was spent, by whom and on what; the ledger in a file; its sums and prices made anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import date

    from audiokit.usage.sums import Scope

__all__ = ["usage"]

_DAY = click.DateTime(["%Y-%m-%d"])
_CUTS = click.Choice(("day", "person", "team", "model", "page"))


def _with_scope(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say whose calls, and of which days."""

    @wraps(command)
    def with_values(first: datetime | None, last: datetime | None, **given: Any) -> None:
        from audiokit.usage.sums import Scope  # noqa: PLC0415 - only wanted once a command runs

        scope = Scope(**{name: given.pop(name) for name in ("person_id", "team", "page", "model")})
        command(scope=scope, first=first and first.date(), last=last and last.date(), **given)

    options = (
        click.option("--person", "person_id", help="Only this person's calls, by id."),
        click.option("--team", help="Only calls of people who are in this team now."),
        click.option("--page", help="Only calls from this page."),
        click.option("--model", help="Only calls to this model."),
        click.option("--from", "first", type=_DAY, help="The first day; without it the first of this month."),
        click.option("--to", "last", type=_DAY, help="The last day; without it today."),
    )
    for option in reversed(options):
        with_values = option(with_values)
    return with_values


@click.group()
def usage() -> None:
    """See what was spent, export it, and have sums and prices made anew."""


@usage.command()
@_with_scope
@click.option("--by", type=_CUTS, default="page", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One object a line, with all that is known.")
def show(*, scope: Scope, first: date | None, last: date | None, by: str, as_json: bool) -> None:
    """Show what a period cost, this month if no other is asked for."""
    from audiokit.cli.usage.working import show_sums  # noqa: PLC0415 - heavy, and only wanted here

    show_sums(scope, first, last, by, as_json=as_json)


@usage.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_with_scope
def export(*, file: Path, scope: Scope, first: date | None, last: date | None) -> None:
    """Write the calls of a period into FILE, a .csv or a .parquet, newest first, as corrections have made them."""
    from audiokit.cli.usage.working import export_calls  # noqa: PLC0415 - heavy, and only wanted here

    export_calls(file, scope, first, last)


@usage.command()
def rebuild() -> None:
    """Make the sums by day and month anew from the entries; the app may go on meanwhile."""
    from audiokit.cli.usage.working import rebuild_sums  # noqa: PLC0415 - heavy, and only wanted here

    rebuild_sums()


@usage.command()
@_with_scope
@click.option("--yes", is_flag=True, help="Write the corrections without asking.")
def reprice(*, scope: Scope, first: date | None, last: date | None, yes: bool) -> None:
    """Price calls again whose price was missing or wrong; shows the difference, and asks before it is written."""
    from audiokit.cli.usage.working import reprice_calls  # noqa: PLC0415 - heavy, and only wanted here

    reprice_calls(scope, first, last, is_agreed=yes)
