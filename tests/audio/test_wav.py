from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile
from clips import noise, tone
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from audiokit.audio.clip import Clip
from audiokit.audio.wav import from_pcm16, mended, pcm16_of, to_pcm16, to_wav, wav_header
from audiokit.errors import UnreadableAudio

UNKNOWN = 0xFFFF_FFFF
FMT = struct.pack("<HHIIHH", 1, 1, 24_000, 48_000, 2, 16)
PCM = to_pcm16(Clip(tone(seconds=0.01), 24_000))
NAMES = st.sampled_from([b"LIST", b"fact", b"JUNK", b"bext", b"PEAK", b"iXML", b"id3 "])
CHUNKS = st.lists(st.tuples(NAMES, st.binary(max_size=41)), max_size=4)


def chunk(name: bytes, body: bytes, *, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + bytes(len(body) % 2)


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def test_a_header_is_what_soundfile_reads() -> None:
    data = wav_header(len(PCM), sample_rate_hz=16_000, n_channels=2) + PCM

    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.samplerate, file.channels, file.frames, file.subtype) == (16_000, 2, len(PCM) // 4, "PCM_16")


def test_a_header_of_unknown_length_has_both_sizes_full() -> None:
    header = wav_header(None)

    assert len(header) == 44
    assert header[4:8] == header[40:44] == b"\xff\xff\xff\xff"


def test_what_is_too_large_for_a_header_is_written_as_unknown() -> None:
    assert wav_header(5_000_000_000) == wav_header(None)


@given(st.binary(max_size=400).filter(lambda data: len(data) % 4 == 0), st.sampled_from([1, 2]))
def test_pcm16_comes_back_bit_for_bit(data: bytes, n_channels: int) -> None:
    clip = from_pcm16(data, 24_000, n_channels)

    assert to_pcm16(clip) == data
    assert clip.n_channels == n_channels


def test_a_cut_off_last_frame_is_left_out() -> None:
    assert from_pcm16(bytes(7), 24_000, 2).n_frames == 1


def test_pcm16_stays_within_half_a_step_of_the_samples() -> None:
    samples = noise(seconds=0.1, rms=0.1)

    assert_allclose(from_pcm16(to_pcm16(Clip(samples, 24_000)), 24_000).samples, samples, atol=0.51 / 32_768)


def test_what_is_beyond_full_scale_is_clipped_and_does_not_wrap() -> None:
    clip = Clip(np.array([[2.0], [-2.0], [1.0], [-1.0]], np.float32), 24_000)

    assert_array_equal(np.frombuffer(to_pcm16(clip), "<i2"), [32_767, -32_768, 32_767, -32_768])


@given(CHUNKS, CHUNKS, st.binary(max_size=60).map(lambda data: data[: len(data) // 2 * 2]))
def test_an_intact_wav_comes_back_byte_for_byte(
    before: list[tuple[bytes, bytes]], after: list[tuple[bytes, bytes]], sound: bytes
) -> None:
    data = riff(chunk(b"fmt ", FMT), *(chunk(*c) for c in before), chunk(b"data", sound), *(chunk(*c) for c in after))

    assert mended(data) == data


@given(
    CHUNKS,
    st.binary(min_size=2, max_size=60),
    st.sampled_from([0, 12, UNKNOWN, 0x7FFF_FFFF]),
    st.sampled_from([61, 5_000, 0x7FFF_FFFF, UNKNOWN]),
)
def test_sizes_that_lie_are_made_true(
    before: list[tuple[bytes, bytes]], sound: bytes, riff_size: int, data_size: int
) -> None:
    chunks = [chunk(b"fmt ", FMT), *(chunk(*c) for c in before)]
    lying = riff(*chunks, b"data" + struct.pack("<I", data_size) + sound, size=riff_size)

    assert mended(lying) == riff(*chunks, chunk(b"data", sound))
    assert mended(mended(lying)) == mended(lying)


def test_a_sound_chunk_of_size_zero_reaches_to_the_end() -> None:
    assert mended(wav_header(0) + PCM) == wav_header(len(PCM)) + PCM


def test_sound_that_happens_to_be_letters_is_not_taken_for_a_chunk() -> None:
    letters = b"Sound like this is loud and improbable. " * 3

    assert mended(wav_header(0) + letters) == wav_header(len(letters)) + letters


def test_an_empty_sound_chunk_before_another_chunk_stays_empty() -> None:
    data = riff(chunk(b"fmt ", FMT), chunk(b"data", b""), chunk(b"LIST", b"INFO"))

    assert mended(data) == data


@pytest.mark.parametrize("text", [b"Lavf58.29.100", b"Lavf58.29.1000"])
def test_padding_that_is_missing_or_too_much_is_mended(text: bytes) -> None:
    good = riff(chunk(b"fmt ", FMT), chunk(b"LIST", text), chunk(b"data", PCM))
    unpadded = riff(chunk(b"fmt ", FMT), b"LIST" + struct.pack("<I", len(text)) + text, chunk(b"data", PCM))
    padded = riff(chunk(b"fmt ", FMT), chunk(b"LIST", text) + b"\0", chunk(b"data", PCM))

    assert mended(unpadded) == mended(padded) == good


def test_padding_that_is_missing_behind_the_sound_is_added() -> None:
    head, tail = chunk(b"fmt ", FMT), chunk(b"LIST", b"INFO")

    assert mended(riff(head, b"data\x03\0\0\0abc", tail)) == riff(head, chunk(b"data", b"abc"), tail)


def test_rf64_becomes_plain_riff_with_the_sizes_of_its_ds64_chunk() -> None:
    ds64 = struct.pack("<QQQI", 0, len(PCM), len(PCM) // 2, 0)
    tail = chunk(b"LIST", b"INFO")
    long = riff(
        chunk(b"ds64", ds64), chunk(b"fmt ", FMT), chunk(b"data", PCM, size=UNKNOWN), tail, size=UNKNOWN
    ).replace(b"RIFF", b"RF64")

    assert mended(long) == riff(chunk(b"JUNK", ds64), chunk(b"fmt ", FMT), chunk(b"data", PCM), tail)


def test_a_wav_cut_at_any_byte_is_mended_or_refused() -> None:
    data = riff(chunk(b"fmt ", FMT), chunk(b"LIST", b"INFOISFTodd"), chunk(b"data", PCM))
    begins = data.index(b"data") + 8

    for cut in range(len(data)):
        if cut < begins:
            with pytest.raises(UnreadableAudio):
                mended(data[:cut])
        else:
            assert mended(data[:cut]).endswith(chunk(b"data", data[begins:cut]))


@given(st.binary(max_size=200))
def test_random_bytes_in_a_riff_are_mended_or_refused(noise_bytes: bytes) -> None:
    try:
        whole = mended(b"RIFF\0\0\0\0WAVE" + noise_bytes)
    except UnreadableAudio:
        return
    assert struct.unpack("<I", whole[4:8])[0] == len(whole) - 8


def test_a_wav_that_does_not_say_what_its_sound_is_is_refused() -> None:
    with pytest.raises(UnreadableAudio, match="does not say"):
        mended(riff(chunk(b"data", PCM)))


def test_what_is_no_wav_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableAudio, match="not a WAV file"):
        mended(b"OggS" + bytes(100))


def test_a_clip_as_wav_keeps_rate_and_channels() -> None:
    clip = Clip(tone(rate=44_100, channels=2), 44_100)

    samples, rate = soundfile.read(io.BytesIO(to_wav(clip)), dtype="float32")

    assert rate == 44_100
    assert_allclose(samples, clip.samples, atol=1 / 32_768)


@pytest.mark.parametrize("n_channels", [1, 2])
def test_the_samples_of_a_wav_come_back_as_they_went_in(n_channels: int) -> None:
    clip = Clip(tone(seconds=0.01, channels=n_channels), 24_000)

    assert pcm16_of(to_wav(clip)) == to_pcm16(clip)


@given(CHUNKS, st.sampled_from([None, UNKNOWN, 0]), CHUNKS)
def test_samples_are_found_among_other_chunks_and_under_a_lying_size(
    before: list[tuple[bytes, bytes]], size: int | None, after: list[tuple[bytes, bytes]]
) -> None:
    behind = b"".join(chunk(*one) for one in after) if size is None else b""
    data = riff(chunk(b"fmt ", FMT), *(chunk(*one) for one in before), chunk(b"data", PCM, size=size), behind)

    assert pcm16_of(data) == PCM


def test_the_extensible_kind_is_told_by_its_sub_format() -> None:
    def extensible(kind: int) -> bytes:
        guid = struct.pack("<H", kind) + bytes.fromhex("000000001000800000aa00389b71")
        return riff(chunk(b"fmt ", b"\xfe\xff" + FMT[2:] + struct.pack("<HHI", 22, 16, 4) + guid), chunk(b"data", PCM))

    assert pcm16_of(extensible(1)) == PCM
    with pytest.raises(UnreadableAudio):
        pcm16_of(extensible(3))


@pytest.mark.parametrize(
    "fmt",
    [
        struct.pack("<HHIIHH", 3, 1, 24_000, 96_000, 4, 32),
        struct.pack("<HHIIHH", 1, 1, 24_000, 24_000, 1, 8),
        struct.pack("<HHIIHH", 1, 1, 24_000, 72_000, 3, 24),
        FMT[:14],
        b"",
    ],
    ids=["float", "8 bit", "24 bit", "cut", "empty"],
)
def test_samples_of_another_kind_are_not_given_out_as_pcm16(fmt: bytes) -> None:
    with pytest.raises(UnreadableAudio, match="16 bits"):
        pcm16_of(riff(chunk(b"fmt ", fmt), chunk(b"data", PCM)))
