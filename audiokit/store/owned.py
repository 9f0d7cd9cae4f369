"""What clips a person owns, as the table has them: for looking over all of them, whoever made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from audiokit.store.database import Database
from audiokit.store.tables import clip

__all__ = ["Owned", "OwnedClip"]

_OF = select(clip.c.digest, clip.c.media_type, clip.c.size_bytes, clip.c.created_at, clip.c.kind).where(
    clip.c.person_id == bindparam("owner")
)


@dataclass(frozen=True, slots=True)
class OwnedClip:
    """One clip, without its sound; ``kind`` is what it was first kept as."""

    digest: str
    media_type: str
    size_bytes: int
    created_at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Owned:
    """One database; see the module."""

    database: Database

    def of(self, person_id: str) -> Mapping[str, OwnedClip]:
        """Return a person's clips by their digests."""
        with self.database.read() as connection:
            return {row.digest: OwnedClip(*row) for row in connection.execute(_OF, {"owner": person_id})}
