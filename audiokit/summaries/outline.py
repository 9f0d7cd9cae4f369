"""A programme's plan as values: its title, its sections in order, and how long each is to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["Outline", "Section"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One chapter to be written. ``n_words`` are plain words (:func:`audiokit.summaries.saying.said_words`).

    ``passages`` are what it is made from, each as the id of its source and its mark there; none: from everything.
    """

    title: str
    n_words: int
    passages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The whole plan."""

    title: str
    sections: tuple[Section, ...]

    @property
    def n_words(self) -> int:
        """How many plain words are planned. Fewer than were asked for, where the documents do not have as many."""
        return sum(section.n_words for section in self.sections)

    def with_words(self, n_words: Sequence[int]) -> Outline:
        """Return the same plan with other lengths, one for each section."""
        sections = tuple(replace(section, n_words=n) for section, n in zip(self.sections, n_words, strict=True))
        return replace(self, sections=sections)
