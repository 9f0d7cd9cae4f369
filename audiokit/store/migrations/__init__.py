"""How a database comes to have today's tables: numbered steps in ``versions/``, appended and never edited.

Alembic takes most of a second to import, so a database that is up to date never loads it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Text, column, func, inspect, select, table, text
from sqlalchemy.schema import CreateSchema

from audiokit.errors import Damaged, StoreError
from audiokit.store.engines import POSTGRES_SCHEMA, Engines

__all__ = ["HEAD", "REVISIONS", "bring_up_to_date"]

# oldest first; a test compares them with versions/
REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
HEAD: Final = REVISIONS[-1]
_ADVISORY_LOCK = 0x61756469_6F6B6974  # "audiokit"
_SCRIPTS = Path(__file__).parent
_ALEMBIC = threading.Lock()  # Alembic's context is one for the whole process
_REVISION = select(column("version_num", Text)).select_from(table("alembic_version"))


def bring_up_to_date(engines: Engines) -> None:
    """Migrate to HEAD in one transaction, which a crash undoes whole; another process meanwhile waits for it.

    Raises:
        StoreError: the database was written by a newer audiokit.
        Damaged: rows would be left that refer to nothing; the migration was undone.
    """
    with engines.readers.begin() as connection:
        if _revision(connection) == HEAD:
            return
    with _ALEMBIC, engines.migrating.begin() as connection:  # SQLite's one write lock is taken here
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            connection.execute(CreateSchema(POSTGRES_SCHEMA, if_not_exists=True))
        if _revision(connection) != HEAD:  # another process may have been faster
            _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """Return the step that the database has reached, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(_REVISION).scalar_one_or_none()
    if revision is not None and revision not in REVISIONS:
        raise StoreError(
            f"This database was written by a newer audiokit (its step is {revision}, the newest known here is {HEAD}). "
            "Update audiokit and start again; nothing was changed.",
            revision=revision,
        )
    return revision


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
    if connection.dialect.name == "sqlite" and (orphans := connection.execute(text("PRAGMA foreign_key_check")).all()):
        raise Damaged(
            "Rows of this database refer to others that are gone, so it was left as it was. Restore it from a copy.",
            tables=sorted({str(row[0]) for row in orphans}),
        )
