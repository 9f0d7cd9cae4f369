"""A recording as it was given, opened: what it is, and its sound in blocks. Nothing here holds more than a second.

Everything is read through PyAV's wheel of FFmpeg. soundfile is as quick for WAV and FLAC and was left: one way to read
is one way to be wrong, and it stops for good at a damaged MP3 frame (0.26 s of 3.34 s in one real file).
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self, cast

import av
import numpy as np
from av.container import InputContainer

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.reading.batching import seconds
from audiokit.audio.reading.given import MAX_SIZE_BYTES, Source, container_of, size_of
from audiokit.audio.reading.sniff import Container
from audiokit.errors import UnreadableAudio

__all__ = ["MAX_SIZE_BYTES", "Recording", "Source", "damaged", "open_recording", "translated"]

_LOUDEST = 64.0  # +36 dBFS; a float beyond it is damage, and its square would overflow
_WEEK_S = 7 * 24 * 3600
# The demuxer is named by us and never guessed by FFmpeg: some of those it would guess open other files.
_DEMUXERS = {
    Container.WEBM: "matroska",
    Container.MP4: "mov",
    Container.ADTS: "aac",
    Container.NIST: "nistsphere",
}  # the others bear FFmpeg's name already


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """Sound that is about to be decoded: the first sound track of whatever it was found in.

    ``declared_s`` is what the container says, None where it says nothing or what no recording lasts. ``codec`` and
    ``channels`` (their positions, such as ``FL``) bear FFmpeg's names; damaged sound may have others than its header
    says. Close it, or use it in a ``with``; its blocks can be read once.
    """

    container: Container
    codec: str
    sample_rate_hz: int
    channels: tuple[str, ...]
    size_bytes: int
    declared_s: float | None
    _source: InputContainer = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def blocks(self) -> Iterator[Clip]:
        """Yield what can be decoded, in blocks of a second, in the rate and channels that the track begins with.

        Damaged packets are left out; samples that are no number, or absurd, are 0.

        Raises:
            UnreadableAudio: nothing can be decoded at all.
        """
        is_empty = True
        with translated(self.container):
            for frame in seconds(_frames(self._source)):
                is_empty = False
                yield _block(frame)
        if is_empty:
            raise damaged(self.container, "no frames")


def open_recording(source: Source, *, max_size_bytes: int = MAX_SIZE_BYTES) -> Recording:
    """Judge a source by its content and open it; nothing is decoded yet.

    Raises:
        FileTooLarge: more bytes than ``max_size_bytes``.
        UnreadableAudio: it is no file, no sound, or no container that can be opened.
    """
    size_bytes = size_of(source, max_size_bytes=max_size_bytes)
    container = container_of(source)
    with translated(container), contextlib.ExitStack() as on_failure:
        opened = on_failure.enter_context(contextlib.closing(_open(source, container)))
        recording = _described(opened, container, size_bytes)
        on_failure.pop_all()
        return recording


def _open(source: Source, container: Container) -> InputContainer:
    file: Any = io.BytesIO(source) if isinstance(source, bytes) else f"file:{source.resolve()}"
    options = {} if isinstance(source, bytes) else {"protocol_whitelist": "file"}
    demuxer = _DEMUXERS.get(container, container.value)
    opened: InputContainer = av.open(file, "r", format=demuxer, options=options, metadata_errors="ignore")
    return opened


def _described(opened: InputContainer, container: Container, size_bytes: int) -> Recording:
    if not opened.streams.audio:
        raise UnreadableAudio("There is no sound track in this file. Record again, or upload one with sound.")
    codec = opened.streams.audio[0].codec_context
    if codec is None:
        raise UnreadableAudio(
            f"The sound in this {container.value.upper()} file is of a kind that audiokit cannot decode. "
            "Record again, or save it as WAV or MP3 first."
        )
    declared_s = (opened.duration or 0) / av.time_base
    return Recording(
        container=container,
        codec=codec.name,
        sample_rate_hz=codec.sample_rate,
        channels=tuple(channel.name for channel in codec.layout.channels),
        size_bytes=size_bytes,
        declared_s=declared_s if 0 < declared_s < _WEEK_S else None,
        _source=opened,
    )


def _frames(source: InputContainer) -> Iterator[av.AudioFrame]:
    """Yield the frames of the first sound track; packets that do not decode are left out.

    PyAV's own loop is a tenth quicker, and ends for good at the first such packet: the rest is read one by one.
    """
    track = source.streams.audio[0]
    with contextlib.suppress(IndexError, av.FFmpegError):  # IndexError: a track that came up on the way, at the end
        yield from source.decode(track)
        return
    packets = source.demux(track)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, IndexError, av.FFmpegError):
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        yield from frames


def _block(frame: av.AudioFrame) -> Clip:
    n_channels = frame.layout.nb_channels
    plane = cast("memoryview", frame.planes[0])  # in place: PyAV's own conversion copies twice
    samples: Samples = np.frombuffer(plane, np.float32, frame.samples * n_channels).reshape(-1, n_channels)
    if not max(samples.max(), -samples.min()) <= _LOUDEST:  # false for NaN too
        samples = np.where(np.abs(samples) <= _LOUDEST, samples, np.float32(0))
    return Clip(samples, frame.sample_rate)


def damaged(container: Container, reason: str) -> UnreadableAudio:
    """Return the error for a file that is of a kind we read, and cannot be read."""
    return UnreadableAudio(
        f"No sound could be read from this {container.value.upper()} file; it may be empty, damaged or cut off. "
        "Record again, or upload another copy of it.",
        reason=reason,
    )


@contextlib.contextmanager
def translated(container: Container) -> Iterator[None]:
    """Turn what the decoders raise into a sentence for a person."""
    try:
        yield
    except (av.FFmpegError, ValueError) as error:
        raise damaged(container, str(error)) from error
