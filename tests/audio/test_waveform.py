from __future__ import annotations

import numpy as np
import pytest
from clips import silence, tone
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.clip import Clip
from audiokit.audio.waveform import peaks


def test_peaks_follow_the_sound() -> None:
    samples = np.vstack([tone(peak=0.25), silence(), tone(peak=0.5)])

    heights = peaks(Clip(samples, 24_000), 3)

    assert heights == pytest.approx((0.5, 0, 1), abs=0.002)


def test_a_peak_below_zero_in_the_second_channel_counts() -> None:
    samples = silence(seconds=0.01, channels=2)
    samples[0, 1] = -0.3

    assert peaks(Clip(samples, 24_000), 2) == (1.0, 0.0)


def test_digital_silence_is_flat() -> None:
    assert peaks(Clip(silence(), 24_000), 10) == (0.0,) * 10


def test_an_empty_clip_is_flat() -> None:
    assert peaks(Clip(silence(seconds=0), 24_000), 10) == (0.0,) * 10


@given(st.integers(1, 2_000), st.integers(1, 500))
def test_there_are_as_many_peaks_as_asked_for_and_the_loudest_is_one(n_frames: int, n: int) -> None:
    samples = np.random.default_rng(n_frames).uniform(0.01, 1, (n_frames, 2)).astype(np.float32)

    heights = peaks(Clip(samples, 24_000), n)

    assert len(heights) == n
    assert max(heights) == 1.0
    assert min(heights) >= 0
    assert all(round(height, 3) == height for height in heights)
