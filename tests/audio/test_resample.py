from __future__ import annotations

import math

import numpy as np
import pytest
from clips import loudest_hz, noise, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from audiokit.audio.clip import Clip
from audiokit.audio.resample import resample, resampled_blocks

RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])

SWEPT = [(48_000, 24_000), (44_100, 24_000), (48_000, 16_000), (24_000, 16_000), (8_000, 24_000), (16_000, 24_000)]


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


@pytest.mark.parametrize(("source", "target"), SWEPT)
def test_a_sweep_passes_flat_and_brings_nothing_along(source: int, target: int) -> None:
    """In the passband, to nine tenths of the lower Nyquist frequency: ripple, and what is not the tone (images)."""
    levels_db, others_db = zip(
        *(_tone_and_others_db(share * min(source, target) / 2, source, target) for share in np.linspace(0.02, 0.9, 45)),
        strict=True,
    )

    assert max(levels_db) - min(levels_db) < 0.1
    assert max(others_db) < -90


@pytest.mark.parametrize(("source", "target"), [rates for rates in SWEPT if rates[0] > rates[1]])
def test_a_sweep_above_the_new_limit_folds_nothing_back(source: int, target: int) -> None:
    for share in np.linspace(1.01, source / target * 0.99, 45):
        level_db, others_db = _tone_and_others_db(share * target / 2, source, target)

        assert max(level_db, others_db) < -90, f"{share:.2f} of the new limit"


def _tone_and_others_db(hz: float, source: int, target: int) -> tuple[float, float]:
    """Resample a tone; return its level, and that of all else, against what went in. The ends are left out."""
    sound = resample(Clip(tone(hz, seconds=0.6, rate=source), source), target).samples[:, 0].astype(np.float64)
    frames = np.arange(len(sound))[target // 10 : -target // 10]
    sound = sound[frames]
    phases = 2 * np.pi * hz * frames / target
    waves = np.stack([np.sin(phases), np.cos(phases)], axis=1)
    found, *_ = np.linalg.lstsq(waves, sound, rcond=None)
    power_in, others = 0.5**2 / 2, sound - waves @ found
    return _db(float(found @ found) / 2 / power_in), _db(float(np.mean(others**2)) / power_in)


def _db(ratio: float) -> float:
    return 10 * math.log10(ratio + 1e-30)


def test_the_same_rate_is_the_same_clip() -> None:
    clip = Clip(tone(), 24_000)

    assert resample(clip, 24_000) is clip


def test_no_blocks_give_no_blocks() -> None:
    assert list(resampled_blocks([], 24_000)) == []
