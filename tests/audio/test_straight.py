from __future__ import annotations

import os
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import pytest
from clips import Samples, noise
from made_recordings import joined
from numpy.testing import assert_array_equal
from real import real_files

from audiokit.audio.reading.recording import open_recording
from audiokit.audio.reading.straight import Straight
from audiokit.errors import UnreadableAudio

ODD_NAMES = [
    "a:b",
    "%d 50%",
    "new\nline",
    "ünï 漢 😀",
    "concat:x|y",
    "-i",
    "http:__x",
    "'q\"",
    "[*];,",
    "a\\b=c",
    "file:x",
]


def made(
    path: Path, *, channels: int = 1, rate: int = 48_000, codec: str = "aac", pictures: int = 0, movflags: str = ""
) -> Path:
    """An MP4 of 5.3 s of noise, as PyAV writes it; with ``pictures``, so many beside it, one a second."""
    samples, layout = noise(seconds=5.3, rate=rate, channels=channels), {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout=layout)
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
    with av.open(path, "w", format="mp4", options={"movflags": movflags} if movflags else {}) as output:
        tracks: list[tuple[Any, list[Any]]] = [(output.add_stream(cast(Any, codec), rate=rate, layout=layout), [frame])]
        if pictures:
            still = [av.VideoFrame(32, 32, "yuv420p") for _ in range(pictures)]
            tracks.insert(0, (output.add_stream("mpeg4", rate=1, width=32, height=32, pix_fmt="yuv420p"), still))
        for track, frames in tracks:
            for one in [*frames, None]:
                output.mux(track.encode(one))
    return path


def straight_of(path: Path) -> Straight | None:
    with av.open(os.fspath(path), format="mov") as opened:
        return Straight.of(opened, path, "mov")


def n_straight(path: Path) -> int:
    """How many frames are read so."""
    straight = straight_of(path)
    assert straight is not None
    return sum(frame.samples for frame in straight.seconds())


def samples_of(source: Path | bytes) -> Samples:
    with open_recording(source) as recording:
        blocks = list(recording.blocks())
    assert {block.n_frames for block in blocks[:-1]} <= {recording.sample_rate_hz}
    return joined(blocks)


@pytest.mark.parametrize(
    "kind",
    [
        {"rate": 16_000},
        {"channels": 2, "rate": 44_100},
        {"channels": 6},
        {"pictures": 5},
        {"movflags": "faststart"},
        {"movflags": "frag_keyframe"},
    ],
    ids=str,
)
def test_what_is_read_straight_is_to_the_sample_what_is_read_frame_by_frame(
    kind: dict[str, Any], tmp_path: Path
) -> None:
    path = made(tmp_path / "of aac", **kind)
    one_by_one = samples_of(path.read_bytes())

    assert n_straight(path) == len(one_by_one)
    assert_array_equal(samples_of(path), one_by_one)


@pytest.mark.parametrize("kind", [{"codec": "libopus"}, {"codec": "alac"}], ids=str)
def test_other_codecs_are_not_read_so(kind: dict[str, Any], tmp_path: Path) -> None:
    path = made(tmp_path / "of another", **kind)

    assert straight_of(path) is None
    assert_array_equal(samples_of(path), samples_of(path.read_bytes()))


def test_from_where_it_cannot_go_on_the_rest_is_read_frame_by_frame(tmp_path: Path) -> None:
    path = made(tmp_path / "damaged")
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + (data.index(b"moov") - data.index(b"mdat")) // 2
    data[middle : middle + 2_000] = b"\xff" * 2_000
    path.write_bytes(data)

    with pytest.raises(av.FFmpegError):
        n_straight(path)
    read = samples_of(path)
    assert 4 * 48_000 < len(read) < 5.3 * 48_000
    assert_array_equal(read, samples_of(bytes(data)))


def test_of_a_file_that_was_cut_off_what_is_left_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "cut", movflags="faststart")
    os.truncate(path, path.stat().st_size * 3 // 5)

    read = samples_of(path)

    assert len(read) == pytest.approx(3 * 48_000, abs=24_000)
    assert_array_equal(read, samples_of(path.read_bytes()))


def test_damage_in_the_picture_does_not_end_the_sound(tmp_path: Path) -> None:
    path = made(tmp_path / "video", pictures=5)
    data = bytearray(path.read_bytes())
    struct.pack_into(">I", data, data.index(b"stco", data.index(b"vide")) + 20, 2**32 - 1)  # where the third is
    path.write_bytes(data)

    assert len(samples_of(bytes(data))) > 5.2 * 48_000
    assert len(samples_of(path)) > 5.2 * 48_000


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
def test_a_path_is_a_name_and_nothing_else(tmp_path: Path) -> None:
    one = made(tmp_path / "one")
    n_frames = n_straight(one)

    for name in ODD_NAMES:
        one = one.rename(tmp_path / name)
        assert n_straight(one) == n_frames
    one = one.rename(tmp_path / os.fsdecode(b"\xff\xfe.m4a"))
    assert len(samples_of(one)) == n_frames


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux only")
def test_a_recording_that_is_closed_half_read_lets_go_of_its_file(tmp_path: Path) -> None:
    path = made(tmp_path / "half read")
    before = len(list(Path("/proc/self/fd").iterdir()))

    with open_recording(path) as recording:
        blocks = recording.blocks()
        next(blocks)
        assert len(list(Path("/proc/self/fd").iterdir())) == before + 1

    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert list(blocks) == []


@pytest.mark.real
def test_every_real_mp4_gives_as_a_file_what_its_bytes_give() -> None:
    paths = [path for path in real_files("*/**/*.m*4*") if path.suffix != ".md4"]
    if not paths:
        pytest.skip("the real material is not here")

    for path in paths:
        try:
            of_bytes = samples_of(path.read_bytes())
        except UnreadableAudio:
            with pytest.raises(UnreadableAudio):
                samples_of(path)
        else:
            assert_array_equal(samples_of(path), of_bytes, err_msg=path.name)
