"""Bytes of any origin become a clip, or a sentence that says why not.

Plain WAV and FLAC are read with soundfile, which is exact and quick; everything else, and whatever soundfile gives up
on, with PyAV. MP3 is PyAV's too: soundfile stops for good at a damaged frame (0.26 s of 3.34 s in one real file).
"""

from __future__ import annotations

import contextlib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
import soundfile
from av.container import InputContainer
from av.filter import Graph

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.resample import resampled_blocks
from audiokit.audio.sniff import Container, resembles, sniff
from audiokit.audio.wav import mended
from audiokit.errors import ClipTooLong, FileTooLarge, UnreadableAudio

__all__ = ["decode"]

_SAMPLE_RATES_HZ = range(1_000, 768_001)
_MAX_SAMPLES = 2**29  # 2 GiB of float32: 6 h of one channel at 24 kHz, 93 min of two at 48 kHz
_LOUDEST = 64.0  # +36 dBFS; a float beyond it is damage, and its square would overflow
_BLOCK_SAMPLES = 2**17
_FRAMES_BETWEEN_PULLS = 64
_WEEK_S = 7 * 24 * 3600
_NOT_FOR_SOUNDFILE = {"MPEG_LAYER_III", "GSM610"}  # codecs inside WAV
# The demuxer is named by us and never guessed by FFmpeg: some of those it would guess open other files.
_DEMUXERS = {
    Container.WEBM: "matroska",
    Container.MP4: "mov",
    Container.ADTS: "aac",
    Container.NIST: "nistsphere",
}  # the others bear FFmpeg's name already


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Opened:
    """Sound that is about to be decoded: blocks of one rate and channels, and how long the container says it is."""

    container: Container
    declared_s: float
    blocks: Iterator[Clip]


def decode(
    data: bytes,
    *,
    max_duration_s: float = 4 * 3600,
    max_size_bytes: int = 200_000_000,
    sample_rate_hz: int | None = None,
) -> Clip:
    """Return the sound in ``data``, judged by its content; of a video, its first sound track.

    Without ``sample_rate_hz`` it keeps its own rate. Channels stay as they are. Damaged parts are left out, samples
    that are no number are 0. Decoding stops at ``max_duration_s``, or at 2 GiB of samples if that comes first.

    Raises:
        UnreadableAudio: there is no sound in it that can be decoded.
        FileTooLarge: more bytes than ``max_size_bytes``.
        ClipTooLong: more sound than ``max_duration_s``.
    """
    if len(data) > max_size_bytes:
        raise FileTooLarge(size_bytes=len(data), max_size_bytes=max_size_bytes)
    container = sniff(data)
    if container is None:
        raise UnreadableAudio(_refusal(data))
    if container in {Container.WAV, Container.FLAC}:
        try:
            return _collected(_with_soundfile(data, container), max_duration_s, sample_rate_hz)
        except UnreadableAudio:
            pass  # PyAV knows more codecs, and reads on where a file is damaged
    return _collected(_with_pyav(data, container), max_duration_s, sample_rate_hz)


def _refusal(data: bytes) -> str:
    if not data:
        return "This file is empty. Record again, or upload the file once more."
    thing = resembles(data)
    return (
        f"This is not sound that audiokit can read{f' (it looks like {thing})' if thing else ''}. "
        "Record again, or upload WAV, MP3, M4A, FLAC, OGG or WebM."
    )


def _damaged(container: Container, reason: str) -> UnreadableAudio:
    return UnreadableAudio(
        f"No sound could be read from this {container.value.upper()} file; it may be empty, damaged or cut off. "
        "Record again, or upload another copy of it.",
        reason=reason,
    )


def _collected(opened: _Opened, max_duration_s: float, sample_rate_hz: int | None) -> Clip:
    """Gather the blocks in one piece of memory that grows, and stop when there is too much."""
    blocks = opened.blocks if sample_rate_hz is None else resampled_blocks(opened.blocks, sample_rate_hz)
    gathered, n_frames, block = bytearray(), 0, None
    for block in blocks:
        n_frames += block.n_frames
        limit_s = min(max_duration_s, _MAX_SAMPLES / (block.n_channels * block.sample_rate_hz))
        if n_frames > limit_s * block.sample_rate_hz:
            declared_s = opened.declared_s if opened.declared_s < _WEEK_S else 0.0  # a longer one is a lie, or unknown
            duration_s = max(declared_s, n_frames / block.sample_rate_hz)
            raise ClipTooLong(duration_s=duration_s, max_duration_s=limit_s)
        gathered += block.samples.tobytes()
    if block is None or not n_frames:
        raise _damaged(opened.container, "no frames")
    samples = np.frombuffer(gathered, np.float32).reshape(-1, block.n_channels)
    return Clip(samples, block.sample_rate_hz)


def _with_soundfile(data: bytes, container: Container) -> _Opened:
    with _translated(container):
        file = soundfile.SoundFile(io.BytesIO(mended(data) if container is Container.WAV else data))
        if file.subtype in _NOT_FOR_SOUNDFILE:
            raise _damaged(container, f"{file.subtype} is left to PyAV")
        return _Opened(
            container=container, declared_s=file.frames / file.samplerate, blocks=_soundfile_blocks(file, container)
        )


def _soundfile_blocks(file: Any, container: Container) -> Iterator[Clip]:
    n_frames = max(1, _BLOCK_SAMPLES // file.channels)
    with _translated(container), file:
        while len(samples := file.read(n_frames, dtype="float32", always_2d=True)):
            yield _block(samples, file.samplerate)


def _with_pyav(data: bytes, container: Container) -> _Opened:
    with _translated(container):
        demuxer = _DEMUXERS.get(container, container.value)
        source = av.open(io.BytesIO(data), "r", format=demuxer, metadata_errors="ignore")
        if not source.streams.audio:
            source.close()
            raise UnreadableAudio("There is no sound track in this file. Record again, or upload one with sound.")
        return _Opened(
            container=container,
            declared_s=(source.duration or 0) / av.time_base,
            blocks=_pyav_blocks(source, container),
        )


def _pyav_blocks(source: InputContainer, container: Container) -> Iterator[Clip]:
    """Yield what can be decoded; a track that changes its rate or channels is brought to those it began with."""
    rate_hz, layout = 0, ""
    with _translated(container), source:
        for (frame_rate_hz, frame_layout, _), frames in itertools.groupby(_frames(source), key=_kind):
            rate_hz, layout = rate_hz or frame_rate_hz, layout or frame_layout
            for frame in _batched(frames, rate_hz, layout):
                samples = np.asarray(frame.to_ndarray(), np.float32)
                yield _block(samples.reshape(frame.samples, -1), frame.sample_rate)


def _frames(source: InputContainer) -> Iterator[av.AudioFrame]:
    """Yield the frames of the first sound track; packets that do not decode are left out."""
    packets = source.demux(source.streams.audio[0])
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        with contextlib.suppress(av.FFmpegError):
            yield from packet.decode()


def _kind(frame: av.AudioFrame) -> tuple[int, str, str]:
    return frame.sample_rate, frame.layout.name, frame.format.name


def _batched(frames: Iterator[av.AudioFrame], rate_hz: int, layout: str) -> Iterator[av.AudioFrame]:
    """Join frames of one kind into packed float32 ones of a second; frame by frame costs half as much again."""
    first = next(frames)
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=first.sample_rate,
        format=first.format.name,
        layout=first.layout.name,
        time_base=Fraction(1, first.sample_rate),
    )
    graph.link_nodes(
        source,
        graph.add("aformat", f"sample_fmts=flt:sample_rates={rate_hz}:channel_layouts={layout}"),
        graph.add("asetnsamples", f"n={rate_hz}:p=0"),
        graph.add("abuffersink"),
    ).configure()
    for n_pushed, frame in enumerate(itertools.chain([first], frames), start=1):
        frame.pts = None
        source.push(frame)
        if n_pushed % _FRAMES_BETWEEN_PULLS == 0:
            yield from _pulled(graph)
    source.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[av.AudioFrame]:
    with contextlib.suppress(av.BlockingIOError, av.EOFError):
        while True:
            frame = graph.pull()
            if isinstance(frame, av.AudioFrame):
                yield frame


def _block(samples: Samples, sample_rate_hz: int) -> Clip:
    """Return the samples as a clip, with 0 where there is no number or an absurd one; only floats can be such."""
    if sample_rate_hz not in _SAMPLE_RATES_HZ:
        raise UnreadableAudio(
            f"This file claims {sample_rate_hz} samples a second, which no recorder makes. Record again."
        )
    if not max(samples.max(), -samples.min()) <= _LOUDEST:  # false for NaN too
        samples = np.where(np.abs(samples) <= _LOUDEST, samples, np.float32(0))
    return Clip(samples, sample_rate_hz)


@contextlib.contextmanager
def _translated(container: Container) -> Iterator[None]:
    """Turn what the decoders raise into a sentence for a person."""
    try:
        yield
    except (soundfile.SoundFileError, av.FFmpegError, ValueError) as error:
        raise _damaged(container, str(error)) from error
