"""What is said of a whole recording, as values: its arc, where it turned, its moments, topics, actions and summary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Cited", "Kind", "Moment", "Turning", "Whole"]


class Kind(StrEnum):
    """Why a moment stands out."""

    TURNING = "turning"
    CONTRAST = "contrast"
    STRONG = "strong"
    CALMEST = "calmest"
    MOST_EXCITED = "most_excited"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """Where something changed for good. ``by``: "words", "voice" or "measured"; ``size`` in the unit of that reading.

    ``speaker`` None: the change is in the recording as a whole.
    """

    at_s: float
    by: str
    size: float
    speaker: int | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A stretch worth listening to, and why, in one sentence."""

    kind: Kind
    start_s: float
    end_s: float
    segment_ids: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Something said of the recording, and the segments that it rests on."""

    text: str
    segment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The recording as a whole. What a model wrote is ``summary``, ``topics`` and ``actions``; the rest is reckoned."""

    turnings: tuple[Turning, ...] = ()
    moments: tuple[Moment, ...] = ()
    summary: tuple[Cited, ...] = ()
    topics: tuple[Cited, ...] = ()
    actions: tuple[Cited, ...] = ()
    n_escalated: int = 0
    n_changed: int = 0  # how often the second opinion changed the first
    saved_nanousd: int | None = None  # by not asking the full model about everything
