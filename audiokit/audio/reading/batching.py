"""Decoded frames joined into seconds of packed float32, by FFmpeg's queue and filters.

Frame by frame in Python costs half as much again as FFmpeg: an hour of M4A has 168,750 frames. Here each goes into a
queue, and the filters are called once a second.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.fifo import AudioFifo
from av.filter import Graph

__all__ = ["Batcher"]


class Batcher:
    """A queue and one graph of filters, for frames of one kind; what comes out is packed float32, a second a frame."""

    def __init__(self, first: av.AudioFrame, *, like: tuple[int, str] | None = None) -> None:
        rate_hz, layout = like or (first.sample_rate, first.layout.name)
        self._like, self._kind = (rate_hz, layout), (first.sample_rate, first.layout.name, first.format.name)
        self._queue, self._graph = AudioFifo(), Graph()
        source = self._graph.add_abuffer(
            sample_rate=first.sample_rate,
            format=first.format.name,
            layout=first.layout.name,
            time_base=Fraction(1, first.sample_rate),
        )
        packed = self._graph.add("aformat", f"sample_fmts=flt:sample_rates={rate_hz}:channel_layouts={layout}")
        self._graph.link_nodes(source, packed, self._graph.add("abuffersink")).configure()
        self._push = source.push

    def takes(self, frame: av.AudioFrame) -> bool:
        """Tell whether this frame is of the same kind: a graph takes one rate, layout and format."""
        rate_hz, layout, kind = self._kind
        return frame.sample_rate == rate_hz and frame.layout.name == layout and frame.format.name == kind

    def again(self, first: av.AudioFrame) -> Batcher:
        """Return the next one, for frames of another kind, that gives the same as this."""
        return Batcher(first, like=self._like)

    def add(self, frame: av.AudioFrame) -> bool:
        """Take a frame; tell whether there is a second to be taken out."""
        frame.pts = None
        self._queue.write(frame)
        return self._queue.samples >= self._kind[0]

    def ready(self) -> Iterator[av.AudioFrame]:
        """Yield whole seconds."""
        while self._queue.samples >= self._kind[0]:
            yield from self._passed(self._queue.read(self._kind[0]))

    def flush(self) -> Iterator[av.AudioFrame]:
        """Yield the rest."""
        yield from self.ready()
        yield from self._passed(self._queue.read(0, partial=True))
        self._push(None)
        yield from self._pulled()

    def _passed(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        if frame is not None:
            frame.pts = None
            self._push(frame)
        yield from self._pulled()

    def _pulled(self) -> Iterator[av.AudioFrame]:
        with contextlib.suppress(av.BlockingIOError, av.EOFError):
            while True:
                frame = self._graph.pull()
                if isinstance(frame, av.AudioFrame):
                    yield frame
