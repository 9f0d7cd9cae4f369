"""What addresses are signed with: set, or made once and kept in the data folder; the same on every machine.

A database that several machines share remembers what it was last signed with, not the secret: its fingerprint. A
machine that would sign otherwise is refused at the start, where half of all addresses would else lead nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from audiokit.errors import NotConfigured
from audiokit.people.addresses import load_secret
from audiokit.settings import Settings
from audiokit.store.database import Database, hold
from audiokit.store.tables import installation

__all__ = ["signing_secret"]

_FILE: Final = "signing.key"
_FACT: Final = "signed by"
_ITS_NAME = installation.c.name == bindparam("its_name")
_FIND = select(installation.c.value).where(_ITS_NAME)
_FORGET = delete(installation).where(_ITS_NAME)
_KEEP = insert(installation)


def signing_secret(settings: Settings, database: Database) -> bytes:
    """Return the secret of this installation.

    ``AUDIOKIT_SECRET`` stands above all: with another one, addresses that were given out before lead nowhere.

    Raises:
        NotConfigured: this machine has a secret of its own, and others sign with another one.
    """
    if settings.secret is not None:
        secret = hashlib.sha256(settings.secret.get_secret_value().encode()).digest()
        _agreed(database, secret, may_change=True)
        return secret
    path = settings.data_dir / _FILE
    secret = load_secret(path)
    if not _agreed(database, secret, may_change=settings.database_url is None):
        raise NotConfigured(
            "Another machine signs addresses for this database with another secret. Set AUDIOKIT_SECRET to the same "
            f"32 characters or more on all of them, or bring {path.name} along from the data folder of the other."
        )
    return secret


def _agreed(database: Database, secret: bytes, *, may_change: bool) -> bool:
    """Remember a secret by its fingerprint; return False where another one stands, and stays."""
    fingerprint = hmac.digest(secret, _FACT.encode(), "sha256").hex()
    with database.read() as connection:
        known = connection.execute(_FIND, {"its_name": _FACT}).scalar_one_or_none()
    if known == fingerprint:
        return True
    with database.write() as connection:
        hold(connection, _FACT)
        known = connection.execute(_FIND, {"its_name": _FACT}).scalar_one_or_none()
        if known not in {None, fingerprint} and not may_change:
            return False
        connection.execute(_FORGET, {"its_name": _FACT})
        connection.execute(_KEEP, {"name": _FACT, "value": fingerprint})
    return True
