from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import noise
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_recordings import file_of
from numpy.testing import assert_array_equal
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.fit import Bounds
from audiokit.audio.intake import Order, Received, no_room, receive
from audiokit.audio.measuring.peaks import Waveform
from audiokit.audio.prepare import Preparation
from audiokit.audio.reading.recording import Source
from audiokit.audio.steps import done
from audiokit.audio.wav import to_wav, wav_header
from audiokit.errors import ClipTooLong, FileTooLarge, InputError, StoreError, UnreadableAudio

RATE = 24_000
TALK = talk([(1, 3), (4, 6), (7, 9)], seconds=10, rate=RATE)
GIVEN = to_wav(Clip(TALK, RATE))
AS_IT_IS = Preparation(removes_dc=False, trims=False, loudness_lufs=None)
UNCHANGED = Order(wanted=AS_IT_IS)


def taken_in(source: Source, order: Order, into: Path) -> Received:
    received, _ = done(receive(source, order, into))
    assert sorted(path.name for path in into.iterdir()) == list(received.files)
    return received


def written(source: Source, order: Order, into: Path) -> tuple[Received, list[bytes]]:
    received = taken_in(source, order, into)
    return received, [(into / name).read_bytes() for name in received.files]


def sound(files: list[bytes]) -> np.ndarray:
    return np.concatenate([decode(file).samples for file in files])


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("into")


def test_a_look_tells_everything_and_writes_nothing() -> None:
    received, waveform = done(receive(GIVEN, Order()))

    assert received.files == ()
    assert received.measures.duration_s == 10
    assert received.changes.sentences[0].startswith("trimmed ")
    assert received.fit.sentence.endswith("→ WAV 24 kHz, 406 kB")
    assert isinstance(waveform, Waveform)


@pytest.mark.parametrize("overlap_s", [0.0, 0.5, 100.0])
@pytest.mark.parametrize("wanted", [Preparation(), Preparation(max_pause_s=0.5, denoises=True)])
def test_parts_are_pieces_of_the_whole_to_the_sample(wanted: Preparation, overlap_s: float, tmp_path: Path) -> None:
    whole_in, parts_in = tmp_path / "whole", tmp_path / "parts"
    whole_in.mkdir()
    parts_in.mkdir()
    order = Order(wanted=wanted, bounds=Bounds(max_duration_s=2.5), overlap_s=overlap_s)

    _, whole = written(GIVEN, replace(order, bounds=Bounds()), whole_in)
    received, parts = written(GIVEN, order, parts_in)

    samples = sound(whole)
    assert len(parts) == len(received.fit.parts) >= 3
    assert received.fit.parts[-1].end_frame == len(samples) == received.changes.kept.n_frames
    for part, file in zip(received.fit.parts, parts, strict=True):
        assert_array_equal(sound([file]), samples[part.start_frame : part.end_frame])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    formats=st.sampled_from([(SoundFormat.WAV,), (SoundFormat.MP3,), (SoundFormat.MP3, SoundFormat.WAV)]),
    max_bytes=st.sampled_from([None, 20_000, 100_000, 300_000]),
    max_base64_bytes=st.sampled_from([None, 60_001, 200_002]),
    max_duration_s=st.sampled_from([None, 1.0, 3.3]),
    overlap_s=st.sampled_from([0.0, 0.4, 5.0]),
)
def test_what_is_written_is_within_the_bounds(tmp_path_factory: pytest.TempPathFactory, **bounds: Any) -> None:
    overlap_s = bounds.pop("overlap_s")
    needed = 55_000 if bounds["formats"] == (SoundFormat.WAV,) else 0  # a second
    if (bounds["max_bytes"] or needed) < needed or (bounds["max_base64_bytes"] or 4 * needed) < 4 / 3 * needed:
        bounds |= {"max_bytes": None, "max_base64_bytes": None}
    order = Order(bounds=Bounds(**bounds), overlap_s=overlap_s)

    received, files = written(GIVEN, order, tmp_path_factory.mktemp("into"))

    for part, file, told in zip(received.fit.parts, files, received.fit.sizes_bytes, strict=True):
        clip = decode(file)
        assert len(file) <= told <= (bounds["max_bytes"] or told)
        assert len(base64.b64encode(file)) <= (bounds["max_base64_bytes"] or 1e9)
        assert part.duration_s <= (bounds["max_duration_s"] or 10)
        assert clip.duration_s == pytest.approx(part.duration_s, abs=1 / clip.sample_rate_hz)


@pytest.mark.parametrize("to", [SoundFormat.MP3, SoundFormat.FLAC])
def test_what_needs_no_change_goes_byte_for_byte(to: SoundFormat, folder: Path, tmp_path: Path) -> None:
    data = encode(Clip(np.repeat(TALK, 2, axis=1), 48_000), to)
    (tmp_path / "given").write_bytes(data)
    order = replace(UNCHANGED, bounds=Bounds(formats=(to,)))

    for source in (data, tmp_path / "given"):
        received, files = written(source, order, folder)
        assert files == [data]
        assert received.changes.sentences == ()  # nothing of rate or channels, as these stay
        assert received.fit.sentence.endswith("as it is")


def test_a_wav_that_goes_as_it_is_gets_sizes_that_are_true(folder: Path) -> None:
    _, files = written(wav_header(None) + GIVEN[44:], UNCHANGED, folder)

    assert files == [GIVEN]


@pytest.mark.parametrize(
    "data",
    [
        file_of(np.where(np.arange(len(TALK))[:, None] % 1_000, TALK, np.float32(np.nan))),
        file_of(TALK, 8_000, subtype="ULAW"),
        file_of(TALK, 8_000, subtype="IMA_ADPCM"),
        file_of(np.hstack([TALK, -TALK]), subtype="PCM_16"),
    ],
    ids=["no numbers", "u-law", "ADPCM", "channels that cancel each other"],
)
def test_what_others_may_hear_otherwise_is_written_anew(data: bytes, folder: Path) -> None:
    received, files = written(data, UNCHANGED, folder)

    clip = decode(files[0])
    assert received.fit.form is not None
    assert (clip.n_channels, clip.sample_rate_hz) == (1, RATE)
    assert np.abs(clip.samples).max() > 0.1


@pytest.mark.parametrize(
    ("seconds", "to"), [(1 / RATE, SoundFormat.WAV), (0.005, SoundFormat.MP3), (0.02, SoundFormat.MP3)]
)
def test_a_moment_is_written(seconds: float, to: SoundFormat, folder: Path) -> None:
    order = Order(bounds=Bounds(formats=(to,), max_duration_s=0.02))

    _, files = written(file_of(noise(seconds=seconds)), order, folder)

    assert decode(files[0]).n_frames == pytest.approx(seconds * RATE, abs=1)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order(max_size_bytes=1_000), FileTooLarge),
        (Order(max_duration_s=9.9), ClipTooLong),
        (Order(bounds=Bounds(max_bytes=100)), InputError),
        (Order(bounds=Bounds(formats=())), InputError),
    ],
)
def test_what_is_refused_leaves_nothing_behind(order: Order, expected: type[InputError], folder: Path) -> None:
    with pytest.raises(expected):
        taken_in(GIVEN, order, folder)

    assert [*folder.iterdir()] == []


def test_how_far_it_is_is_told() -> None:
    steps = list[float]()

    done(receive(GIVEN, Order()), steps.append)

    assert steps == list(range(1, 11))


def test_whoever_stops_asking_leaves_nothing_behind(folder: Path) -> None:
    work = receive(GIVEN, Order(), folder)
    next(work)
    work.close()

    assert [*folder.iterdir()] == []


@pytest.mark.parametrize("left", [0, 44, 100_000])
def test_a_file_that_shrinks_meanwhile_is_what_is_left_or_refused(left: int, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "shrinking"
    path.write_bytes(GIVEN)
    work = receive(path, UNCHANGED, folder)
    next(work)

    os.truncate(path, left)
    try:
        received, _ = done(work)
    except UnreadableAudio:
        assert left == 0
    else:
        assert len(received.files) == len([*folder.iterdir()]) == 1


def test_a_full_disk_is_not_the_fault_of_the_recording() -> None:
    error = no_room(OSError(28, "No space left on device"))

    assert isinstance(error, StoreError)
    assert "no room on its disk" in str(error)
    assert error.detail == {"reason": "No space left on device"}
