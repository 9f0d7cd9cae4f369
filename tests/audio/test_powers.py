from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from clips import noise, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from audiokit.audio.measuring.powers import PowerMeter, n_windows

RATES = st.sampled_from([100, 8_000, 8_001, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])


def measured(samples: np.ndarray, rate: int) -> PowerMeter:
    meter = PowerMeter(rate)
    meter.add(samples)
    return meter


@settings(deadline=None)
@given(RATES, st.integers(0, 5_000))
def test_a_window_has_the_mean_square_of_its_frames(rate: int, n_frames: int) -> None:
    samples = noise(seconds=n_frames / rate, rate=rate)
    n_frames = len(samples)

    powers = measured(samples, rate).plain()

    edges = [min(index * rate // 100, n_frames) for index in range(len(powers) + 1)]
    squares = samples[:, 0].astype(np.float64) ** 2
    assert len(powers) == n_windows(n_frames, rate)
    assert edges[-1] == n_frames
    assert_allclose(powers, [squares[start:end].mean() for start, end in pairwise(edges)], rtol=1e-5)


@settings(deadline=None)
@given(RATES, st.lists(st.integers(0, 3_000), max_size=8))
def test_it_does_not_matter_how_the_sound_is_cut_into_blocks(rate: int, sizes: list[int]) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, (sum(sizes), 1)).astype(np.float32)
    whole, meter = measured(samples, rate), PowerMeter(rate)

    for block in np.split(samples, np.cumsum(sizes)[:-1] if sizes else []):
        meter.add(block)

    assert meter.n_frames == len(samples)
    assert_array_equal(meter.plain(), whole.plain())
    assert_array_equal(meter.emphasised(), whole.emphasised())


def test_asking_in_between_changes_nothing() -> None:
    samples = noise(seconds=0.5, rate=11_025)
    meter = measured(samples[:1_234], 11_025)

    meter.plain()
    meter.add(samples[1_234:])

    assert_array_equal(meter.plain(), measured(samples, 11_025).plain())


@pytest.mark.parametrize("rate", [11_025, 22_050, 44_100])
def test_windows_do_not_drift_from_the_clock_in_three_hours(rate: int) -> None:
    meter = PowerMeter(rate)
    second = np.zeros((10 * rate, 1), np.float32)
    for _ in range(3 * 360 - 1):
        meter.add(second)
    second[round(4.567 * rate)] = 1
    meter.add(second)

    assert np.flatnonzero(meter.plain()) == [(3 * 3600 - 10) * 100 + 456]
    assert len(meter.plain()) == 3 * 3600 * 100


@pytest.mark.parametrize(("hz", "gain_db"), [(50, -28.9), (1_000, -8.2), (4_000, 2.9), (7_900, 5.9)])
def test_pre_emphasis_sinks_hum_and_lifts_consonants(hz: float, gain_db: float) -> None:
    meter = measured(tone(hz, rate=16_000), 16_000)

    gain = meter.emphasised()[1:].mean() / meter.plain()[1:].mean()
    assert 10 * np.log10(gain) == pytest.approx(gain_db, abs=0.1)


def test_a_constant_offset_is_no_sound_at_the_beginning_either() -> None:
    assert measured(np.full((1_600, 1), 0.5, np.float32), 16_000).emphasised().max() < 3e-4


@pytest.mark.parametrize("shape", [(100,), (100, 2), (1, 100)])
def test_what_is_not_one_channel_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one channel"):
        PowerMeter(16_000).add(np.zeros(shape, np.float32))


def test_a_rate_without_windows_is_refused() -> None:
    with pytest.raises(ValueError, match="too slow"):
        PowerMeter(99)
