"""What each room says of the things that it keeps for people, so that all of them can be found, exported and deleted.

The rooms do not know each other. Each gives a :class:`Keeper`; :mod:`audiokit.people.deleting` goes over all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from audiokit.people.receipts import Item
from audiokit.people.retention import Kind

__all__ = ["ExportedFile", "Keeper", "Kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One thing of a person's.

    ``id`` begins with the name of its keeper and a slash. ``what`` says what it is and ``where`` where it is used, by
    its title. ``digests`` are its clips, the one to be heard first. ``asked_as`` is the turn or conversation that
    entries of the ledger have for it. ``traces`` is what else is to go with it, by what it is.
    """

    id: str
    kind: Kind
    what: str
    kept_at: datetime
    where: str = ""
    digests: tuple[str, ...] = ()
    asked_as: str | None = None
    traces: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of an archive; ``write`` puts it where it is told to, a piece at a time, and may block."""

    name: str
    write: Callable[[BinaryIO], object]


class Keeper(Protocol):
    """One room's things. Every call names the person."""

    @property
    def name(self) -> str:
        """What the ids of its things begin with."""

    def kept(self, person_id: str, kind: Kind | None = None, before: datetime | None = None) -> tuple[Kept, ...]:
        """Return what is kept, of one kind, since before a moment; words and sound of the same thing are two."""

    def let_go(self, person_id: str, kept_id: str, sentence: str) -> bool:
        """Take a thing out of the tables, so that nothing has its clips any more; where the rest stays, it says why.

        False if it is being worked on just now. True if it is gone already: this may be called again.
        """

    def wipe(self, person_id: str, item: Item) -> None:
        """Remove what was made of a thing that is gone: caches, files, notes of jobs. It may be called again."""

    def clear(self, person_id: str) -> None:
        """Take everything of a person's out of the tables that is not being worked on."""

    def files(self, person_id: str) -> Iterator[ExportedFile]:
        """Yield everything of a person's, in open formats."""
