"""Recordings without their dead air: what to keep, judged by activity alone, and keeping it while sound streams by."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from audiokit.audio.changing.timemap import TimeMap
from audiokit.audio.clip import Clip, Samples
from audiokit.audio.measuring.activity import LEAD_S, TAIL_S, Activity

__all__ = ["apply", "keep_plan"]

_FADE_S = 0.005
_NOTHING: Samples = np.zeros((1, 1), np.float32)


def keep_plan(activity: Activity, *, ends: bool = True, max_pause_s: float | None) -> TimeMap:
    """Return what to keep of a recording.

    With ``ends``, the quiet at both ends goes, but for ``LEAD_S`` before the first sound and ``TAIL_S`` after the last.
    A pause between sounds that is longer than ``max_pause_s`` loses its middle, so that so much remains of it, and at
    least the two together; None leaves pauses as they are. Where nothing may be speech, everything is kept.
    """
    spoken = activity.segments(min_pause_s=math.inf, min_speech_s=0)
    if not spoken:
        return TimeMap.of_everything(activity.n_frames, activity.sample_rate_hz)
    edges_s = [spoken[0].start_s, spoken[0].end_s] if ends else [0.0, activity.duration_s]
    edges = [round(edge_s * activity.sample_rate_hz) for edge_s in edges_s]
    if max_pause_s is not None:
        edges[1:1] = (edge for removed in _removed(activity, max_pause_s) for edge in removed)
    return TimeMap(
        spans=tuple(zip(edges[::2], edges[1::2], strict=True)),
        n_original_frames=activity.n_frames,
        sample_rate_hz=activity.sample_rate_hz,
    )


def apply(blocks: Iterable[Clip], time_map: TimeMap) -> Iterator[Clip]:
    """Yield what ``time_map`` keeps of the sound it was made for, which comes in blocks of any number of channels.

    At a joint, 5 ms of the sound that is removed fade out beneath the sound that follows; where an end was removed, the
    sound itself fades. All stays in the place that the map says.

    Raises:
        ValueError: the sound is not that of the map: another rate, or fewer frames.
    """
    source = _Source(blocks, time_map.sample_rate_hz)
    for samples in _faded(source, time_map):
        yield Clip(samples, time_map.sample_rate_hz)


def _faded(source: _Source, time_map: TimeMap) -> Iterator[Samples]:
    fades = _fade_frames(time_map)
    leaving = _NOTHING
    for index, (start, end) in enumerate(time_map.spans):
        n_before, n_after = fades[index : index + 2]
        if n_before:
            yield _crossfaded(leaving, source.gathered(start, start + n_before))
        left_at = end if index + 1 < len(time_map.spans) else end - n_after
        yield from source.between(start + n_before, left_at)
        leaving = source.gathered(left_at, left_at + n_after)
    if fades[-1]:
        yield _crossfaded(leaving, _NOTHING)


class _Source:
    """Blocks, of which parts are taken by their frames, from front to back."""

    def __init__(self, blocks: Iterable[Clip], sample_rate_hz: int) -> None:
        self._blocks = iter(blocks)
        self._sample_rate_hz = sample_rate_hz
        self._samples: Samples = np.zeros((0, 1), np.float32)
        self._end = 0  # the frame after the block that is at hand

    def between(self, start: int, end: int) -> Iterator[Samples]:
        """Yield the frames of ``[start, end)`` as they come, and drop all before them."""
        while start < end:
            while self._end <= start:
                self._advance()
            at = start - self._end + len(self._samples)
            piece = self._samples[at : at + end - start]
            yield piece
            start += len(piece)

    def gathered(self, start: int, end: int) -> Samples:
        """Return the same in one piece."""
        return np.concatenate([*self.between(start, end)]) if start < end else self._samples[:0]

    def _advance(self) -> None:
        block = next(self._blocks, None)
        if block is None:
            raise ValueError(f"the sound ends after {self._end} frames, and the map goes on")
        if block.sample_rate_hz != self._sample_rate_hz:
            raise ValueError(f"the sound has {block.sample_rate_hz} Hz, and the map {self._sample_rate_hz} Hz")
        self._samples = block.samples
        self._end += block.n_frames


def _removed(activity: Activity, max_pause_s: float) -> Iterator[tuple[int, int]]:
    """Yield the frames in the middle of each pause that is too long; its two ends share what stays of it."""
    longest_s = max(max_pause_s, LEAD_S + TAIL_S)
    lead_s = longest_s * LEAD_S / (LEAD_S + TAIL_S)
    kept = activity.segments(min_pause_s=longest_s, lead_s=lead_s, tail_s=longest_s - lead_s, min_speech_s=0)
    for before, after in pairwise(kept):
        start, end = (round(edge_s * activity.sample_rate_hz) for edge_s in (before.end_s, after.start_s))
        if start < end:
            yield start, end


def _fade_frames(time_map: TimeMap) -> list[int]:
    """Return over how many frames to fade before each span, and after the last; no more than there are."""
    edges = [0, *(edge for span in time_map.spans for edge in span), time_map.n_original_frames]
    removed = [end - start for start, end in zip(edges[::2], edges[1::2], strict=True)]
    kept = [end - start for start, end in time_map.spans]
    longest = round(_FADE_S * time_map.sample_rate_hz)
    fades = [min(longest, *lengths) for lengths in zip(removed, kept, strict=False)]
    return [*fades, min(longest, removed[-1], kept[-1] - fades[-1]) if kept else 0]


def _crossfaded(leaving: Samples, entering: Samples) -> Samples:
    """Add them while one gives way to the other, along a raised cosine: what both have in common stays as it is."""
    n_frames = max(len(leaving), len(entering))
    phases = (np.arange(n_frames, dtype=np.float32)[:, None] + np.float32(0.5)) * np.float32(np.pi / 2 / n_frames)
    return np.asarray(leaving * np.cos(phases) ** 2 + entering * np.sin(phases) ** 2, np.float32)
