from __future__ import annotations

import numpy as np
import pytest
from clips import noise, silence
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from audiokit.audio.measuring.true_peak import CELL_FRAMES, TruePeak, crests

RATE = 48_000


def true_peak(samples: np.ndarray) -> float:
    meter = TruePeak(samples.shape[1])
    meter.add(samples)
    return meter.value


def sine(share_of_rate: float, degrees: float, *, peak: float, n_frames: int = 4_800) -> np.ndarray:
    """A tone that begins and ends softly, as the EBU's do; its samples are taken at this phase."""
    angles = 2 * np.pi * share_of_rate * np.arange(n_frames) + np.radians(degrees)
    fade = np.clip(np.minimum(np.arange(n_frames), np.arange(n_frames)[::-1]) / 480, 0, 1)
    return np.asarray(peak * fade * np.sin(angles), np.float32)[:, None]


def oversampled(samples: np.ndarray, times: int = 32) -> np.ndarray:
    """The same sound at many times the rate, by its whole spectrum; for sound that begins and ends in silence."""
    spectrum = np.fft.rfft(samples.astype(np.float64), axis=0)
    return np.asarray(np.fft.irfft(spectrum, times * len(samples), axis=0) * times)


def band_limited(samples: np.ndarray) -> np.ndarray:
    """What is below 0.42 of the rate; closer to half of it, all filters differ."""
    spectrum = np.fft.rfft(samples, axis=0)
    spectrum[round(0.42 * len(samples)) :] = 0
    return np.fft.irfft(spectrum, len(samples), axis=0).astype(np.float32)


# EBU Tech 3341, test signals 15 to 19: the largest values lie between the samples; within +0.2 and -0.4 dB.
@pytest.mark.parametrize(
    ("share_of_rate", "degrees", "peak", "expected_dbtp"),
    [(1 / 4, 0, 0.5, -6), (1 / 4, 45, 0.5, -6), (1 / 6, 60, 0.5, -6), (1 / 8, 67.5, 0.5, -6), (1 / 4, 45, 1.41, 3)],
)
def test_tones_read_as_the_ebu_says(share_of_rate: float, degrees: float, peak: float, expected_dbtp: float) -> None:
    read_dbtp = 20 * np.log10(true_peak(sine(share_of_rate, degrees, peak=peak)))

    assert expected_dbtp - 0.1 < read_dbtp < expected_dbtp + 0.1


@pytest.mark.parametrize("degrees", range(0, 90, 5))
@pytest.mark.parametrize("share_of_rate", [0.1, 0.24, 0.37, 0.44])
def test_a_tone_reads_the_same_at_any_phase(share_of_rate: float, degrees: float) -> None:
    assert true_peak(sine(share_of_rate, degrees, peak=0.5)) == pytest.approx(0.5, rel=0.015)


def test_a_sample_alone_reads_as_itself() -> None:
    samples = silence(seconds=0.01)
    samples[100] = -0.7

    assert true_peak(samples) == np.float32(0.7)


@pytest.mark.parametrize("seconds", [0, 0.0001, 1])
def test_silence_reads_as_nothing(seconds: float) -> None:
    assert true_peak(silence(seconds=seconds, channels=2)) == 0


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_it_reads_what_the_whole_spectrum_says(seed: int, n_channels: int) -> None:
    samples = band_limited(np.pad(noise(seconds=0.01, channels=n_channels, seed=seed), ((200, 200), (0, 0))))

    assert true_peak(samples) == pytest.approx(float(np.abs(oversampled(samples)).max()), rel=0.015)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 400), min_size=1, max_size=8))
def test_a_peak_on_the_border_of_two_blocks_is_not_missed(seed: int, sizes: list[int]) -> None:
    samples = noise(seconds=sum(sizes) / 24_000, channels=2, seed=seed)
    meter = TruePeak(2)

    for block in np.split(samples, np.cumsum(sizes)[:-1]):
        meter.add(block)

    assert meter.value == pytest.approx(true_peak(samples), rel=1e-6)


def test_asking_does_not_end_the_sound() -> None:
    samples = sine(1 / 4, 45, peak=0.5)
    meter = TruePeak(1)

    meter.add(samples[:2_401])
    stopped_short = meter.value
    meter.add(samples[2_401:])

    assert stopped_short > 0.51  # a tone that stops dead overshoots
    assert meter.value == pytest.approx(0.5, rel=0.01)


def test_crests_are_the_highest_values_up_to_the_next_frame() -> None:
    samples = band_limited(np.pad(noise(seconds=0.1, channels=2), ((200, 200), (0, 0))))

    heights = crests(samples, above=0)

    between = np.abs(oversampled(samples, 8)).max(axis=1).reshape(len(samples), -1).max(axis=1)
    inside = slice(CELL_FRAMES, -CELL_FRAMES)
    assert (heights >= np.abs(samples).max(axis=1)[inside]).all()
    assert_allclose(heights, between[inside], atol=0.005)


@pytest.mark.parametrize("above", [0.05, 0.15, 0.2, 1.0])
def test_crests_above_a_level_are_all_there(above: float) -> None:
    samples = noise(seconds=0.1, channels=2)

    everywhere, some = crests(samples, above=0), crests(samples, above=above)

    assert_allclose(some[everywhere > above], everywhere[everywhere > above])
    assert ((some == 0) | np.isclose(some, everywhere)).all()
    assert above < 1 or not some.any()
