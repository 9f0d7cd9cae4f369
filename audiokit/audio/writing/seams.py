"""What is between the parts of a programme and at their edges: silences, and fades so that no joint clicks.

Here sound is lines: arrays of one channel, float32 or int16, that come in pieces of any length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples

__all__ = ["Line", "Mark", "Seams", "assembled"]

Line = npt.NDArray[Any]
_SILENCE_FRAMES = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where one part stands in the whole: the frame that it begins with, and the first one after it."""

    start_frame: int
    end_frame: int
    sample_rate_hz: int

    @property
    def start_s(self) -> float:
        """When it begins."""
        return self.start_frame / self.sample_rate_hz

    @property
    def end_s(self) -> float:
        """When it is over."""
        return self.end_frame / self.sample_rate_hz


@dataclass(frozen=True, slots=True)
class Seams:
    """What is between the parts and at their edges."""

    pause_s: float | Sequence[float]
    fade_s: float
    sample_rate_hz: int

    def __post_init__(self) -> None:
        pauses = (self.pause_s,) if isinstance(self.pause_s, int | float) else self.pause_s
        if not all(0 <= time_s < np.inf for time_s in (*pauses, self.fade_s)):
            raise ValueError(f"pauses and fades last 0 s or longer, not {self.pause_s} and {self.fade_s}")

    def pause_frames(self, gap: int) -> int:
        """Return how long the silence in that gap is."""
        if isinstance(self.pause_s, int | float):
            return round(self.pause_s * self.sample_rate_hz)
        if gap >= len(self.pause_s):
            raise ValueError(f"there are only {len(self.pause_s)} pauses, and more gaps between the parts")
        return round(self.pause_s[gap] * self.sample_rate_hz)

    def refuse_spare_pauses(self, n_parts: int) -> None:
        """Raise ValueError if there are pauses for more gaps than there were."""
        if not isinstance(self.pause_s, int | float) and len(self.pause_s) > max(n_parts - 1, 0):
            raise ValueError(f"there are {len(self.pause_s)} pauses for the gaps between {n_parts} parts")

    def rise(self) -> Samples:
        """Return the factors that a part begins with; backwards, those that it ends with."""
        n_frames = round(self.fade_s * self.sample_rate_hz)
        return _rise(n_frames)


def _rise(n_frames: int) -> Samples:
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(n_frames) + 0.5) / max(n_frames, 1))).astype(np.float32)


def assembled(lines: Iterable[Iterator[Line]], seams: Seams, on_mark: Callable[[Mark], object]) -> Iterator[Line]:
    """Yield the lines with their edges faded and the silences between them, and report where each one was."""
    n_parts, at, rise = 0, 0, seams.rise()
    for line in lines:
        if n_parts:
            pause = seams.pause_frames(n_parts - 1)
            yield from _silence(pause)
            at += pause
        start = at
        for piece in filter(len, _faded(line, rise)):
            yield piece
            at += len(piece)
        on_mark(Mark(start_frame=start, end_frame=at, sample_rate_hz=seams.sample_rate_hz))
        n_parts += 1
    seams.refuse_spare_pauses(n_parts)


def _silence(n_frames: int) -> Iterator[Line]:
    for start in range(0, n_frames, _SILENCE_FRAMES):
        yield np.zeros(min(_SILENCE_FRAMES, n_frames - start), np.int16)


def _faded(line: Iterator[Line], rise: Samples) -> Iterator[Line]:
    """Yield the line with its beginning and end faded; as much as a fade is held back, for it may be the end."""
    opening = _first(line, 2 * len(rise))
    if len(opening) < 2 * len(rise):
        rise = _rise(len(opening) // 2)
    n_fade = len(rise)
    yield _scaled(opening[:n_fade], rise)
    held = opening[n_fade:]
    for block in line:
        kept = max(0, n_fade - len(block))
        yield held[: len(held) - kept]
        held = np.concatenate([held[len(held) - kept :], block]) if kept else block
    yield held[: len(held) - n_fade]
    yield _scaled(held[len(held) - n_fade :], rise[::-1])


def _first(line: Iterator[Line], n_frames: int) -> Line:
    """Return at least so many frames in one piece, or all there are."""
    opening = np.zeros(0, np.int16)
    for block in line:
        opening = np.concatenate([opening, block]) if len(opening) else block
        if len(opening) >= n_frames:
            break
    return opening


def _scaled(samples: Line, factors: Samples) -> Line:
    scaled = samples * factors
    return scaled if samples.dtype == np.float32 else np.rint(scaled).astype(samples.dtype)
