"""Rows held against recordings: what is named and not there, what is there and named by nobody, what is not as kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select

from audiokit.errors import Damaged, NotFound
from audiokit.store.backup import kept_digests
from audiokit.store.blobs import Blobs
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.tables import clip, made

__all__ = ["Compared", "compare", "damaged", "remove_unnamed"]

YOUNG: Final = timedelta(days=1)
"""Sound comes before the row that names it, and may be younger than the list of rows."""

_OWNED: Final = select(clip.c.digest).distinct()
_MADE: Final = select(made.c.digest).distinct()
_ITS_OWNER: Final = select(clip.c.person_id).where(clip.c.digest == bindparam("its_digest")).limit(1)
_MADE_AS: Final = select(made.c.key).where(made.c.digest == bindparam("its_digest")).limit(1)
_FORGET_MADE: Final = delete(made).where(made.c.digest == bindparam("its_digest"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Digests, in order. ``lost`` is somebody's, ``unmade`` was made once and can be made again; neither is there.

    ``unnamed`` is there, and nobody's.
    """

    n_named: int
    lost: tuple[str, ...] = ()
    unmade: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = field(default=())


def compare(database: Database, blobs: Blobs, *, now: datetime | None = None) -> Compared:
    """Return how rows and recordings differ; what is being kept or deleted meanwhile does not count.

    Raises:
        StoreError: the database or the recordings cannot be read.
    """
    old = (now or utc_now()) - YOUNG
    with database.read() as connection:
        owned, generated = (set(connection.execute(query).scalars()) for query in (_OWNED, _MADE))
    there = dict[str, datetime]()
    for stored in blobs.all():
        there[stored.digest] = stored.modified_at
    missing = (owned | generated) - there.keys()
    missing -= {digest for digest in missing if blobs.exists(digest)}  # come since the list began
    with database.read() as connection:
        missing &= set(kept_digests(connection))  # or gone with its row
    unnamed = [digest for digest, at in there.items() if digest not in owned | generated and at < old]
    return Compared(
        n_named=len(owned | generated),
        lost=tuple(sorted(missing & owned)),
        unmade=tuple(sorted(missing - owned)),
        unnamed=tuple(sorted(unnamed)),
    )


def damaged(database: Database, blobs: Blobs) -> tuple[str, ...]:
    """Read every recording that somebody has, and return those that are not what was kept; takes as long as it takes.

    Raises:
        StoreError: the database or the recordings cannot be read.
    """
    with database.read() as connection:
        digests = kept_digests(connection)
    return tuple(digest for digest in digests if _is_damaged(blobs, digest))


def remove_unnamed(database: Database, blobs: Blobs, compared: Compared) -> int:
    """Remove what nobody has, and forget what was made once and is gone; return how many that were.

    Each is looked at once more with its name held, as :meth:`audiokit.store.clips.Clips.forget` does.
    """
    for digest in compared.unmade:
        with database.write() as connection:
            connection.execute(_FORGET_MADE, {"its_digest": digest})
    n_removed = 0
    for digest in compared.unnamed:
        with database.write() as connection:
            hold(connection, digest)
            which = {"its_digest": digest}
            if connection.execute(_ITS_OWNER, which).first() or connection.execute(_MADE_AS, which).first():
                continue
            blobs.delete(digest)
            n_removed += 1
    return n_removed + len(compared.unmade)


def _is_damaged(blobs: Blobs, digest: str) -> bool:
    try:
        for _ in blobs.pieces(digest):
            pass
    except Damaged:
        return True
    except NotFound:
        pass
    return False
