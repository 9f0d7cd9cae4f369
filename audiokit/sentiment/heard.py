"""What was heard in a recording, or in a part of it: words with their times and, where they were told, speakers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

__all__ = ["HeardPart", "HeardWord", "text_of"]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with its punctuation, said from ``start_s`` to ``end_s`` of the recording, to the millisecond.

    ``speaker`` is a number from 1 on, None where nobody told voices apart. ``is_joined``: no space stands between it
    and the word before, as in Chinese. ``confidence`` is the recogniser's own, 0 to 1, None where it gave none.
    """

    text: str
    start_s: float
    end_s: float
    speaker: int | None = None
    is_joined: bool = False
    confidence: float | None = None

    @property
    def middle_s(self) -> float:
        """When half of it has been said."""
        return (self.start_s + self.end_s) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPart:
    """All words that were heard from ``start_s`` to ``end_s`` of a recording; none, where nothing was said.

    Words stand utterance by utterance: where two people talk at once, one is heard out before the other. ``language``
    is ISO 639-1, None where nobody said. ``tells_speakers`` False: nobody told voices apart, all may be one or many.
    ``recognised`` are the speakers who were known before, by their voices: their numbers hold beyond this part.
    ``notes`` say who answered in whose place.
    """

    words: tuple[HeardWord, ...]
    language: str | None
    model: str
    tells_speakers: bool
    start_s: float = 0.0
    end_s: float = 0.0
    recognised: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def speakers(self) -> tuple[int, ...]:
        """The numbers of those who were told apart, in the order in which they are first heard."""
        return tuple(dict.fromkeys(word.speaker for word in self.words if word.speaker is not None))

    @property
    def text(self) -> str:
        """All words as one line."""
        return text_of(self.words)

    def to_json(self) -> str:
        """Return it as JSON, each word as a short list: three hours have 30,000 of them."""
        lists = [_listed(word) for word in self.words]
        return json.dumps(asdict(replace(self, words=())) | {"words": lists}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what :meth:`to_json` wrote."""
        kept: dict[str, Any] = json.loads(text)
        words = tuple(HeardWord(*word) for word in kept.pop("words"))
        return cls(words=words, **kept | {name: tuple(kept[name]) for name in ("notes", "recognised")})


def _listed(word: HeardWord) -> list[Any]:
    told = [word.text, word.start_s, word.end_s, word.speaker, word.is_joined]
    return told if word.confidence is None else [*told, word.confidence]


def text_of(words: Iterable[HeardWord]) -> str:
    """Return words as one line."""
    return "".join(word.text if word.is_joined else f" {word.text}" for word in words).strip(" ")
