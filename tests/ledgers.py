"""A ledger in a database of its own, with the one person of this machine in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audiokit.people.persons import Persons
from audiokit.store.database import open_database
from audiokit.usage.ledger import Ledger


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """Open it on SQLite in ``folder``; entries belong to ``LOCAL``."""
    database = open_database(None, folder)
    try:
        Persons(database).local()
        yield Ledger(database)
    finally:
        database.close()
