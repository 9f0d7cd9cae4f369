"""A stretch out of a long recording of our own, without reading what lies before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.reading.given import container_of
from audiokit.audio.reading.recording import damaged, translated

__all__ = ["blocks_between"]

_EARLIER_S = 0.25  # than asked for, so that a frame that a seek lands in the middle of is not missed


def blocks_between(path: Path, start_s: float, end_s: float) -> Iterator[Clip]:
    """Yield ``[start_s, end_s)`` of a FLAC or WAV file as one channel, to the frame, in blocks as the codec has them.

    For files that we wrote ourselves: they are decoded in this process (see :mod:`audiokit.audio.door`).

    Raises:
        UnreadableAudio: it cannot be decoded, or there is no sound in that stretch.
    """
    container, is_empty = container_of(path), True
    with translated(container), closing(av.open(str(path), "r", format=container.value)) as opened:
        rate_hz = opened.streams.audio[0].codec_context.sample_rate
        first, last = round(max(0.0, start_s) * rate_hz), round(end_s * rate_hz)
        for at, frame in _frames(opened, start_s, rate_hz):
            if at >= last:
                break
            piece = _samples(frame)[max(0, first - at) : last - at]
            if len(piece):
                is_empty = False
                yield Clip(piece, rate_hz)
    if is_empty:
        raise damaged(container, "no frames there")


def _frames(opened: InputContainer, start_s: float, rate_hz: int) -> Iterator[tuple[int, av.AudioFrame]]:
    """Yield frames from a little before a time, each with its place in samples."""
    track = opened.streams.audio[0]
    if start_s > _EARLIER_S and track.time_base is not None:
        opened.seek(int((start_s - _EARLIER_S) / track.time_base), stream=track)
    for frame in opened.decode(track):
        if frame.pts is not None and frame.time_base is not None:
            yield round(frame.pts * frame.time_base * rate_hz), frame


def _samples(frame: av.AudioFrame) -> Samples:
    """Return the frame as float32 of shape (n_frames, 1)."""
    n_channels = frame.layout.nb_channels
    raw = frame.to_ndarray()
    apart = raw.T if frame.format.is_planar else raw.reshape(-1, n_channels)
    full_scale = np.float32(1 if apart.dtype.kind == "f" else 2 ** (8 * apart.itemsize - 1))
    mono: Samples = (apart.astype(np.float32) / full_scale).mean(axis=1, keepdims=True, dtype=np.float32)
    return mono
