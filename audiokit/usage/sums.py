"""What reports are made of: whose calls, and what they come to. Values only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

from audiokit.usage.kinds import CostByKind

__all__ = ["By", "Day", "Latency", "Scope", "Sums", "Tiles", "Top"]

By = Literal["person", "team", "model", "page"]
_MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose calls: those that fit everything that is named. ``model`` is the one that was asked for."""

    person_id: str | None = None
    team: str | None = None
    page: str | None = None
    model: str | None = None

    @property
    def is_of_people(self) -> bool:
        """Whether only some people's calls are meant."""
        return self.person_id is not None or self.team is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Calls added up. What an entry does not know adds nothing; ``n_unknown`` calls do not know their cost.

    ``n_failed`` and ``n_refused`` are of ``n_calls``, and ``n_cached`` those that were answered from what was at hand.
    ``input_ms`` is all sound that was sent, ``history_in_ms`` the part of it that had been sent before; neither it nor
    ``output_ms`` counts what was refused or at hand. The savings that may be None are so where no call knows them.
    """

    n_calls: int = 0
    n_failed: int = 0
    n_refused: int = 0
    n_cached: int = 0
    n_unknown: int = 0
    cost_nanousd: int = 0
    cost_audio_in_nanousd: int = 0
    cost_audio_out_nanousd: int = 0
    cost_text_nanousd: int = 0
    cost_cached_nanousd: int = 0
    saved_nanousd: int = 0
    saved_silence_nanousd: int | None = None
    saved_history_nanousd: int | None = None
    input_ms: int = 0
    history_in_ms: int = 0
    output_ms: int = 0
    text_in_tokens: int = 0
    audio_in_tokens: int = 0
    history_in_tokens: int = 0
    cached_in_tokens: int = 0
    text_out_tokens: int = 0
    audio_out_tokens: int = 0
    characters: int = 0

    def __add__(self, other: Sums) -> Sums:
        return self.plus(other, 1)

    def plus(self, other: Sums, sign: int) -> Sums:
        """Return both together, or the one without the other where ``sign`` is -1."""
        sums: dict[str, Any] = {name: _sum(getattr(self, name), getattr(other, name), sign) for name in _NAMES}
        return Sums(**sums)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was added up."""
        return not any(getattr(self, name) for name in _NAMES)

    @property
    def cost(self) -> CostByKind:
        """The cost by kind; what entries do not tell apart is other."""
        told = (
            self.cost_audio_in_nanousd + self.cost_audio_out_nanousd + self.cost_text_nanousd + self.cost_cached_nanousd
        )
        return CostByKind(
            audio_in_nanousd=self.cost_audio_in_nanousd,
            audio_out_nanousd=self.cost_audio_out_nanousd,
            text_nanousd=self.cost_text_nanousd,
            cached_nanousd=self.cost_cached_nanousd,
            other_nanousd=self.cost_nanousd - told,
        )

    @property
    def all_saved_nanousd(self) -> int:
        """What is known to have been saved by answers at hand, silence left out and compacted history."""
        return self.saved_nanousd + (self.saved_silence_nanousd or 0) + (self.saved_history_nanousd or 0)

    @property
    def minutes_in(self) -> float:
        """Minutes newly spoken to a model."""
        return (self.input_ms - self.history_in_ms) / _MS_PER_MINUTE

    @property
    def minutes_out(self) -> float:
        """Minutes that models spoke."""
        return self.output_ms / _MS_PER_MINUTE

    @property
    def nanousd_per_minute(self) -> int | None:
        """The cost over the minutes in and out; None without a minute, or where a cost is not known."""
        total_ms = self.input_ms - self.history_in_ms + self.output_ms
        return None if total_ms <= 0 or self.n_unknown else self.cost_nanousd * _MS_PER_MINUTE // total_ms

    @property
    def error_share(self) -> float | None:
        """The share of calls that failed or were refused; None without a call."""
        return (self.n_failed + self.n_refused) / self.n_calls if self.n_calls else None


_NAMES = tuple(field.name for field in fields(Sums))


def _sum(one: int | None, other: int | None, sign: int) -> int | None:
    return one if other is None else (one or 0) + sign * other


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """A period, and the one of the same length before it, for the trend."""

    now: Sums
    before: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day; every day of a period has one, also without calls."""

    day: date
    sums: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """Who, or what, spent. ``key`` is an id, None for people without a team; ``name`` is for people to read."""

    key: str | None
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long answers of one model took on one page; None where nothing was timed.

    ``n_timed`` calls were looked at. For everybody these are all that were answered, in buckets, so that a figure is
    within 26 % of the true one, and within 5 % where times are spread smoothly. For one person or team they are the
    newest few thousand, exactly. ``sums`` count all calls of the period.
    """

    page: str
    model: str
    sums: Sums
    n_timed: int
    first_p50_ms: float | None
    first_p95_ms: float | None
    total_p50_ms: float | None
    total_p95_ms: float | None
