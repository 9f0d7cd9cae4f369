"""The two sides' turns while they come about: what the person said, and what the model says and was heard of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audiokit.converse.live.seam import BYTES_PER_MS

__all__ = ["Latency", "Said", "Speaking", "Spoken"]

_MOST_BYTES = 10 * 60_000 * BYTES_PER_MS
"""The longest answer that is kept: ten minutes."""


@dataclass(slots=True, kw_only=True)
class Latency:
    """When the parts of one exchange happened, in seconds of some steady clock; None is not known, or not yet.

    ``ended_at`` is the end of the person's speech itself, before the silence that showed it.
    """

    ended_at: float | None = None
    committed_at: float | None = None
    first_event_at: float | None = None
    first_sent_at: float | None = None

    @property
    def ms(self) -> int | None:
        """From the end of speech to the first sound on its way to the browser."""
        return _ms(self.ended_at, self.first_sent_at)

    @property
    def parts(self) -> dict[str, int | None]:
        """What it is made of: until the end was noticed, until the first sound came, until it was passed on."""
        return {
            "noticing_ms": _ms(self.ended_at, self.committed_at),
            "answering_ms": _ms(self.committed_at, self.first_event_at),
            "passing_on_ms": _ms(self.first_event_at, self.first_sent_at),
        }


@dataclass(slots=True, kw_only=True)
class Said:
    """A turn of the person's. ``turn_id`` is there once it is kept; only the keeper sets it."""

    item_id: str
    pcm16: bytes = b""
    words: str | None = None
    latency: Latency = field(default_factory=Latency)
    turn_id: str | None = None


@dataclass(slots=True)
class _Item:
    sound: bytearray = field(default_factory=bytearray)
    words: str = ""
    marks: list[tuple[int, int]] = field(default_factory=list)  # so many characters came once so many bytes had


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What was heard of a turn of the model's: its sound, cut where it was interrupted, and all words that came.

    ``whole`` is the sound before the cut, which the words belong to, and ``n_chars`` how many of them can have been
    spoken by then at most; both are needed only ``is_cut``.
    """

    words: str
    pcm16: bytes
    whole: bytes
    n_chars: int
    is_cut: bool


class Speaking:
    """The model's turn while it grows: one answer, or several with calls of functions between them."""

    def __init__(self) -> None:
        self._items: dict[str, _Item] = {}
        self._cuts: dict[str, int] = {}  # ms
        self.n_bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether no more of it is kept."""
        return self.n_bytes >= _MOST_BYTES

    def add_sound(self, item_id: str, pcm16: bytes) -> None:
        """Add sound, as long as there is room."""
        fits = pcm16[: _MOST_BYTES - self.n_bytes]
        self._items.setdefault(item_id, _Item()).sound += fits
        self.n_bytes += len(fits)

    def add_words(self, item_id: str, text: str) -> None:
        """Add words; they come before their sound does."""
        item = self._items.setdefault(item_id, _Item())
        item.marks.append((len(item.words), len(item.sound)))
        item.words += text

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Its items, in order."""
        return tuple(self._items)

    def ms_of(self, item_id: str) -> int:
        """Return how much sound there is of an item."""
        item = self._items.get(item_id)
        return len(item.sound) // BYTES_PER_MS if item else 0

    def cut(self, heard_ms: Mapping[str, int]) -> dict[str, int]:
        """Keep no more than was heard; return the items that are shorter for it, with how long they are now.

        What is not named in ``heard_ms`` had not been sent, and was not heard.
        """
        for item_id in self._items:
            heard = heard_ms.get(item_id, 0)
            if heard < self.ms_of(item_id):
                self._cuts[item_id] = heard
        return dict(self._cuts)

    def spoken(self) -> Spoken:
        """Return the turn as it was heard, its items one after the other."""
        words, whole, kept, n_chars = "", b"", b"", 0
        for item_id, item in self._items.items():
            gap = " " if words and item.words and not words[-1].isspace() else ""
            if item_id in self._cuts:
                end = self._cuts[item_id] * BYTES_PER_MS
                n_chars = len(words + gap) + _n_chars_by(item, end)
                return Spoken(
                    words=(words + gap + item.words).strip(),
                    pcm16=kept + bytes(item.sound[:end]),
                    whole=whole + bytes(item.sound),
                    n_chars=n_chars,
                    is_cut=True,
                )
            words += gap + item.words
            kept = whole = whole + bytes(item.sound)
        return Spoken(words=words.strip(), pcm16=kept, whole=whole, n_chars=len(words), is_cut=False)


def _n_chars_by(item: _Item, end: int) -> int:
    """Return how many characters can have been spoken at most: those that had come before this sound had."""
    later = [n_chars for n_chars, n_bytes in item.marks if n_bytes >= end]
    return later[0] if later else len(item.words)


def _ms(start: float | None, end: float | None) -> int | None:
    return None if start is None or end is None else max(0, round((end - start) * 1000))
