"""What is said becomes cues: short texts that can be read while they are heard, each with a beginning and an end."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from audiokit.words.plain_text import cells, one_line
from audiokit.words.word_times import Word, times_of

__all__ = ["MAX_CELLS", "MAX_CUE_MS", "MAX_LINES", "Cue", "Spoken", "cues"]

# Netflix, Timed Text Style Guide: General Requirements and English, checked 2026-11-21.
MAX_LINES = 2
MAX_CELLS = 42
MAX_CUE_MS = 7000
_LONGEST_NAME = 20  # cells
_LONGEST_PAUSE_S = 1.0  # that a cue stays through
_LONGEST_CLUSTER = 10  # signs that make one letter, and are no wider than the room beside the longest name
_ENDS = ((frozenset(".!?…。！？"), 1 / 3), (frozenset(",;:–—、，；："), 1 / 2))  # best, if so much comes before  # noqa: RUF001
_QUOTES = "\"')]”’»」』）"  # noqa: RUF001
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"  # no spaces between these
_PART = re.compile(f"[「『（《]*[{_IDEOGRAPH}][^\\w「『（《]*|[^{_IDEOGRAPH}「『（《]+|[「『（《]+")  # noqa: RUF001


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What one speaker says in one stretch, and when; ``words`` with times of the same clock, as far as known."""

    start_s: float
    end_s: float
    speaker: str
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One caption: at most two lines of 42 cells, 7 s at most. ``is_first`` of what its speaker says in one stretch.

    In its first line there is room for :attr:`prefix`.
    """

    start_ms: int
    end_ms: int
    speaker: str
    lines: tuple[str, ...]
    is_first: bool

    @property
    def prefix(self) -> str:
        """The speaker's name, a colon and a space; nothing where that was said already."""
        return _prefix(self.speaker) if self.is_first else ""


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not parted any more; ``is_glued`` where no space is before it."""

    text: str
    is_glued: bool
    start_s: float = 0.0
    end_s: float = 0.0


def cues(spoken: Iterable[Spoken]) -> tuple[Cue, ...]:
    """Return the cues for stretches that stand in the order in which they begin; no cue is empty, none overlap.

    They are cut at words, and best where a sentence ends. A word whose time is not known has its share of the time by
    its letters; times that contradict each other are put in order.
    """
    made, last_ms = list[Cue](), 0
    for said in spoken:
        for cue in _cues_of(said):
            start_ms = max(last_ms, cue.start_ms)
            last_ms = max(start_ms + 1, min(cue.end_ms, start_ms + MAX_CUE_MS))
            made.append(replace(cue, start_ms=start_ms, end_ms=last_ms))
    return tuple(made)


def _cues_of(said: Spoken) -> Iterator[Cue]:
    speaker = one_line(said.speaker)
    rooms = (MAX_CELLS - cells(_prefix(speaker)), *(MAX_CELLS,) * (MAX_LINES - 1))
    atoms, is_first = list(_timed(list(_atoms(said.text, rooms[0])), said)), True
    while atoms:
        n = _natural_end(atoms, _n_fitting(atoms, rooms))
        yield Cue(
            start_ms=round(1000 * atoms[0].start_s),
            end_ms=round(1000 * atoms[n - 1].end_s),
            speaker=speaker,
            lines=tuple(_text(line) for line in _lines(atoms[:n], rooms)),
            is_first=is_first,
        )
        atoms, rooms, is_first = atoms[n:], (MAX_CELLS,) * MAX_LINES, False


def _prefix(speaker: str) -> str:
    return f"{next(_pieces(speaker, _LONGEST_NAME))}: " if speaker else ""


def _n_fitting(atoms: Sequence[_Atom], rooms: Sequence[int]) -> int:
    """Return how many atoms one cue can hold: by its lines, its seconds, and up to a long pause."""
    most = sum(len(line) for line in _lines(atoms, rooms))
    for n in range(1, most):
        too_long = 1000 * (atoms[n].end_s - atoms[0].start_s) > MAX_CUE_MS
        if too_long or atoms[n].start_s - atoms[n - 1].end_s > _LONGEST_PAUSE_S:
            return n
    return most


def _natural_end(atoms: Sequence[_Atom], n: int) -> int:
    """Return where among the first ``n`` a cue ends best; more than these must follow, or all of them are taken."""
    if n < len(atoms):
        for marks, least in _ENDS:
            for end in range(n, math.ceil(least * n), -1):
                if atoms[end - 1].text.rstrip(_QUOTES)[-1:] in marks:
                    return end
    return n


def _lines(atoms: Sequence[_Atom], rooms: Sequence[int]) -> list[list[_Atom]]:
    """Return as many atoms as there is room for, line by line."""
    lines, at = list[list[_Atom]](), 0
    for room in rooms:
        line, left = list[_Atom](), room
        while at < len(atoms) and (needed := _width(atoms[at], is_first=not line)) <= left:
            line.append(atoms[at])
            at, left = at + 1, left - needed
        if line:
            lines.append(line)
    return lines


def _width(atom: _Atom, *, is_first: bool) -> int:
    return cells(atom.text) + (not is_first and not atom.is_glued)


def _text(atoms: Sequence[_Atom]) -> str:
    return "".join(atom.text if atom.is_glued else f" {atom.text}" for atom in atoms).strip(" ")


def _atoms(text: str, first_room: int) -> Iterator[_Atom]:
    """Yield words, and single signs where there are no spaces; each fits in a line, the first beside the name."""
    room = first_room
    for word in one_line(text).split(" "):
        is_glued = False
        for part in _PART.findall(word):
            for piece in _pieces(part, room):
                yield _Atom(piece, is_glued)
                is_glued, room = True, MAX_CELLS


def _pieces(text: str, room: int) -> Iterator[str]:
    """Yield the text in pieces: the first of at most so many cells, the others of a line; accents stay with letters."""
    piece = ""
    for cluster in _clusters(text):
        if piece and cells(piece + cluster) > room:
            yield piece
            piece, room = "", MAX_CELLS
        piece += cluster
    yield piece


def _clusters(text: str) -> list[str]:
    """Return the letters, each with the marks on it, nearly as UAX 29 has them."""
    clusters = list[str]()
    for letter in text:
        is_mark = unicodedata.category(letter)[0] == "M" or letter == "\u200d"
        joins = clusters and (is_mark or clusters[-1][-1] == "\u200d")
        if joins and len(clusters[-1]) < _LONGEST_CLUSTER:
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters


def _timed(atoms: Sequence[_Atom], said: Spoken) -> Iterator[_Atom]:
    times = times_of([atom.text for atom in atoms], said.words, said.start_s, said.end_s)
    for atom, (start_s, end_s) in zip(atoms, times, strict=True):
        yield replace(atom, start_s=start_s, end_s=end_s)
