from __future__ import annotations

import struct
import time
import zlib

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.audio.measuring.peaks import PeaksMeter, Waveform
from audiokit.errors import Damaged

RATE = 24_000
RATES = st.sampled_from([100, 8_000, 11_025, 22_050, 24_000, 44_100, 48_000])


def waveform(samples: np.ndarray, rate: int = RATE) -> Waveform:
    meter = PeaksMeter(rate)
    meter.add(samples)
    return meter.result()


def speckled(n_frames: int, *, channels: int = 1, seed: int = 0) -> np.ndarray:
    """Sound whose neighbouring windows differ by many decibels."""
    generator = np.random.default_rng(seed)
    gains = 10 ** generator.uniform(-4, 0, (n_frames, 1))
    return np.asarray(generator.uniform(-1, 1, (n_frames, channels)) * gains, np.float32)


@st.composite
def waveforms(draw: st.DrawFn) -> Waveform:
    return waveform(speckled(draw(st.integers(0, 100_000)), seed=draw(st.integers(0, 9))), draw(RATES))


def test_points_follow_the_sound() -> None:
    drawn = waveform(np.vstack([tone(peak=0.25), silence(), tone(peak=0.5)]))

    assert drawn.duration_s == 3.0
    assert drawn.loudest == pytest.approx(0.5, abs=1e-4)
    assert drawn.points(n=3) == pytest.approx((0.5, 0, 1), abs=0.005)


def test_a_peak_below_zero_in_the_second_channel_counts() -> None:
    samples = silence(channels=2)
    samples[12_345, 1] = -0.3

    drawn = waveform(samples)

    assert drawn.loudest == pytest.approx(0.3)
    assert np.flatnonzero(drawn.points(n=100)).tolist() == [51]


def test_a_passage_keeps_its_height_when_it_is_drawn_larger() -> None:
    drawn = waveform(np.vstack([tone(peak=0.5), tone(peak=0.05)]))

    assert drawn.points(1.2, 1.8, 2) == pytest.approx((0.1, 0.1), abs=0.005)


@pytest.mark.parametrize("decibels", [0, -20, -40, -60, -80])
def test_what_is_quiet_beside_the_loudest_can_still_be_told_from_silence(decibels: float) -> None:
    height = 10 ** (decibels / 20)

    codes = waveform(np.vstack([tone(peak=1.0), tone(peak=height)])).heights

    assert codes[150] == pytest.approx(255 * height**0.5, abs=0.6)
    assert codes[150] > 0


@pytest.mark.parametrize("seconds", [0, 1])
def test_silence_is_flat(seconds: float) -> None:
    assert waveform(silence(seconds=seconds)).points(n=5) == (0.0,) * 5


def test_beyond_the_end_there_is_silence() -> None:
    drawn = waveform(tone(seconds=1))

    assert drawn.points(0, 2, 4) == pytest.approx((1, 1, 0, 0), abs=0.01)
    assert drawn.points(5, 6, 3) == (0.0,) * 3
    assert drawn.points(0.5, 0.5, 3) == (0.0,) * 3
    assert drawn.points(-3, 1, 2) == drawn.points(0, 1, 2)


def test_where_there_is_less_sound_than_points_each_height_is_shown_several_times() -> None:
    drawn = waveform(np.vstack([tone(seconds=0.01, peak=0.5), silence(seconds=0.01)]))

    assert drawn.points(n=6) == (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)


@given(waveforms(), st.integers(1, 60), st.integers(1, 7))
def test_a_point_is_the_largest_of_the_finer_ones(drawn: Waveform, n: int, times: int) -> None:
    if len(drawn.heights) < n * times:
        return
    fine = np.reshape(drawn.points(n=n * times), (n, times))

    assert drawn.points(n=n) == tuple(fine.max(axis=1).tolist())


@given(waveforms(), st.integers(1, 500))
def test_the_loudest_is_one_however_many_points_are_drawn(drawn: Waveform, n: int) -> None:
    points = drawn.points(n=n)

    assert len(points) == n
    assert max(points) == (1 if drawn.n_frames else 0)
    assert min(points) >= 0


@given(st.integers(1, 40), st.integers(0, 9))
def test_points_are_the_largest_samples_of_their_stretches(n: int, seed: int) -> None:
    samples = speckled(n * 2_400, channels=2, seed=seed)
    heights = np.abs(samples).reshape(n, -1).max(axis=1)

    np.testing.assert_allclose(waveform(samples).points(n=n), heights / heights.max(), atol=0.006)


@settings(deadline=None)
@given(RATES, st.integers(1, 3), st.lists(st.integers(0, 3_000), max_size=12))
def test_blocks_give_the_same_as_the_whole(rate: int, channels: int, sizes: list[int]) -> None:
    samples = speckled(sum(sizes), channels=channels)
    meter = PeaksMeter(rate)

    for block in np.split(samples, np.cumsum(sizes)[:-1].tolist()):
        meter.add(block)
        meter.result()

    assert meter.result() == waveform(samples, rate)


@given(RATES, st.integers(0, 9), st.data())
def test_windows_never_drift_from_the_clock(rate: int, seconds: int, data: st.DataObject) -> None:
    samples = silence(seconds=seconds + 1, rate=rate)
    at = data.draw(st.integers(0, len(samples) - 1))
    samples[at] = 1.0

    heights = np.frombuffer(waveform(samples, rate).heights, np.uint8)

    (window,) = np.flatnonzero(heights).tolist()
    assert window * rate // 100 <= at < (window + 1) * rate // 100


@given(waveforms())
def test_what_is_kept_comes_back_the_same(drawn: Waveform) -> None:
    data = drawn.to_bytes()

    assert Waveform.from_bytes(data) == drawn
    assert Waveform.from_bytes(data).to_bytes() == data
    assert len(data) == 28 + len(drawn.heights)


@given(st.data())
def test_damaged_bytes_are_refused_with_a_sentence(data: st.DataObject) -> None:
    kept = bytearray(waveform(tone(seconds=0.2)).to_bytes())
    kept[data.draw(st.integers(0, len(kept) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Damaged, match=r"cannot be read\. Measure the recording again\."):
        Waveform.from_bytes(bytes(kept))


@given(st.binary(max_size=80) | st.integers(0, 47).map(lambda n: waveform(tone(seconds=0.2)).to_bytes()[:n]))
def test_other_bytes_and_cut_off_ones_are_refused(data: bytes) -> None:
    with pytest.raises(Damaged):
        Waveform.from_bytes(data)


@pytest.mark.parametrize(
    "header",
    [
        (b"AKWF", 2, 100, 100, 1.0),  # a later version
        (b"RIFF", 1, 100, 100, 1.0),
        (b"AKWF", 1, 2**63, 100, 1.0),  # frames that are not there
        (b"AKWF", 1, 100, 0, 1.0),
    ],
)
def test_a_header_that_lies_is_refused_even_if_its_checksum_is_right(header: tuple[object, ...]) -> None:
    body = struct.pack("<4sBxxxQIf", *header) + bytes(100)

    with pytest.raises(Damaged):
        Waveform.from_bytes(body + struct.pack("<I", zlib.crc32(body)))


def test_a_waveform_has_as_many_heights_as_windows() -> None:
    with pytest.raises(ValueError, match="101 heights"):
        Waveform(n_frames=24_001, sample_rate_hz=24_000, loudest=1.0, heights=bytes(100))


def test_sound_too_slow_for_its_windows_is_refused() -> None:
    with pytest.raises(ValueError, match="99 Hz is too slow"):
        PeaksMeter(99)


def test_ten_minutes_are_measured_in_a_moment() -> None:
    minute, meter = noise(seconds=60), PeaksMeter(RATE)

    started = time.process_time()
    for _ in range(10):
        meter.add(minute)

    assert time.process_time() - started < 0.2
    assert meter.result().duration_s == 600
