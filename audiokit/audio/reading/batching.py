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
        self._like, self._first, self._rate_hz = (rate_hz, layout), first, first.sample_rate
        self._queue, self._n_queued, self._graph = AudioFifo(), 0, Graph()
        source = self._graph.add_abuffer(
            sample_rate=first.sample_rate,
            format=first.format.name,
            layout=first.layout.name,
            time_base=Fraction(1, first.sample_rate),
        )
        packed = self._graph.add("aformat", f"sample_fmts=flt:sample_rates={rate_hz}:channel_layouts={layout}")
        self._graph.link_nodes(source, packed, self._graph.add("abuffersink")).configure()
        self._push = source.push

    @property
    def is_full(self) -> bool:
        """Whether there is a second to be taken out."""
        return self._n_queued >= self._rate_hz

    def again(self, first: av.AudioFrame) -> Batcher:
        """Return the next one, for frames of another kind, that gives the same as this."""
        return Batcher(first, like=self._like)

    def add(self, frame: av.AudioFrame) -> bool:
        """Take a frame; tell whether it was taken: one of another rate, layout or format is not.

        This is done 168,750 times an hour: names of layouts and formats are made anew at every look, and not looked at.
        """
        if frame.layout != self._first.layout:
            return False
        frame.pts = None
        try:
            self._queue.write(frame)
        except ValueError:  # the queue itself looks at the rate and the format
            return False
        self._n_queued += frame.samples
        return True

    def ready(self) -> Iterator[av.AudioFrame]:
        """Yield whole seconds."""
        while self.is_full:
            yield from self._taken(self._rate_hz)

    def flush(self) -> Iterator[av.AudioFrame]:
        """Yield the rest."""
        yield from self.ready()
        if self._n_queued:
            yield from self._taken(self._n_queued)
        self._push(None)
        yield from self._pulled()

    def _taken(self, n_frames: int) -> Iterator[av.AudioFrame]:
        self._n_queued -= n_frames
        if (frame := self._queue.read(n_frames)) is not None:
            frame.pts = None
            self._push(frame)
        yield from self._pulled()

    def _pulled(self) -> Iterator[av.AudioFrame]:
        with contextlib.suppress(av.BlockingIOError, av.EOFError):
            while True:
                frame = self._graph.pull()
                if isinstance(frame, av.AudioFrame):
                    yield frame
