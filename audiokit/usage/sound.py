"""What sounds are like, as entries say it and as it is added up: columns, buckets, and what half of them stay below."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from audiokit.audio.measuring.figures import CLIPPED_RATIO, Figures
from audiokit.usage.entries import Entry
from audiokit.usage.latencies import percentile_of

__all__ = [
    "COLUMNS",
    "COUNTS",
    "DIRECTIONS",
    "EDGES",
    "FIGURES",
    "Direction",
    "Sound",
    "adds_of",
    "all_known",
    "as_columns",
    "figures_of_entry",
    "in_buckets",
]

Direction = Literal["in", "out"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("in", "out")
COUNTS: Final = ("n_sounds", "n_clipped", "n_again", "sound_ms", "speech_ms")
EDGES: Final[Mapping[str, tuple[int, ...]]] = {
    "loudness_lufs": tuple(range(-45, -5, 3)),
    "snr_db": tuple(range(5, 56, 5)),
    "bandwidth_hz": tuple(range(2000, 12_001, 2000)),
}
"""Where the buckets of each figure begin, above the first, which everything below them is in."""

_LETTERS: Final = {"loudness_lufs": "l", "snr_db": "s", "bandwidth_hz": "b"}
COLUMNS: Final = {
    name: tuple(f"{_LETTERS[name]}{number:02}" for number in range(len(edges) + 1)) for name, edges in EDGES.items()
}
"""Their columns in the table of tallies."""

FIGURES: Final = tuple(field.name for field in fields(Figures))
"""What is known of one sound, by name; an entry has each twice, with its direction before it."""

_HALF, _TENTH = 0.5, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What sounds were like that one model was given on one page (``in``), or gave (``out``).

    ``n_sounds`` were measured, of ``sound_ms`` together, ``speech_ms`` of which may be speech; ``n_clipped`` of them
    are clipped. ``n_again`` of what it said was not as written, and was spoken again. Half of all sounds stay below a
    ``p50`` and one in ten below a ``p10``; None where it is told of none. For everybody these are from buckets, so that
    a figure is within 3 LU, 5 dB and 2 kHz of the true one. For one person or team all figures are of the newest few
    thousand calls, exactly.
    """

    page: str
    model: str
    direction: Direction
    n_sounds: int = 0
    n_clipped: int = 0
    n_again: int = 0
    sound_ms: int = 0
    speech_ms: int = 0
    loudness_p50_lufs: float | None = None
    loudness_p10_lufs: float | None = None
    snr_p50_db: float | None = None
    snr_p10_db: float | None = None
    bandwidth_p50_hz: float | None = None

    @property
    def clipped_share(self) -> float | None:
        """The share of sounds that are clipped; None where none was measured."""
        return self.n_clipped / self.n_sounds if self.n_sounds else None

    @property
    def speech_share(self) -> float | None:
        """The share of time that may be speech; None where none was measured."""
        return self.speech_ms / self.sound_ms if self.sound_ms else None

    @property
    def again_share(self) -> float | None:
        """The share of what was said that had to be said again; None where nothing was said, or measured."""
        return min(1.0, self.n_again / self.n_sounds) if self.n_sounds and self.direction == "out" else None


def as_columns(direction: Direction, figures: Figures | None) -> dict[str, Any]:
    """Return what an entry says of a sound; nothing where nobody measured it."""
    return {} if figures is None else {f"{direction}_{name}": getattr(figures, name) for name in FIGURES}


def figures_of_entry(entry: Entry, direction: Direction) -> Figures | None:
    """Return what an entry says of its sound, the way back from :func:`as_columns`."""
    values: dict[str, Any] = {name: getattr(entry, f"{direction}_{name}") for name in FIGURES}
    return None if values["sound_ms"] is None else Figures(**values)


def adds_of(entry: Entry) -> list[dict[str, Any]]:
    """Return what an entry adds to which rows, in the order in which these are locked; only what is not nothing.

    A figure's bucket is told by the figure's name.
    """
    found = [{"page": entry.page, "model": model, "direction": side, **adds} for model, side, adds in _adds(entry)]
    return sorted(found, key=lambda row: (row["model"], row["direction"]))


def _adds(entry: Entry) -> Iterator[tuple[str, Direction, dict[str, int]]]:
    if entry.corrects is not None or entry.cached or entry.outcome not in ("answered", "cut"):
        return
    wrong = entry.again_for
    for direction in DIRECTIONS:
        figures = figures_of_entry(entry, direction)
        is_of_wrong = direction == "out" and wrong == entry.model_asked
        if figures is not None:
            yield entry.model_asked, direction, _added(figures) | ({"n_again": 1} if is_of_wrong else {})
            wrong = None if is_of_wrong else wrong
    if wrong is not None:
        yield wrong, "out", {"n_again": 1}


def _added(figures: Figures) -> dict[str, int]:
    adds = {
        "n_sounds": 1,
        "n_clipped": int(figures.clipped_ratio >= CLIPPED_RATIO),
        "sound_ms": figures.sound_ms,
        "speech_ms": figures.speech_ms,
    }
    known = {name: getattr(figures, name) for name in EDGES}
    return adds | {name: bisect_right(EDGES[name], value) for name, value in known.items() if value is not None}


def in_buckets(key: tuple[str, str, Direction], counts: Mapping[str, int], buckets: Mapping[str, list[int]]) -> Sound:
    """Return what tallies come to, of the place that ``key`` says: page, model and direction."""
    return _sound(key, counts, {name: _Spread(EDGES[name], numbers) for name, numbers in buckets.items()})


def all_known(key: tuple[str, str, Direction], sounds: Sequence[Figures], n_again: int) -> Sound:
    """Return the same of sounds each of which is known."""
    counts = {
        "n_sounds": len(sounds),
        "n_clipped": sum(one.clipped_ratio >= CLIPPED_RATIO for one in sounds),
        "n_again": n_again,
        "sound_ms": sum(one.sound_ms for one in sounds),
        "speech_ms": sum(one.speech_ms for one in sounds),
    }
    known = {name: [value for one in sounds if (value := getattr(one, name)) is not None] for name in EDGES}
    return _sound(key, counts, {name: _Listed(values) for name, values in known.items()})


@dataclass(frozen=True, slots=True)
class _Listed:
    values: Sequence[float]

    def below(self, share: float) -> float | None:
        return percentile_of(self.values, share)


@dataclass(frozen=True, slots=True)
class _Spread:
    """Sounds by bucket; within one they are taken to be spread evenly."""

    edges: Sequence[int]
    counts: Sequence[int]

    def below(self, share: float) -> float | None:
        left = share * sum(self.counts)
        for number, n in enumerate(self.counts):
            if n > 0 and left <= n:
                low, high = self._bounds(number)
                return low + (high - low) * left / n
            left -= n
        return None

    def _bounds(self, number: int) -> tuple[float, float]:
        step = self.edges[1] - self.edges[0]
        low = self.edges[number - 1] if number else self.edges[0] - step
        return low, low + step


def _sound(
    key: tuple[str, str, Direction], counts: Mapping[str, int], spreads: Mapping[str, _Listed | _Spread]
) -> Sound:
    page, model, direction = key
    loudness, snr = spreads["loudness_lufs"], spreads["snr_db"]
    return Sound(
        page=page,
        model=model,
        direction=direction,
        **counts,
        loudness_p50_lufs=loudness.below(_HALF),
        loudness_p10_lufs=loudness.below(_TENTH),
        snr_p50_db=snr.below(_HALF),
        snr_p10_db=snr.below(_TENTH),
        bandwidth_p50_hz=spreads["bandwidth_hz"].below(_HALF),
    )
