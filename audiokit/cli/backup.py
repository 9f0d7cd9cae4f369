"""``audiokit backup`` and ``audiokit restore``: all that is kept, in one file, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiokit.errors import AudiokitError
from audiokit.settings import Settings

if TYPE_CHECKING:
    from audiokit.store.backup import Manifest
    from audiokit.store.blobs import Blobs
    from audiokit.store.database import Database

__all__ = ["backup", "restore"]

_FILE = click.Path(path_type=Path)


@contextmanager
def _stores() -> Iterator[tuple[Database, Blobs]]:
    """Open what the settings name; what goes wrong on purpose is a sentence for the person at the terminal."""
    from audiokit.store.database import open_database  # noqa: PLC0415 - heavy, and only wanted here
    from audiokit.store.opening import open_blobs  # noqa: PLC0415 - the same

    try:
        settings = Settings.read()
        url = settings.database_url.get_secret_value() if settings.database_url else None
        database = open_database(url, settings.data_dir)
        try:
            yield database, open_blobs(settings)
        finally:
            database.close()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.argument("file", type=_FILE)
@click.option("--without-sound", is_flag=True, help="Rows only: for a bucket that has copies of its own.")
def backup(file: Path, without_sound: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Write all that is kept into FILE, while the app runs.

    Secrets are not in it: keep the settings, and signing.key of the data folder, elsewhere. Nor are jobs under way:
    what they made is, and they are gone on with from their pages.
    """
    from audiokit.store.backup import back_up  # noqa: PLC0415 - as above

    with _stores() as (database, blobs):
        manifest = back_up(database, blobs, file, with_sound=not without_sound)
    click.echo(f"{file} has {_content(manifest)}.")
    if manifest.gone:
        click.echo(f"{len(manifest.gone)} recordings were not there any more; audiokit check says more.")
    if manifest.damaged:
        click.echo(f"{len(manifest.damaged)} recordings are damaged, and not in it: {', '.join(manifest.damaged[:5])}")
        raise SystemExit(1)


@click.command()
@click.argument("file", type=_FILE)
def restore(file: Path) -> None:
    """Bring back what FILE has, into an empty installation: the same kind, or PostgreSQL and a bucket.

    Stop the app before, and audiokit check after it.
    """
    from audiokit.store.restore import restore as bring_back  # noqa: PLC0415 - as above

    with _stores() as (database, blobs), click.progressbar(length=1, label="Recordings") as bar:

        def told(n_done: int, n_all: int) -> None:
            bar.length = n_all
            bar.update(n_done - bar.pos)

        manifest = bring_back(database, blobs, file, told=told)
    click.echo(f"Brought back {_content(manifest)}, as of {manifest.taken_at}.")
    if not manifest.has_sound:
        click.echo("The backup has no sound: the recordings must be where AUDIOKIT_BLOBS_URL says.")
    click.echo("Feeds keep their addresses with the same AUDIOKIT_SECRET, or the same signing.key in the data folder.")


def _content(manifest: Manifest) -> str:
    n_rows = sum(manifest.n_rows.values())
    if not manifest.has_sound:
        return f"{n_rows} rows, and no sound"
    return f"{n_rows} rows and {manifest.n_recordings} recordings ({manifest.n_bytes / 1e6:.1f} MB)"
