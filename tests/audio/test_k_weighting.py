from __future__ import annotations

import math

import numpy as np
import pytest
from clips import noise, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from audiokit.audio.measuring.k_weighting import N_REMEMBERED, KWeighting, biquads

RATES = [8_000, 11_025, 12_345, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 192_000]
AT_REST = np.zeros(N_REMEMBERED)


def walked(samples: np.ndarray, rate: int) -> np.ndarray:
    """The same filter as the standard draws it, sample by sample (BS.1770-5, annex 1, figure 3)."""
    values = samples.astype(np.float64).tolist()
    for b0, b1, b2, a1, a2 in biquads(rate):
        out = list[float]()
        x1 = x2 = y1 = y2 = 0.0
        for x in values:
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            out.append(y)
        values = out
    return np.array(values)


def response_db(hz: float, rate: int) -> float:
    """What the filter does to a tone, measured behind it once it has swung in."""
    weighting = KWeighting(rate)
    samples = tone(hz, seconds=1.2, rate=rate, peak=1.0)[: 11 * weighting.window_frames, 0]
    energies, _ = weighting.energies(samples, AT_REST)
    return 10 * math.log10(2 * energies[1:].mean())


def test_at_48_khz_the_coefficients_are_those_that_the_standard_prints() -> None:
    shelf, high_pass = biquads(48_000)

    printed = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
    assert_allclose(shelf, printed, atol=1e-13)
    assert_allclose(high_pass, (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621), atol=1e-13)


@pytest.mark.parametrize("rate", RATES)
def test_windows_are_a_tenth_of_a_second(rate: int) -> None:
    assert KWeighting(rate).window_frames == pytest.approx(rate / 10, abs=2)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("offset", [0.0, 0.9])
def test_energies_are_those_of_the_filter_walked_sample_by_sample(rate: int, offset: float) -> None:
    weighting = KWeighting(rate)
    samples = noise(seconds=0.42, rate=rate, rms=0.001)[: 4 * weighting.window_frames, 0] + np.float32(offset)

    energies, memory = weighting.energies(samples, AT_REST)

    expected = walked(samples, rate).reshape(4, -1)
    assert_allclose(energies, np.square(expected).mean(axis=1), rtol=0.002)
    assert memory.shape == AT_REST.shape


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(RATES[:8]), st.lists(st.integers(0, 4), max_size=5))
def test_what_is_cut_goes_on_where_it_ended(rate: int, cuts: list[int]) -> None:
    weighting = KWeighting(rate)
    samples = noise(seconds=sum(cuts) / 9 + 0.2, rate=rate)[: sum(cuts) * weighting.window_frames, 0]
    memory, parts = AT_REST, [np.zeros(0)]

    for part in np.split(samples, np.cumsum(cuts)[:-1] * weighting.window_frames if cuts else []):
        energies, memory = weighting.energies(part, memory)
        parts.append(energies)

    assert_allclose(np.concatenate(parts), weighting.energies(samples, AT_REST)[0], rtol=1e-5)


def test_silence_is_silence_behind_the_filter() -> None:
    energies, memory = KWeighting(24_000).energies(np.zeros(24_000, np.float32), AT_REST)

    assert_array_equal(energies, np.zeros(10))
    assert_array_equal(memory, AT_REST)


# What the printed filters do at 48 kHz, from their coefficients. Where telephones sample, the transform is off by a
# little; FFmpeg and libebur128 share that, and to agree with them is worth more.
@pytest.mark.parametrize(
    ("hz", "expected_db"), [(25, -10.39), (40, -5.57), (100, -1.13), (500, 0.04), (1_000, 0.70), (3_000, 3.81)]
)
@pytest.mark.parametrize("rate", RATES)
def test_the_response_is_the_same_at_every_rate(rate: int, hz: float, expected_db: float) -> None:
    assert response_db(hz, rate) == pytest.approx(expected_db, abs=0.15 if rate >= 16_000 else 0.45)
