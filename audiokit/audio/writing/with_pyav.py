"""Sound becomes FLAC, Opus in Ogg, or AAC, bare or in MP4, through PyAV; each with the tags that its container has."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO, Literal

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_pcm16
from audiokit.audio.writing.formats import Recipe, SoundFormat
from audiokit.audio.writing.id3 import id3
from audiokit.audio.writing.tags import Chapter, Cover, Tags
from audiokit.audio.writing.vorbis import comments, picture_comment

__all__ = ["write_with_pyav"]

_Codec = Literal["aac", "libopus", "flac"]
_LAYOUTS = ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1")  # FLAC's order (RFC 9639, 9.1.3)
_AUDIOBOOK = "2"  # iTunes' media kind
_MAX_TITLE_BYTES = 255  # of a chapter in MP4's chpl; FFmpeg would cut in the middle of a letter


@dataclass(frozen=True, slots=True)
class _Kind:
    container: str
    codec: _Codec
    codec_options: dict[str, str]
    brand: str = ""


_KINDS = {
    SoundFormat.FLAC: _Kind("flac", "flac", {}),
    SoundFormat.OPUS: _Kind("ogg", "libopus", {"compression_level": "5"}),  # a third of the default's cost
    SoundFormat.AAC: _Kind("adts", "aac", {"aac_coder": "fast"}),  # the same
    SoundFormat.M4A: _Kind("mp4", "aac", {"aac_coder": "fast"}, "M4A "),
    SoundFormat.M4B: _Kind("mp4", "aac", {"aac_coder": "fast"}, "M4B "),
}


def write_with_pyav(blocks: Iterable[Clip], file: BinaryIO, recipe: Recipe, to: SoundFormat) -> None:
    """Write the blocks, which have the recipe's rate and channels, as ``to``. The same sound gives the same bytes.

    MP4 needs a file that can be sought in, and begins with its index if the file can be read too, so that players
    need not have all of it.
    """
    kind, layout = _KINDS[to], _LAYOUTS[recipe.n_channels - 1]
    if to is SoundFormat.AAC:
        file.write(id3(recipe.tags))
    with _opened(file, kind, recipe.sample_rate_hz) as output:
        stream = output.add_stream(kind.codec, recipe.sample_rate_hz, options=kind.codec_options, layout=layout)
        stream.bit_rate = 1000 * recipe.kbits
        _tag(output, stream, recipe.tags, to)
        n_frames = 0
        for block in blocks:
            frame = _frame(block, layout, is_pcm16=to is SoundFormat.FLAC)
            frame.sample_rate, frame.time_base = block.sample_rate_hz, Fraction(1, block.sample_rate_hz)
            frame.pts = n_frames
            n_frames += block.n_frames
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def _opened(file: BinaryIO, kind: _Kind, sample_rate_hz: int) -> OutputContainer:
    options = {"fflags": "+bitexact"}  # no version of FFmpeg in it, no random serial number
    if not kind.brand:
        return av.open(file, "w", format=kind.container, options=options)
    options |= {"brand": kind.brand, "movie_timescale": str(sample_rate_hz)}  # in ms, one frame would last no time
    options |= {"movflags": "+faststart"} if file.readable() else {}

    def read_again(*_: Any) -> _SecondPlace:
        return _SecondPlace(file)

    return av.open(file, "w", format=kind.container, options=options, io_open=read_again)


def _frame(block: Clip, layout: str, *, is_pcm16: bool) -> av.AudioFrame:
    if not is_pcm16:
        return av.AudioFrame.from_ndarray(block.samples.reshape(1, -1), format="flt", layout=layout)
    return av.AudioFrame.from_ndarray(np.frombuffer(to_pcm16(block), "<i2")[None], format="s16", layout=layout)


def _tag(output: OutputContainer, stream: AudioStream, tags: Tags, to: SoundFormat) -> None:
    if to is SoundFormat.OPUS:
        stream.metadata.update(comments(tags) | (picture_comment(tags.cover) if tags.cover else {}))
    elif to is SoundFormat.FLAC:
        output.metadata.update(comments(tags))
    elif to is not SoundFormat.AAC:
        output.metadata.update(tags.texts | ({"media_type": _AUDIOBOOK} if to is SoundFormat.M4B else {}))
        stream.metadata.update({"language": tags.language} if tags.language else {})
        output.set_chapters([_chapter(number, chapter) for number, chapter in enumerate(_from_zero(tags.chapters))])
    if tags.cover and to not in {SoundFormat.OPUS, SoundFormat.AAC}:
        _add_cover(output, tags.cover)


def _from_zero(chapters: tuple[Chapter, ...]) -> Iterator[Chapter]:
    """Yield the chapters, with an untitled one before them if nothing begins at 0: players take the first to do so."""
    if chapters and chapters[0].start_s > 0:
        yield Chapter(start_s=0, end_s=chapters[0].start_s, title="")
    yield from chapters


def _chapter(number: int, chapter: Chapter) -> Any:
    title = chapter.title.encode()[:_MAX_TITLE_BYTES].decode(errors="ignore")
    return {
        "id": number,
        "start": round(1000 * chapter.start_s),
        "end": round(1000 * chapter.end_s),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": title},
    }


def _add_cover(output: OutputContainer, cover: Cover) -> None:
    width, height = cover.size_px
    codec = "png" if cover.media_type == "image/png" else "mjpeg"
    picture = output.add_mux_stream(codec, width=width, height=height)
    picture.disposition = Disposition.attached_pic
    picture.metadata["comment"] = "Cover (front)"  # how FFmpeg names the kinds of pictures
    output.start_encoding()
    packet = av.Packet(cover.data)
    packet.stream, packet.pts, packet.dts, packet.is_keyframe = picture, 0, 0, True
    output.mux(packet)


class _SecondPlace(io.RawIOBase):
    """A second place in the same file to read from, while FFmpeg moves what it wrote to make room for the index."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        written_to = self._file.tell()
        if whence == io.SEEK_CUR:
            offset, whence = offset + self._at, io.SEEK_SET
        self._at = self._file.seek(offset, whence)
        self._file.seek(written_to)
        return self._at

    def read(self, size: int = -1) -> bytes:
        written_to = self._file.tell()
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at += len(data)
        self._file.seek(written_to)
        return data
