"""Where two texts differ in the words that are said: runs of words that stand in one of them only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["Run", "longest", "runs"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words of the script, and what is in their place; either may be none."""

    written: tuple[str, ...]
    heard: tuple[str, ...]

    @property
    def n_words(self) -> int:
        """How many words differ."""
        return max(len(self.written), len(self.heard))

    @property
    def n_too_many(self) -> int:
        """How many words were added; below zero, left out."""
        return len(self.heard) - len(self.written)

    @property
    def has_number(self) -> bool:
        """Whether a number is among them, in which one wrong word is worse than elsewhere."""
        return any(word[0].isdigit() for word in (*self.written, *self.heard))


def runs(written: Sequence[str], heard: Sequence[str]) -> tuple[Run, ...]:
    """Return where the words of :func:`audiokit.summaries.as_said.said` differ, in order.

    Words that are parted in another way are the same: "data base", "e mail".
    """
    return tuple(_runs(written, heard))


def longest(found: Sequence[Run]) -> Run | None:
    """Return the run that weighs most: one with a number before the longest of the others."""
    return max(found, key=lambda run: (run.has_number, run.n_words), default=None)


def _runs(written: Sequence[str], heard: Sequence[str]) -> Iterator[Run]:
    matcher = SequenceMatcher(None, written, heard, autojunk=False)
    for kind, start, end, heard_start, heard_end in matcher.get_opcodes():
        run = Run(tuple(written[start:end]), tuple(heard[heard_start:heard_end]))
        if kind != "equal" and _joined(run.written) != _joined(run.heard):
            yield run


def _joined(words: Sequence[str]) -> str:
    return "".join("one" if word == "1" else word for word in words)  # "every one", which is no number
