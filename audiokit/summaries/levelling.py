"""How much louder each line must be, so that all voices of a programme are equally loud and no line falls out of it.

A line keeps its own emphasis within ``_SPREAD_LU`` of its voice. Beyond that, it was spoken by another model or at
another distance, and is brought back to that edge.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log10

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.loudness import Loudness, loudness

__all__ = ["Level", "Levels", "gains_db"]

_SPREAD_LU = 3.0
_MOST_REMEMBERED = 10_000  # lines, of 200 bytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How loud one line is, and for how long; ``-inf`` where nothing is heard."""

    speaker: int
    lufs: float
    true_peak_dbtp: float
    duration_s: float


class Levels:
    """How loud clips are, by their digests: measured while others are still being spoken. Safe between threads.

    It may forget: what is not known is measured when it is wanted.
    """

    def __init__(self) -> None:
        self._known: dict[str, Loudness] = {}
        self._lock = threading.Lock()

    def of(self, digest: str, clip: Clip | Callable[[], Clip]) -> Loudness:
        """Return how loud a clip is, which may still have to be opened."""
        with self._lock:
            known = self._known.get(digest)
        if known is None:
            known = loudness(clip if isinstance(clip, Clip) else clip())
            with self._lock:
                while len(self._known) >= _MOST_REMEMBERED:
                    del self._known[next(iter(self._known))]
                self._known[digest] = known
        return known


def gains_db(levels: Sequence[Level], *, target_lufs: float) -> tuple[float, ...]:
    """Return the gain for each line that brings its voice to ``target_lufs``; 0 where nothing is heard."""
    of_voices = defaultdict[int, list[Level]](list)
    for level in levels:
        if isfinite(level.lufs):
            of_voices[level.speaker].append(level)
    voices = {speaker: _Voice.of(heard) for speaker, heard in of_voices.items()}
    return tuple(_gain_db(level, voices, target_lufs) for level in levels)


def _gain_db(level: Level, voices: Mapping[int, _Voice], target_lufs: float) -> float:
    if not isfinite(level.lufs):
        return 0.0
    voice = voices[level.speaker]
    return target_lufs - voice.lufs + voice.held(level.lufs) - level.lufs


@dataclass(frozen=True, slots=True)
class _Voice:
    """How loud a voice mostly is, and how loud all of it is once no line strays from that."""

    usual_lufs: float
    lufs: float

    @classmethod
    def of(cls, heard: Sequence[Level]) -> _Voice:
        usual_lufs = _weighted_median(heard)
        energies = ((_held(level.lufs, usual_lufs), level.duration_s) for level in heard)
        return cls(usual_lufs, _mean_lufs(energies))

    def held(self, lufs: float) -> float:
        """Return how loud a line may be that is ``lufs`` loud by itself."""
        return _held(lufs, self.usual_lufs)


def _held(lufs: float, usual_lufs: float) -> float:
    return min(max(lufs, usual_lufs - _SPREAD_LU), usual_lufs + _SPREAD_LU)


def _weighted_median(heard: Sequence[Level]) -> float:
    """Return the loudness that half of the time is above: one line that shouts does not move it."""
    ordered = sorted(heard, key=lambda level: level.lufs)
    half_s, gone_s = sum(level.duration_s for level in ordered) / 2, 0.0
    for level in ordered:
        gone_s += level.duration_s
        if gone_s >= half_s:
            break
    return level.lufs


def _mean_lufs(parts: Iterable[tuple[float, float]]) -> float:
    energy, duration_s = 0.0, 0.0
    for lufs, lasting_s in parts:
        energy, duration_s = energy + lasting_s * 10 ** (lufs / 10), duration_s + lasting_s
    return 10 * log10(energy / duration_s)
