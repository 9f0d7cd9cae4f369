from __future__ import annotations

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from talks import talk

from audiokit.audio.measuring.bands import BAND_RATE_HZ, BandMeter, Rises

TALK = talk([(1, 2), (3, 5)], seconds=8, rate=BAND_RATE_HZ)


def rises(samples: np.ndarray, *cuts: int) -> Rises:
    meter = BandMeter(samples.shape[1])
    for block in np.split(samples, cuts):
        meter.add(block)
    return meter.result()


def test_a_voice_rises_for_as_long_as_it_speaks() -> None:
    assert rises(TALK).ratio == pytest.approx(3 / 8, abs=0.05)


@pytest.mark.parametrize("samples", [noise(seconds=5), tone(1_000, seconds=5), silence(seconds=5)], ids=str)
def test_what_is_always_there_does_not_rise(samples: np.ndarray) -> None:
    assert rises(samples).ratio < 0.01


def test_a_voice_in_any_channel_rises() -> None:
    quiet = np.zeros_like(TALK)

    for samples in (np.hstack([quiet, TALK]), np.hstack([TALK, -TALK]), np.hstack([quiet] * 7 + [TALK])):
        assert rises(samples).ratio == pytest.approx(rises(TALK).ratio, abs=0.02)


@pytest.mark.parametrize("channels", [1, 2])
@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 8 * BAND_RATE_HZ), max_size=8))
def test_it_does_not_matter_how_the_sound_is_cut(channels: int, cuts: list[int]) -> None:
    samples = np.repeat(TALK, channels, axis=1)

    assert rises(samples, *sorted(cuts)) == rises(samples)


@pytest.mark.parametrize("n_frames", [0, 1, 79, 80, 239, 240, 320, 559, 560, 561])
def test_a_moment_is_measured_too(n_frames: int) -> None:
    found = rises(noise(rate=BAND_RATE_HZ)[:n_frames])

    assert found.ratio == 0
    assert found.noise_floor_dbfs == (-np.inf if n_frames < 2 else pytest.approx(-28, abs=25))


def test_asking_twice_gives_the_same() -> None:
    meter = BandMeter()
    meter.add(TALK)

    assert meter.result() == meter.result()
