from __future__ import annotations

import io
import struct

import pytest
import soundfile
from clips import noise
from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_pcm16
from audiokit.audio.writing.formats import Recipe
from audiokit.audio.writing.mp3 import _crc16, write_mp3
from audiokit.audio.writing.tags import Tags

KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def frames_in(data: bytes, rate: int) -> list[bytes]:
    """Walk from header to header, and leave nothing over."""
    frames, at = [], 0
    while at < len(data):
        assert data[at] == 0xFF, f"no frame at {at}"
        kbits = KBITS[rate >= 32_000][data[at + 2] >> 4]
        size = (144_000 if rate >= 32_000 else 72_000) * kbits // rate + (data[at + 2] >> 1 & 1)
        frames.append(data[at : at + size])
        at += size
    return frames


def mp3(n_frames: int, *, rate: int, channels: int = 1, kbits: int = 64) -> bytes:
    file, sound = io.BytesIO(), Clip(noise(seconds=n_frames / rate, rate=rate, channels=channels), rate)
    recipe = Recipe(sample_rate_hz=rate, n_channels=channels, kbits=kbits, tags=Tags())
    write_mp3([to_pcm16(sound)], file, recipe)
    return file.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 60_000),
    st.sampled_from([16_000, 22_050, 24_000, 32_000, 44_100, 48_000]),
    st.sampled_from([1, 2]),
    st.sampled_from([8, 32, 57, 64, 128, 320]),
)
def test_the_first_frame_counts_the_others_and_their_bytes(n_frames: int, rate: int, channels: int, kbits: int) -> None:
    data = mp3(n_frames, rate=rate, channels=channels, kbits=kbits)

    first, *others = frames_in(data, rate)
    said = first[first.index(b"Info") :]
    assert struct.unpack(">3I", said[4:16]) == (15, len(others), len(data))
    assert list(said[16:116]) == [256 * n // 100 for n in range(100)]
    delay, padding = divmod(int.from_bytes(said[141:144], "big"), 1 << 12)
    assert delay + n_frames + padding == len(others) * (1_152 if rate >= 32_000 else 576)
    assert soundfile.info(io.BytesIO(data)).frames == n_frames


def test_the_first_frame_is_as_large_as_it_says_and_checked() -> None:
    first, second, *_ = frames_in(mp3(24_000, rate=24_000), 24_000)
    ends = first.index(b"Info") + 156

    assert len(first) == len(second) == 192
    assert int.from_bytes(first[ends - 2 : ends], "big") == _crc16(first[: ends - 2])
    assert not any(first[ends:])


@pytest.mark.parametrize(("data", "sum_of_it"), [(b"", 0), (b"123456789", 0xBB3D), (bytes(190), 0)])
def test_the_checksum_is_crc_16_arc(data: bytes, sum_of_it: int) -> None:
    assert _crc16(data) == sum_of_it
