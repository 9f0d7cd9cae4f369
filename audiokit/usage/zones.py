"""Whose days are counted: as set, or as the first machine of an installation has it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select

from audiokit.store.database import Database
from audiokit.store.tables import tally_zone
from audiokit.usage.days import zone_named

__all__ = ["zone_of"]

_KNOWN = select(tally_zone.c.zone)


def zone_of(database: Database, name: str | None) -> ZoneInfo:
    """Return the zone called ``name``; without one, that of the sums in a database that machines share, or our own.

    Containers are mostly in UTC and desks are not: if each took its own, they would add the sums up anew in turns.
    """
    if name is None and not database.has_one_writer:
        with database.read() as connection:
            name = connection.execute(_KNOWN).scalar_one_or_none()
    return zone_named(name)
