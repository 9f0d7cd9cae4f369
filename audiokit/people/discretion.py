"""What a person, or whoever runs audiokit, wants not to be kept: sound at all, or personal data in words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

from audiokit.people.preferences import Preferences
from audiokit.words.redaction import redacted

__all__ = ["Discreet", "Discretion"]

_NAME = "discretion"
_REMEMBERED_S: Final = 2.0  # each turn asks several times; what another process changed is known here that much later
_MOST_REMEMBERED: Final = 1_000  # people who come and go would stay otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Discreet:
    """``keeps_nothing``: sound is in memory only. ``keeps_words``: and its words stay. ``redacts``: without data."""

    keeps_nothing: bool = False
    keeps_words: bool = True
    redacts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Discretion:
    """Everybody's by the settings; a person can be more careful than these, and never less."""

    preferences: Preferences
    everybody: Discreet = field(default_factory=Discreet)
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Discreet]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def own(self, person_id: str) -> Discreet:
        """Return what a person has chosen."""
        kept = self.preferences.get(person_id, _NAME)
        given = kept if isinstance(kept, dict) else {}
        names = Discreet.__dataclass_fields__
        return Discreet(**{name: bool(value) for name, value in given.items() if name in names})

    def of(self, person_id: str) -> Discreet:
        """Return what holds for a person."""
        with self._lock:
            known = self._known.get(person_id)
        if known is not None and self.clock() < known[0]:
            return known[1]
        own, here = self.own(person_id), self.everybody
        found = Discreet(
            keeps_nothing=own.keeps_nothing or here.keeps_nothing,
            keeps_words=own.keeps_words and here.keeps_words,
            redacts=own.redacts or here.redacts,
        )
        with self._lock:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[person_id] = self.clock() + _REMEMBERED_S, found
        return found

    def redacts(self, person_id: str) -> bool:
        """Whether words of this person are kept without personal data in them."""
        return self.of(person_id).redacts

    def keeps_nothing(self, person_id: str) -> bool:
        """Whether sound of this person is in memory only."""
        return self.of(person_id).keeps_nothing

    def as_kept(self, person_id: str, words: str) -> str | None:
        """Return words as they are to be stored: without personal data, where that is wanted; None: not at all."""
        held = self.of(person_id)
        if held.keeps_nothing and not held.keeps_words:
            return None
        return redacted(words) if held.redacts else words

    def choose(self, person_id: str, choice: Discreet) -> None:
        """Keep what a person has chosen."""
        self.preferences.set(person_id, _NAME, asdict(choice))
        with self._lock:
            self._known.pop(person_id, None)
