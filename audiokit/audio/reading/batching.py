"""Decoded frames joined into seconds of packed float32, by FFmpeg's own filters.

An hour of M4A has 168,750 frames, and what Python does for each is dear. So each is given to the filters by one call,
which looks at its kind too, and they are asked once a second for what they have joined.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator, Iterator
from fractions import Fraction
from typing import cast

import av
from av.filter import Graph

from audiokit.errors import UnreadableAudio

__all__ = ["SAMPLE_RATES_HZ", "seconds"]

SAMPLE_RATES_HZ = range(1_000, 768_001)
"""The rates that sound has; a second of it is held in memory."""


def seconds(frames: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    """Yield the same sound as packed float32, a second a frame, in the rate and layout that it begins with.

    Raises:
        UnreadableAudio: a frame claims a rate that no sound has.
    """
    first: av.AudioFrame | None = next(frames, None)
    if first is None:
        return
    rate_hz, layout = first.sample_rate, first.layout.name
    while first is not None:
        first = yield from _Joining(first, rate_hz, layout).of(first, frames)


class _Joining:
    """The filters for frames of one kind: they are joined, and brought to the rate and layout that are asked for."""

    def __init__(self, first: av.AudioFrame, rate_hz: int, layout: str) -> None:
        self._per_s, self._graph = _rate_of(first), Graph()
        source = self._graph.add_abuffer(
            sample_rate=self._per_s,
            format=first.format.name,
            layout=first.layout.name,
            time_base=Fraction(1, self._per_s),
        )
        joined = self._graph.add("asetnsamples", f"n={self._per_s}:p=0")
        packed = self._graph.add("aformat", f"sample_fmts=flt:sample_rates={rate_hz}:channel_layouts={layout}")
        sink = self._graph.add("abuffersink")
        self._graph.link_nodes(source, joined, packed, sink).configure()
        self._push, self._pull = source.push, sink.pull

    def of(
        self, first: av.AudioFrame, others: Iterator[av.AudioFrame]
    ) -> Generator[av.AudioFrame, None, av.AudioFrame | None]:
        """Yield what comes of these frames; return the one at which another rate, layout or format begins, if any."""
        push, per_s = self._push, self._per_s
        first.pts, n_inside, other = None, first.samples, None
        if n_inside:
            push(first)
        for frame in others:
            if not frame.samples:  # FFmpeg takes none that is empty
                continue
            frame.pts = None
            try:
                push(frame)
            except ValueError:  # the source itself looks at all three
                other = frame
                break
            n_inside += frame.samples
            if n_inside >= per_s:
                yield from self._pulled(n_inside // per_s)
                n_inside %= per_s
        push(None)
        yield from self._pulled()
        return other

    def _pulled(self, n_seconds: int = sys.maxsize) -> Iterator[av.AudioFrame]:
        """Yield so many, or all that there are."""
        with contextlib.suppress(av.BlockingIOError, av.EOFError):
            for _ in range(n_seconds):
                yield cast("av.AudioFrame", self._pull())


def _rate_of(frame: av.AudioFrame) -> int:
    """Return the frame's rate, if it is one that sound has."""
    if frame.sample_rate not in SAMPLE_RATES_HZ:
        raise UnreadableAudio(
            f"This file claims {frame.sample_rate} samples a second, which no recorder makes. Record again."
        )
    return frame.sample_rate
