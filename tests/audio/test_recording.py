from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clips import loudest_hz, noise, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from made_recordings import file_of, joined
from numpy.testing import assert_array_equal

from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.reading.batching import seconds
from audiokit.audio.reading.given import size_of
from audiokit.audio.reading.recording import Source, open_recording
from audiokit.audio.wav import from_pcm16, to_wav, wav_header
from audiokit.errors import FileTooLarge, UnreadableAudio

RATES_HZ = [8_000, 11_025, 44_100, 96_000, 192_000]
ODD_NAMES = ["a:b", "%d 50%", "new\nline", "ünï 漢 😀", "concat:x|y", "-i", "http:__x", "'q\"", "[*]", "a\\b", "file:x"]


def blocks_of(source: Source) -> list[Clip]:
    with open_recording(source) as recording:
        return list(recording.blocks())


def header(n_bytes: int, *, rate: int = 24_000, n_channels: int = 1, bits: int = 16, tag: int = 1) -> bytes:
    """A WAV header that may say anything."""
    frame_size = n_channels * bits // 8
    sizes = (tag, n_channels, rate, rate * frame_size & 0xFFFF_FFFF, frame_size & 0xFFFF, bits, b"data", n_bytes)
    return struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 36 + n_bytes, b"WAVEfmt ", 16, *sizes)


def chained(*n_tracks: int) -> bytes:
    """Ogg files in a row, each with so many tracks of a second."""
    data = b""
    for n in n_tracks:
        file = io.BytesIO()
        with av.open(file, "w", format="ogg") as output:
            tracks: list[Any] = [output.add_stream("libopus", rate=48_000, layout="mono") for _ in range(n)]
            for track in tracks:
                frame = av.AudioFrame.from_ndarray(tone(rate=48_000).reshape(1, -1), format="flt", layout="mono")
                frame.sample_rate, frame.pts = 48_000, 0
                output.mux(track.encode(frame))
            for track in tracks:
                output.mux(track.encode(None))
        data += file.getvalue()
    return data


@pytest.mark.parametrize("rate", [8_000, 11_025, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_samples_come_as_they_are_in_blocks_of_a_second(rate: int, channels: int, beyond: int) -> None:
    whole = from_pcm16(np.arange((2 * rate + beyond) * channels, dtype="<i2").tobytes(), rate, channels)

    blocks = blocks_of(to_wav(whole))

    assert [block.n_frames for block in blocks[:-1]] == [rate] * (len(blocks) - 1)
    assert {(block.sample_rate_hz, block.n_channels) for block in blocks} == {(rate, channels)}
    assert_array_equal(joined(blocks), whole.samples)


@pytest.mark.parametrize("rate", RATES_HZ)
@settings(max_examples=5, deadline=None)
@given(n_frames=st.integers(1, 100))
def test_a_moment_is_read_to_the_frame(rate: int, n_frames: int) -> None:
    samples = noise(rate=rate)[:n_frames]

    assert_array_equal(joined(blocks_of(file_of(samples, rate))), samples)


def test_a_file_gives_what_its_bytes_give(tmp_path: Path) -> None:
    path = tmp_path / "of the same bytes"
    data = encode(Clip(noise(seconds=3), 24_000), SoundFormat.MP3)
    path.write_bytes(data)

    assert_array_equal(joined(blocks_of(path)), joined(blocks_of(data)))


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_path_is_a_name_and_nothing_else(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(file_of(tone()))

    assert len(joined(blocks_of(tmp_path / name))) == 24_000


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
def test_a_name_that_is_no_text_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\xfe.wav")
    path.write_bytes(file_of(tone()))

    assert len(joined(blocks_of(path))) == 24_000


def test_where_there_is_no_file_the_sentence_does_not_tell_the_path(tmp_path: Path) -> None:
    (tmp_path / "around").symlink_to(tmp_path / "around")

    for path in (tmp_path / "missing", tmp_path, tmp_path / "around", tmp_path / "missing" / "too", Path("a\0b")):
        with pytest.raises(UnreadableAudio, match="Record again") as refused:
            open_recording(path)
        assert tmp_path.name not in f"{refused.value} {dict(refused.value.detail)}"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX only")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UnreadableAudio, match="no file"):
        open_recording(tmp_path / "pipe")


def test_an_empty_file_is_told_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")

    for source in (b"", tmp_path / "empty"):
        with pytest.raises(UnreadableAudio, match="empty"):
            open_recording(source)


def test_a_size_is_judged_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "no sound").write_bytes(bytes(11))

    for source in (bytes(11), tmp_path / "no sound"):
        assert size_of(source, max_size_bytes=11) == 11
        with pytest.raises(FileTooLarge) as refused:
            open_recording(source, max_size_bytes=10)
        assert (refused.value.size_bytes, refused.value.max_size_bytes) == (11, 10)


@pytest.mark.parametrize(
    "data",
    [
        header(48_000, tag=0x1234) + bytes(48_000),
        header(48_000, tag=0xFFFE) + bytes(48_000),
        header(48_000, bits=0) + bytes(48_000),
        header(48_000, n_channels=0) + bytes(48_000),
        header(48_000, n_channels=65_535) + bytes(48_000),
        header(48_000, n_channels=65) + bytes(65 * 2 * 400),
        header(48_000, rate=0) + bytes(48_000),
        header(48_000, rate=999) + bytes(48_000),
        header(48_000, rate=768_001) + bytes(48_000),
        header(48_000, rate=2**31 - 1) + bytes(48_000),
        header(0),
        header(48_000)[:30],
    ],
)
def test_what_a_header_may_not_claim_is_refused_with_a_next_step(data: bytes) -> None:
    with pytest.raises(UnreadableAudio, match="Record again"):
        blocks_of(data)


def test_a_codec_that_is_not_known_is_called_so() -> None:
    with pytest.raises(UnreadableAudio, match="of a kind that audiokit cannot decode"):
        open_recording(header(48_000, tag=0x1234) + bytes(48_000))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux only")
def test_what_is_refused_is_let_go_of(tmp_path: Path) -> None:
    (tmp_path / "of no known codec").write_bytes(header(48_000, tag=0x1234) + bytes(48_000))
    before = len(list(Path("/proc/self/fd").iterdir()))

    with pytest.raises(UnreadableAudio) as kept:
        open_recording(tmp_path / "of no known codec")

    assert kept.value.__traceback__ is not None
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(
    ("declared", "declared_s"), [(96_000, 2.0), (2**31, 2.0), (0xFFFF_FFFF, 2.0), (48_000, 1.0)], ids=str
)
def test_a_length_that_cannot_be_is_not_believed(declared: int, declared_s: float) -> None:
    with open_recording(wav_header(None)[:40] + struct.pack("<I", declared) + bytes(96_000)) as recording:
        assert recording.declared_s == pytest.approx(declared_s)
        assert len(joined(recording.blocks())) == declared_s * 24_000


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, -65])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_a_sample_that_is_no_number_or_absurd_is_zero_and_its_neighbours_stay(value: float, subtype: str) -> None:
    samples = noise(seconds=2.5, channels=2)
    damaged = samples.copy()
    damaged[[0, 23_999, 24_000, 59_999], [0, 1, 0, 1]] = value

    read = joined(blocks_of(file_of(damaged, subtype=subtype)))

    samples[[0, 23_999, 24_000, 59_999], [0, 1, 0, 1]] = 0
    assert_array_equal(read, samples)


def test_a_track_that_comes_up_on_the_way_ends_nothing() -> None:
    assert len(joined(blocks_of(chained(1, 2)))) == pytest.approx(2 * 48_000, abs=2_000)


def test_sound_that_changes_its_rate_and_channels_goes_on_as_it_began() -> None:
    parts = [
        encode(Clip(tone(1_000, seconds=2, rate=rate, channels=channels), rate), SoundFormat.MP3)
        for rate, channels in ((24_000, 1), (48_000, 2), (16_000, 1))
    ]

    blocks = blocks_of(b"".join(parts))

    assert {(block.sample_rate_hz, block.n_channels) for block in blocks} == {(24_000, 1)}
    assert len(joined(blocks)) == pytest.approx(6 * 24_000, abs=0.3 * 24_000)


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (24_000, 2)], ids=["another rate", "more channels"])
def test_a_change_of_one_thing_alone_is_noticed(rate: int, channels: int) -> None:
    kinds = [(24_000, 1), (rate, channels), (24_000, 1)]
    data = b"".join(encode(Clip(tone(seconds=2, rate=of, channels=n), of), SoundFormat.MP3) for of, n in kinds)

    sound = joined(blocks_of(data))

    assert sound.shape[1] == 1
    assert len(sound) == pytest.approx(6 * 24_000, abs=0.3 * 24_000)
    assert loudest_hz(sound[60_000:84_000], 24_000) == pytest.approx(loudest_hz(sound[:24_000], 24_000), abs=2)


@pytest.mark.parametrize(
    ("form", "layout", "rate"), [("fltp", "stereo", 24_000), ("flt", "mono", 24_000), ("flt", "stereo", 48_000)]
)
def test_frames_of_another_format_layout_or_rate_are_brought_to_the_first_ones(
    form: str, layout: str, rate: int
) -> None:
    def frames(form: str = "flt", layout: str = "stereo", rate: int = 24_000) -> Iterator[av.AudioFrame]:
        for _ in range(5):
            frame = av.AudioFrame(form, layout, rate // 4)
            frame.sample_rate, frame.pts = rate, 2**40  # what a frame says of its time is not believed
            yield frame

    joined = list(seconds(chain(frames(), frames(form, layout, rate), frames())))

    assert {(frame.format.name, frame.layout.name, frame.sample_rate) for frame in joined} == {
        ("flt", "stereo", 24_000)
    }
    assert sum(frame.samples for frame in joined) == pytest.approx(3 * 1.25 * 24_000, abs=100)
    assert max(frame.samples for frame in joined) == 24_000


def test_a_frame_longer_than_a_second_is_parted() -> None:
    samples = noise(seconds=3.5)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = 24_000

    parts = list(seconds(iter([frame])))

    assert [part.samples for part in parts] == [24_000, 24_000, 24_000, 12_000]
    assert_array_equal(np.hstack([part.to_ndarray() for part in parts])[0], samples[:, 0])


@pytest.mark.parametrize("sizes", [[], [0], [0, 100], [100, 0, 0, 200, 0]], ids=str)
def test_frames_without_samples_add_nothing(sizes: list[int]) -> None:
    frames = [av.AudioFrame("fltp", "stereo", size) for size in sizes]
    for frame in frames:
        frame.sample_rate = 24_000

    assert sum(part.samples for part in seconds(iter(frames))) == sum(sizes)


def test_of_a_file_that_shrinks_what_is_left_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shrinking"
    path.write_bytes(file_of(noise(seconds=120)))

    with open_recording(path) as recording:
        blocks = recording.blocks()
        first = next(blocks)
        os.truncate(path, 24_000 * 4 * 60)
        left = joined(blocks)

    assert first.n_frames == 24_000
    assert 55 * 24_000 <= len(left) <= 119 * 24_000
