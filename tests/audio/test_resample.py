from __future__ import annotations

import numpy as np
import pytest
from clips import loudest_hz, noise, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from audiokit.audio.clip import Clip
from audiokit.audio.resample import resample, resampled_blocks

RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])


def middle_rms(clip: Clip) -> float:
    quarter = clip.n_frames // 4
    return float(np.sqrt(np.mean(np.square(clip.samples[quarter:-quarter], dtype=np.float64))))


@settings(deadline=None)
@given(RATES, RATES, st.integers(0, 3_000), st.integers(1, 3))
def test_the_length_is_that_of_the_sound_rounded_to_a_frame(
    source: int, target: int, n_frames: int, n_channels: int
) -> None:
    clip = resample(Clip(np.zeros((n_frames, n_channels), np.float32), source), target)

    assert (clip.sample_rate_hz, clip.n_channels) == (target, n_channels)
    assert abs(clip.n_frames - n_frames * target / source) <= 0.5 + 1e-9


@settings(deadline=None, max_examples=40)
@given(RATES, RATES, st.floats(0.02, 0.85))
def test_a_tone_below_both_limits_keeps_its_frequency_and_level(source: int, target: int, share: float) -> None:
    hz = share * min(source, target) / 2

    clip = resample(Clip(tone(hz, rate=source), source), target)

    assert loudest_hz(clip.samples, target) == pytest.approx(hz, abs=1.5)
    assert middle_rms(clip) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


@settings(deadline=None, max_examples=40)
@given(RATES, RATES, st.floats(1.06, 1.95))
def test_a_tone_above_the_new_limit_vanishes(source: int, target: int, share: float) -> None:
    hz = share * target / 2
    if hz >= source / 2:
        return

    assert middle_rms(resample(Clip(tone(hz, rate=source), source), target)) < 0.5e-4


@settings(deadline=None, max_examples=25)
@given(RATES, RATES.filter(lambda rate: rate != 24_000), st.lists(st.integers(0, 4_000), max_size=6))
def test_blocks_give_the_same_as_the_whole(source: int, target: int, sizes: list[int]) -> None:
    samples = noise(seconds=sum(sizes) / source, rate=source, channels=2)
    cuts = np.cumsum(sizes)[:-1].tolist()
    blocks = [Clip(part, source) for part in np.split(samples, cuts)]

    joined = np.concatenate([block.samples for block in resampled_blocks(blocks, target)])

    if source == target:
        assert_array_equal(joined, samples)
    else:
        assert_array_equal(joined, resample(Clip(samples, source), target).samples)


def test_the_same_rate_is_the_same_clip() -> None:
    clip = Clip(tone(), 24_000)

    assert resample(clip, 24_000) is clip


def test_no_blocks_give_no_blocks() -> None:
    assert list(resampled_blocks([], 24_000)) == []
