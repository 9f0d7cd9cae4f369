from __future__ import annotations

import io
import struct
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from clips import loudest_hz, noise, silence, tone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from real import real_file, real_files

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import to_wav, wav_header
from audiokit.errors import ClipTooLong, FileTooLarge, InputError, UnreadableAudio

SECOND = Clip(tone(1_000), 24_000)
PCM_SUBTYPES = ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]
HOSTILE = real_files("malformed/**/*") + real_files("containers/**/*")


def written(samples: np.ndarray, container: str, subtype: str, rate: int = 24_000) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=subtype)
    return file.getvalue()


def muxed(samples: np.ndarray, container: str, codec: Any, rate: int = 48_000, *, picture: bool = False) -> bytes:
    """Sound as PyAV writes it; with ``picture``, beside one black frame of video."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        video = output.add_stream("mpeg4", rate=25) if picture else None
        sound = output.add_stream(codec, rate=rate, layout="mono")
        sound.bit_rate = 64_000
        if video is not None:
            video.width = video.height = 32
            video.pix_fmt = "yuv420p"
            output.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((48, 32), np.uint8), format="yuv420p")))
            output.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    return file.getvalue()


def is_the_tone(clip: Clip, *, seconds: float = 1.0, tolerance_s: float = 0.1) -> bool:
    hz = loudest_hz(clip.samples, clip.sample_rate_hz)
    return abs(hz - 1_000) < 2 and abs(clip.duration_s - seconds) <= tolerance_s


def decoded_or_refused(data: bytes) -> Clip | None:
    """The clip, or None after an error that says what to do; every other error goes through."""
    try:
        return decode(data, max_duration_s=600)
    except InputError as error:
        if not any(step in str(error) for step in ("Record again", "Send a shorter part")):
            raise AssertionError(f"no next step in: {error}") from error
        return None


@pytest.mark.parametrize("container", ["WAV", "WAVEX", "RF64"])
@pytest.mark.parametrize("subtype", PCM_SUBTYPES)
def test_every_kind_of_wav_is_read(container: str, subtype: str) -> None:
    clip = decode(written(SECOND.samples, container, subtype))

    assert (clip.n_frames, clip.n_channels, clip.sample_rate_hz) == (24_000, 1, 24_000)
    assert_allclose(clip.samples, SECOND.samples, atol=0.02)


@pytest.mark.parametrize("subtype", ["IMA_ADPCM", "MS_ADPCM", "GSM610"])
def test_wav_with_a_lossy_codec_inside_is_read(subtype: str) -> None:
    rate = 8_000 if subtype == "GSM610" else 24_000

    assert is_the_tone(decode(written(tone(1_000, rate=rate), "WAV", subtype, rate)))


@pytest.mark.parametrize("container", ["AIFF", "AU", "CAF", "W64", "NIST"])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "ULAW"])
def test_other_containers_of_pcm_are_read(container: str, subtype: str) -> None:
    clip = decode(written(SECOND.samples, container, subtype))

    assert_allclose(clip.samples, SECOND.samples, atol=0.02)


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("webm", "libopus"),
        ("matroska", "flac"),
        ("ogg", "libopus"),
        ("mp4", "aac"),
        ("mp4", "libopus"),
        ("ipod", "alac"),
        ("mpegts", "aac"),
        ("asf", "wmav2"),
        ("avi", "mp2"),
        ("wav", "libmp3lame"),
        ("flac", "flac"),
    ],
)
def test_whatever_recorders_write_is_read(container: str, codec: str) -> None:
    assert is_the_tone(decode(muxed(tone(1_000, rate=48_000), container, codec)))


def test_the_sound_of_a_video_is_read() -> None:
    assert is_the_tone(decode(muxed(tone(1_000, rate=48_000), "mp4", "aac", picture=True)))


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
@pytest.mark.parametrize("container", ["WAV", "AIFF"])
def test_channels_stay_as_they_are(container: str, channels: int) -> None:
    samples = np.hstack([tone(peak=0.1 * (c + 1)) for c in range(channels)])

    assert_allclose(decode(written(samples, container, "PCM_16")).samples, samples, atol=1e-4)


@pytest.mark.parametrize("size_bytes", [None, 0, 10_000_000])
def test_a_wav_whose_sizes_lie_is_read_whole(size_bytes: int | None) -> None:
    whole = to_wav(SECOND)

    clip = decode(wav_header(size_bytes) + whole[44:])

    assert_array_equal(clip.samples, decode(whole).samples)


def test_a_wav_with_a_chunk_before_its_sound_is_read() -> None:
    whole = to_wav(SECOND)
    chunk = b"LIST" + struct.pack("<I", 26) + b"INFOISFT\x0e\0\0\0Lavf58.29.100\0"

    assert_array_equal(decode(whole[:36] + chunk + whole[36:]).samples, decode(whole).samples)


def test_a_flac_that_does_not_know_its_length_is_read_whole() -> None:
    streamed = bytearray(encode(SECOND, SoundFormat.FLAC))
    streamed[21] &= 0xF0
    streamed[22:26] = bytes(4)

    assert decode(bytes(streamed)).n_frames == 24_000


@pytest.mark.parametrize("to", [SoundFormat.WAV, SoundFormat.FLAC, SoundFormat.MP3, SoundFormat.AAC])
def test_of_a_file_cut_in_half_the_first_half_is_read(to: SoundFormat) -> None:
    whole = encode(Clip(noise(seconds=4), 24_000), to)

    assert 1.7 < decode(whole[: len(whole) // 2]).duration_s < 2.3


def test_of_ogg_cut_in_half_every_whole_page_is_read() -> None:
    whole = encode(Clip(noise(seconds=10), 24_000), SoundFormat.OPUS)

    assert 3.5 < decode(whole[: len(whole) // 2]).duration_s <= 5  # pages last a second


def test_a_stream_that_changes_its_channels_keeps_those_it_began_with() -> None:
    narrow, wide = Clip(tone(1_000), 24_000), Clip(tone(1_000, rate=44_100, channels=2), 44_100)

    clip = decode(encode(narrow, SoundFormat.MP3) + encode(wide, SoundFormat.MP3))

    assert clip.n_channels == 1
    assert is_the_tone(clip, seconds=2.0, tolerance_s=0.2)


@pytest.mark.parametrize("to", [SoundFormat.WAV, SoundFormat.MP3])
def test_a_rate_that_is_asked_for_is_given(to: SoundFormat) -> None:
    clip = decode(encode(SECOND, to), sample_rate_hz=16_000)

    assert clip.sample_rate_hz == 16_000
    assert is_the_tone(clip)


@pytest.mark.parametrize("rate", [None, 16_000])
def test_samples_that_are_no_number_or_absurd_are_zero(rate: int | None) -> None:
    samples = SECOND.samples.copy()
    samples[[100, 200, 300, 400], 0] = [np.nan, np.inf, -np.inf, 3e38]

    clip = decode(written(samples, "WAV", "FLOAT"), sample_rate_hz=rate)

    assert np.abs(clip.samples).max() < 0.7
    assert is_the_tone(clip)
    assert rate is not None or not clip.samples[[100, 200, 300, 400]].any()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty"),
        (b"Dear diary, " * 50, "it looks like text"),
        (b"%PDF-1.7\n" + bytes(500), "it looks like a PDF"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "it looks like text"),
        (bytes(5_000), "This is not sound that audiokit can read. Record again"),
        (wav_header(0), "this WAV file; it may be empty"),
        (b"OggS" + bytes(100), "this OGG file; it may be empty, damaged"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(100), "this MP4 file|There is no sound track"),
        (b"ID3\x03\x00\x00\x00\x00\x01\x00" + b"UUUU" * 100, "this MP3 file"),
    ],
)
def test_what_is_no_sound_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableAudio, match=sentence):
        decode(data)


def test_a_rate_that_no_recorder_has_is_refused() -> None:
    with pytest.raises(UnreadableAudio):
        decode(wav_header(2_000, sample_rate_hz=1) + bytes(2_000))


def test_too_many_bytes_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(FileTooLarge, match="limit is 1 MB"):
        decode(bytes(1_000_001), max_size_bytes=1_000_000)


@pytest.mark.parametrize("to", [SoundFormat.WAV, SoundFormat.FLAC, SoundFormat.MP3, SoundFormat.OPUS])
def test_too_much_sound_is_refused(to: SoundFormat) -> None:
    data = encode(Clip(tone(seconds=5), 24_000), to)

    with pytest.raises(ClipTooLong, match="lasts 5 s or more; the limit is 3 s"):
        decode(data, max_duration_s=3)


def test_an_hour_of_silence_in_few_bytes_is_refused_while_decoding() -> None:
    data = encode(Clip(silence(seconds=3_600, rate=16_000), 16_000), SoundFormat.FLAC)

    started = time.process_time()
    with pytest.raises(ClipTooLong):
        decode(data, max_duration_s=60)

    assert time.process_time() - started < 0.3


def test_a_length_that_is_not_known_is_not_made_up() -> None:
    data = bytearray(encode(Clip(tone(seconds=9), 24_000), SoundFormat.FLAC))
    data[21] &= 0xF0
    data[22:26] = bytes(4)

    with pytest.raises(ClipTooLong, match=r"lasts \d s"):
        decode(bytes(data), max_duration_s=2)


def test_a_minute_of_wav_takes_milliseconds() -> None:
    data = to_wav(Clip(noise(seconds=60), 24_000))

    times_s = []
    for _ in range(5):
        started = time.process_time()
        decode(data)
        times_s.append(time.process_time() - started)

    assert min(times_s) < 0.05


WHOLE = {
    to: encode(Clip(tone(seconds=0.2), 24_000), to)
    for to in (SoundFormat.WAV, SoundFormat.FLAC, SoundFormat.MP3, SoundFormat.OPUS, SoundFormat.AAC)
} | {name: muxed(tone(seconds=0.2, rate=48_000), name, "libopus") for name in ("webm", "mp4")}


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=20),
    st.floats(0, 1),
)
def test_damaged_bytes_are_a_clip_or_an_error_with_a_sentence(
    name: str, changes: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(WHOLE[name])
    for place, byte in changes:
        data[int(place * (len(data) - 1))] = byte

    clip = decoded_or_refused(bytes(data[: int(kept * len(data))]))

    assert clip is None or np.isfinite(clip.samples).all()


@pytest.mark.real
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_every_broken_or_odd_file_is_a_clip_or_an_error(path: Path) -> None:
    started = time.process_time()

    clip = decoded_or_refused(path.read_bytes())

    assert time.process_time() - started < 5
    if clip is not None:
        assert clip.duration_s > 0
        assert 1 <= clip.n_channels <= 8
        assert 8_000 <= clip.sample_rate_hz <= 48_000
        assert np.isfinite(clip.samples).all()


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("chrome156_mp4-opus-slice500.mp4", 5.86),
        ("chrome156_webm-opus-6kbps.webm", 4.98),
        ("chrome156_webm-opus-jfk-noslice.webm", 10.98),
        ("chrome156_webm-opus-stereo.webm", 4.98),
        ("firefox153_ogg-opus-jfk.ogg", 11.02),
        ("firefox153_webm-opus-jfk.webm", 11.03),  # has no duration in its header
    ],
)
def test_what_browsers_record_is_read_whole(name: str, seconds: float) -> None:
    clip = decode(real_file(f"containers/browser/{name}").read_bytes())

    assert clip.duration_s == pytest.approx(seconds, abs=0.02)
    assert 0.5 < np.abs(clip.samples).max() < 1.1


@pytest.mark.real
def test_a_damaged_frame_does_not_end_an_mp3() -> None:
    path = real_file("malformed/Borewit__music-metadata/test__samples__mp3__layer3__he_mode.mp3")

    assert decode(path.read_bytes()).duration_s > 3


@pytest.mark.real
def test_the_same_words_in_three_formats_are_the_same_sound() -> None:
    folder = "speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001"
    wav, flac, mp3 = (decode(real_file(f"{folder}.{end}").read_bytes()) for end in ("wav", "flac", "mp3"))

    assert_array_equal(wav.samples, flac.samples)
    assert mp3.n_frames == wav.n_frames
    assert np.corrcoef(mp3.samples[:, 0], wav.samples[:, 0])[0, 1] > 0.98


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("documents/**/*.pdf")[:3], ids=lambda path: path.name)
def test_a_document_is_refused_by_what_it_is(path: Path) -> None:
    with pytest.raises(UnreadableAudio, match="looks like a PDF"):
        decode(path.read_bytes())
