"""PCM16 becomes MP3 through LAME, with the frame before it that tells players how long it is and where it begins.

lameenc at quality 5 costs 0.9 of FFmpeg's CPU (PyAV's own libmp3lame: 3.6), but writes no such frame.
"""

from __future__ import annotations

import io
import itertools
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import lameenc

from audiokit.audio.writing.formats import Recipe
from audiokit.audio.writing.id3 import id3

__all__ = ["write_mp3"]

_QUALITY = 5  # 2 costs two thirds more
_LAME_DELAY = 576  # frames of silence that LAME begins with (lame.h, lame_get_encoder_delay)
_MPEG1_FROM_HZ = 32_000  # ISO/IEC 11172-3; below, 13818-3
_KBITS_MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # by their index in a header
_KBITS_MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAYS_EVERYTHING = 15  # frames, bytes, places and quality, which some players expect without looking
_CONSTANT_BIT_RATE = 1


def write_mp3(pcm16: Iterable[bytes], file: BinaryIO, recipe: Recipe) -> None:
    """Write an ID3 tag and MP3 of constant bit rate: the nearest to ``recipe.kbits`` that there is at that rate.

    Where ``file`` cannot be sought in, the frame with the length is left out; players then reckon it from the size.
    """
    file.write(id3(recipe.tags))
    lame = _Lame(recipe)
    parts = lame.parts(pcm16)
    first = next(parts)
    header = _Header(first, recipe)
    if not file.seekable():
        file.writelines(itertools.chain([first], parts))
        return
    starts_at = file.tell()
    file.write(header.info_frame(n_frames=0, n_bytes=0))
    file.writelines(itertools.chain([first], parts))
    n_bytes = file.tell() - starts_at
    file.seek(starts_at)
    file.write(header.info_frame(n_frames=lame.n_frames, n_bytes=n_bytes))
    file.seek(0, io.SEEK_END)


class _Lame:
    """The encoder, and how many frames of sound it was given."""

    def __init__(self, recipe: Recipe) -> None:
        self.n_frames = 0
        self._frame_size = 2 * recipe.n_channels
        self._encoder = lameenc.Encoder()
        self._encoder.silence()
        self._encoder.set_bit_rate(recipe.kbits)
        self._encoder.set_in_sample_rate(recipe.sample_rate_hz)
        self._encoder.set_out_sample_rate(recipe.sample_rate_hz)
        self._encoder.set_channels(recipe.n_channels)
        self._encoder.set_quality(_QUALITY)

    def parts(self, pcm16: Iterable[bytes]) -> Iterator[bytes]:
        """Yield MP3 as it comes; never nothing, and whole frames only from the first to the last."""
        for pcm in pcm16:
            self.n_frames += len(pcm) // self._frame_size
            if part := self._encoder.encode(pcm):
                yield part
        yield self._encoder.flush()


class _Header:
    """The four bytes that every frame begins with (ISO/IEC 11172-3, 2.4.2.3), and what follows from them."""

    def __init__(self, frame: bytes, recipe: Recipe) -> None:
        self._bytes = frame[:4]
        self._rate_hz = recipe.sample_rate_hz
        self._is_mpeg1 = recipe.sample_rate_hz >= _MPEG1_FROM_HZ
        self._kbits = _KBITS_MPEG1 if self._is_mpeg1 else _KBITS_MPEG2
        self._side_size = (9, 17, 32)[self._is_mpeg1 + (recipe.n_channels == 2)]
        self._index = frame[2] >> 4

    def _frame_size(self, index: int) -> float:
        """Return the bytes of a frame of that bit rate; the whole number is its size, the rest is made up for later."""
        return (144_000 if self._is_mpeg1 else 72_000) * self._kbits[index] / self._rate_hz

    def info_frame(self, *, n_frames: int, n_bytes: int) -> bytes:
        """Return a silent frame that says how long the sound is. It has the same size for any numbers.

        ``n_frames`` of sound were given to the encoder; ``n_bytes`` is the size of everything, this frame included.
        """
        size_after = 4 + self._side_size + 156
        index = next(index for index in range(self._index, 15) if self._frame_size(index) >= size_after)
        size = int(self._frame_size(index))
        opening = bytes([*self._bytes[:2], index << 4 | self._bytes[2] & 0x0C, self._bytes[3]])
        n_mp3_frames = round((n_bytes - size) / self._frame_size(self._index)) if n_bytes else 0
        padding = max(0, n_mp3_frames * (1152 if self._is_mpeg1 else 576) - n_frames - _LAME_DELAY)
        said = opening + bytes(self._side_size) + _xing(n_mp3_frames, n_bytes)
        said += _gapless(self._kbits[self._index], padding, n_bytes)
        said += struct.pack(">H", _crc16(said))
        return said + bytes(size - len(said))


def _xing(n_mp3_frames: int, n_bytes: int) -> bytes:
    """Return the part that Xing made up: how many frames, bytes, and at which 256th of these each hundredth begins."""
    places = bytes(256 * percent // 100 for percent in range(100))
    return b"Info" + struct.pack(">3I", _SAYS_EVERYTHING, n_mp3_frames, n_bytes) + places + bytes(4)


def _gapless(kbits: int, padding: int, n_bytes: int) -> bytes:
    """Return what LAME adds to that (gabriel.mp3-tech.org/mp3infotag.html), without its checksum.

    Players leave out the delay and the padding that it tells, so that the sound is as long as it was.
    """
    delays = _LAME_DELAY << 12 | min(padding, 0xFFF)
    return struct.pack(
        ">9s2B8x2B3s4xI2x", b"LAME3.100", _CONSTANT_BIT_RATE, 0, 0, min(kbits, 255), delays.to_bytes(3, "big"), n_bytes
    )


def _crc16(data: bytes) -> int:
    """Return CRC-16/ARC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
