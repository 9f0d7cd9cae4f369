"""``audiokit privacy``: how long things are kept, what is deleted now, and who did what."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiokit.errors import AudiokitError

if TYPE_CHECKING:
    from audiokit.studio import Studio

__all__ = ["privacy"]

_KINDS = ("recordings", "replies", "programmes", "transcripts", "raw", "audit")
_OPERATOR = "operator"  # who is at the terminal, in the audit log


@contextmanager
def _opened() -> Iterator[Studio]:
    """Open the studio; what goes wrong on purpose is a sentence for the person at the terminal."""
    from audiokit.studio import open_studio  # noqa: PLC0415 - heavy, and only wanted once a command runs

    try:
        studio = open_studio()
        try:
            yield studio
        finally:
            studio.close()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def privacy() -> None:
    """Say how long things are kept, delete what is due, take or delete all of a person's."""


@privacy.command()
def rules() -> None:
    """Show for how many days each kind of thing is kept."""
    with _opened() as studio:
        for kind, days in studio.privacy.retention.everybody().items():
            click.echo(f"{kind.value:12} {'for good' if days is None else f'{days} days'}")


@privacy.command()
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("days", type=int, required=False)
def keep(kind: str, days: int | None) -> None:
    """Have everything of KIND deleted after DAYS; without DAYS, it is kept for good."""
    from audiokit.people.audit import Deed  # noqa: PLC0415 - heavy, and only wanted here
    from audiokit.people.retention import Kind  # noqa: PLC0415 - the same

    with _opened() as studio:
        studio.privacy.retention.set(Kind(kind), days)
        studio.privacy.audit.note(_OPERATOR, Deed.CHANGED_RETENTION, subject_kind=kind, detail={"days": days})
    click.echo(f"{kind}: {'kept for good' if days is None else f'deleted after {days} days'}.")


@privacy.command()
def sweep() -> None:
    """Delete now what is due, and finish what was stopped; the app does so by itself every ten minutes."""
    with _opened() as studio:
        n_gone = studio.privacy.deleting.sweep()
    click.echo(f"{n_gone} thing{'s' * (n_gone != 1)} deleted for good.")


@privacy.command()
@click.argument("person_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(person_id: str, file: Path) -> None:
    """Write everything of a person into FILE, a zip."""
    from audiokit.people.audit import Deed  # noqa: PLC0415 - heavy, and only wanted here

    with _opened() as studio, file.open("xb") as to:
        studio.persons.get(person_id)
        studio.privacy.audit.note(_OPERATOR, Deed.EXPORTED, person_id=person_id, subject_kind="everything")
        studio.privacy.archive.write(person_id, to)
    click.echo(f"All of {person_id}'s is in {file}.")


@privacy.command()
@click.argument("person_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(person_id: str, *, yes: bool) -> None:
    """Delete everything of a person for good; the ledger keeps amounts. The receipt goes to the terminal."""
    if not yes:
        click.confirm(f"Delete everything of {person_id} for good?", abort=True)
    with _opened() as studio:
        studio.persons.get(person_id)
        done = studio.privacy.deleting.delete_everything(person_id, actor=_OPERATOR)
    if done.receipt is not None:
        click.echo(done.receipt.to_json())
    if done.n_left:
        raise click.ClickException(f"{done.n_left} things are being worked on. Try again when they are done.")


@privacy.command()
def log() -> None:
    """Write the audit log to the terminal, as CSV, the latest first."""
    from audiokit.people.audit import write_csv  # noqa: PLC0415 - heavy, and only wanted here

    with _opened() as studio:
        write_csv(studio.privacy.audit.all(), sys.stdout)
