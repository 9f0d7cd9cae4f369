"""A recording as it was given, opened: what it is, and its sound in blocks. Nothing here holds more than a second.

Everything is read through PyAV's wheel of FFmpeg. soundfile is as quick for WAV and FLAC and was left: one way to read
is one way to be wrong, and it stops for good at a damaged MP3 frame (0.26 s of 3.34 s in one real file). AAC in an MP4
file is decoded in FFmpeg's own loop as far as that goes (:mod:`audiokit.audio.reading.straight`).
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Self, cast

import av
import numpy as np
from av.container import InputContainer
from av.stream import Discard

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.reading.batching import seconds
from audiokit.audio.reading.given import MAX_SIZE_BYTES, Source, container_of, size_of
from audiokit.audio.reading.sniff import Container
from audiokit.audio.reading.straight import Straight
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
    _straight: Straight | None = field(repr=False)
    _held: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()
        self._source.close()

    def blocks(self) -> Iterator[Clip]:
        """Yield what can be decoded, in blocks of a second, in the rate and channels that the track begins with.

        Damaged packets are left out; samples that are no number, or absurd, are 0.

        Raises:
            UnreadableAudio: nothing can be decoded at all.
        """
        blocks = self._blocks()
        self._held.callback(blocks.close)  # filters let go of a file only when they are gone
        return blocks

    def _blocks(self) -> Generator[Clip, None, None]:
        is_empty = True
        with translated(self.container):
            for block in _joined(self._source) if self._straight is None else self._read_straight(self._straight):
                is_empty = False
                yield block
        if is_empty:
            raise damaged(self.container, "no frames")

    def _read_straight(self, straight: Straight) -> Iterator[Clip]:
        """Read so as far as it goes; then from the beginning again, and pass over the seconds that were given."""
        self._source.close()  # two would hold the table of all packets twice: 27 MB for three hours
        n_given = 0
        with contextlib.suppress(av.FFmpegError, ValueError):
            for frame in straight.seconds():
                n_given += 1
                yield _block(frame)
            return
        with contextlib.closing(_open(straight.path, self.container)) as again:
            yield from islice(_joined(again), n_given, None)


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
        recording = _described(opened, source, container, size_bytes)
        on_failure.pop_all()
        return recording


def _open(source: Source, container: Container) -> InputContainer:
    file: Any = io.BytesIO(source) if isinstance(source, bytes) else f"file:{source.resolve()}"
    options = {} if isinstance(source, bytes) else {"protocol_whitelist": "file"}
    opened: InputContainer = av.open(file, "r", format=_demuxer(container), options=options, metadata_errors="ignore")
    for track in opened.streams:
        if track not in opened.streams.audio[:1]:  # what is damaged in a picture shall not end the sound
            track.discard = Discard.all
    return opened


def _demuxer(container: Container) -> str:
    return _DEMUXERS.get(container, container.value)


def _described(opened: InputContainer, source: Source, container: Container, size_bytes: int) -> Recording:
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
        _straight=Straight.of(opened, source, _demuxer(container)) if isinstance(source, Path) else None,
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


def _joined(source: InputContainer) -> Iterator[Clip]:
    """Yield what any file gives, frame by frame, in blocks of a second."""
    return map(_block, seconds(_frames(source)))


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
