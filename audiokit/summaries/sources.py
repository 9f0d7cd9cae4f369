"""What a programme is made of: documents as they were read, and how much of each is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Source", "Taking"]


class Taking(StrEnum):
    """How much of a document goes into the programme."""

    OFF = "off"
    SUMMARY = "summary"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document of a programme. ``digest`` is the clip-store's name of it as read (documents.Document, JSON).

    ``trouble`` says why it could not be read; then there is no digest, and it is never taken.
    """

    id: str
    name: str
    kind: str | None = None
    title: str = ""
    n_words: int = 0
    digest: str | None = None
    notes: tuple[str, ...] = ()
    trouble: str | None = None
    taking: Taking = Taking.SUMMARY

    @property
    def is_taken(self) -> bool:
        """Whether anything of it goes into the programme."""
        return self.digest is not None and self.taking is not Taking.OFF
