"""Which parts of a recording were kept, and where each instant has gone. No sound in here."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

__all__ = ["TimeMap"]

_ROUNDING = 1e-3  # of a frame: seconds that were frames once are those frames again


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMap:
    """The kept spans ``[start_frame, end_frame)`` of a recording of ``n_original_frames``, in order and apart.

    What was kept, joined, is the prepared recording. Frames are those of both, at one rate.
    """

    spans: tuple[tuple[int, int], ...]
    n_original_frames: int
    sample_rate_hz: int
    _joints: tuple[int, ...] = field(init=False, repr=False, compare=False)  # where each span begins, prepared

    def __post_init__(self) -> None:
        edges = [0, *(edge for span in self.spans for edge in span), self.n_original_frames]
        is_in_order = all(start < end for start, end in self.spans) and all(a <= b for a, b in pairwise(edges))
        if not is_in_order or self.sample_rate_hz < 1:
            raise ValueError("spans must be in order, not empty, and inside the recording")
        lengths = (end - start for start, end in self.spans)
        object.__setattr__(self, "_joints", tuple(accumulate(lengths, initial=0)))

    @classmethod
    def of_everything(cls, n_frames: int, sample_rate_hz: int) -> TimeMap:
        """Return the map that keeps a recording as it is."""
        spans = ((0, n_frames),) if n_frames else ()
        return cls(spans=spans, n_original_frames=n_frames, sample_rate_hz=sample_rate_hz)

    @property
    def n_frames(self) -> int:
        """How many frames are kept."""
        return self._joints[-1]

    @property
    def duration_s(self) -> float:
        """How long the prepared recording lasts."""
        return self.n_frames / self.sample_rate_hz

    @property
    def removed_s(self) -> float:
        """How much shorter that is than the original."""
        return (self.n_original_frames - self.n_frames) / self.sample_rate_hz

    def to_original_s(self, prepared_s: float) -> float:
        """Return where an instant of the prepared recording was; at a joint, where the later span begins.

        Before the beginning is the beginning, and after the end the end of what was kept.
        """
        if not self.spans:
            return 0.0
        at = min(max(self._frames(prepared_s), 0.0), float(self.n_frames))
        index = min(bisect_right(self._joints, at), len(self.spans)) - 1
        return (self.spans[index][0] + at - self._joints[index]) / self.sample_rate_hz

    def to_prepared_s(self, original_s: float) -> float:
        """Return where an instant of the original has gone; what was removed has gone to the joint in its place."""
        at = self._frames(original_s)
        index = bisect_right(self.spans, at, key=lambda span: span[0]) - 1
        if index < 0:
            return 0.0
        start, end = self.spans[index]
        return (self._joints[index] + min(at, end) - start) / self.sample_rate_hz

    def _frames(self, seconds: float) -> float:
        frames = seconds * self.sample_rate_hz
        whole = round(frames)
        return float(whole) if abs(frames - whole) < _ROUNDING else frames
