"""Long recordings in parts that a model accepts, cut where nobody speaks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from audiokit.audio.measuring.activity import Activity
from audiokit.audio.measuring.detect import runs
from audiokit.audio.measuring.powers import WINDOWS_PER_S, n_windows

__all__ = ["Part", "cut_points"]

_LAST_SHARE = 5  # a part ends in the last fifth of the room
_SHORTEST_PART_S = 1.0
_QUIET_WINDOWS = 3

_Frames = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Frames ``[start_frame, end_frame)`` of a recording.

    The first ``n_overlap_frames`` belong to the part before, too. ``starts_in_speech`` and ``ends_in_speech`` say that
    no pause was there to cut in, so that a word may be in two.
    """

    start_frame: int
    end_frame: int
    sample_rate_hz: int
    n_overlap_frames: int = 0
    starts_in_speech: bool = False
    ends_in_speech: bool = False

    @property
    def start_s(self) -> float:
        """Where it begins; what is heard in it at ``t`` was said at ``start_s + t``."""
        return self.start_frame / self.sample_rate_hz

    @property
    def end_s(self) -> float:
        """Where it ends."""
        return self.end_frame / self.sample_rate_hz

    @property
    def duration_s(self) -> float:
        """How long it lasts, overlap included."""
        return (self.end_frame - self.start_frame) / self.sample_rate_hz


def cut_points(activity: Activity, *, max_part_s: float, overlap_s: float = 0.0) -> tuple[Part, ...]:
    """Return the parts that cover a recording, each at most ``max_part_s`` long.

    A part ends in the last fifth of its room, as far from speech as can be: in the middle of the longest pause there.
    Without any pause it ends in the quietest 30 ms, and says so. The next one begins there, or ``overlap_s`` before.

    Raises:
        ValueError: parts under a second, or an overlap of more than half a part.
    """
    if max_part_s < _SHORTEST_PART_S or not 0 <= overlap_s <= max_part_s / 2:
        raise ValueError(f"parts of {max_part_s} s that overlap by {overlap_s} s cannot be cut")
    rate = activity.sample_rate_hz
    room, overlap = int(max_part_s * rate), round(overlap_s * rate)
    pauses = _pauses(activity)
    parts = list[Part]()
    part = Part(start_frame=0, end_frame=activity.n_frames, sample_rate_hz=rate)
    while part.end_frame - part.start_frame > room:
        latest = part.start_frame + room
        cut = _in_pause(pauses, latest - room // _LAST_SHARE, latest)
        is_in_speech = cut is None
        if cut is None:
            cut = _where_quietest(activity, latest - room // _LAST_SHARE, latest)
        parts.append(replace(part, end_frame=cut, ends_in_speech=is_in_speech))
        part = replace(part, start_frame=cut - overlap, n_overlap_frames=overlap, starts_in_speech=is_in_speech)
    return (*parts, part) if activity.n_frames else ()


def _pauses(activity: Activity) -> tuple[_Frames, _Frames]:
    """Return where pauses start, and where they have ended."""
    starts, ends = (edges * activity.sample_rate_hz // WINDOWS_PER_S for edges in runs(~activity.is_speech))
    return starts, np.minimum(ends, activity.n_frames)


def _in_pause(pauses: tuple[_Frames, _Frames], earliest: int, latest: int) -> int | None:
    """Return the frame that is farthest from speech, of those nearest to the middle of a pause; None without any."""
    starts, ends = pauses
    within = slice(np.searchsorted(ends, earliest, "right"), np.searchsorted(starts, latest))
    starts, ends = starts[within], ends[within]
    if not len(starts):
        return None
    cuts = ((starts + ends) // 2).clip(earliest, latest)
    return int(cuts[np.minimum(cuts - starts, ends - cuts).argmax()])


def _where_quietest(activity: Activity, earliest: int, latest: int) -> int:
    first = n_windows(earliest, activity.sample_rate_hz)
    levels_dbfs = activity.levels_dbfs[first : latest * WINDOWS_PER_S // activity.sample_rate_hz]
    powers = np.convolve(10 ** (levels_dbfs.astype(np.float64) / 10), np.ones(_QUIET_WINDOWS), "valid")
    n_half_windows = 2 * (first + int(powers.argmin())) + _QUIET_WINDOWS
    return n_half_windows * activity.sample_rate_hz // (2 * WINDOWS_PER_S)
