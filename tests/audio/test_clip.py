from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from clips import silence, tone
from numpy.testing import assert_allclose

from audiokit.audio.clip import Clip


def test_a_clip_says_how_long_and_how_wide_it_is() -> None:
    clip = Clip(tone(seconds=1.5, rate=16_000, channels=2), 16_000)

    assert (clip.n_frames, clip.n_channels, clip.duration_s) == (24_000, 2, 1.5)


def test_mono_is_the_mean_of_the_channels() -> None:
    left, right = tone(440), silence()

    mono = Clip(np.hstack([left, right]), 24_000).mono()

    assert mono.n_channels == 1
    assert_allclose(mono.samples, left / 2, atol=1e-7)


def test_mono_of_one_channel_is_the_clip_itself() -> None:
    clip = Clip(tone(), 24_000)

    assert clip.mono() is clip


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros(100, np.float32), 24_000),
        (np.zeros((100, 0), np.float32), 24_000),
        (np.zeros((100, 1), np.float64), 24_000),
        (np.zeros((100, 1), np.float32), 0),
    ],
)
def test_what_is_no_sound_does_not_become_a_clip(samples: np.ndarray, rate: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        Clip(samples, rate)


def test_importing_the_room_loads_no_codec() -> None:
    program = "import sys, audiokit.audio; print(sorted({'av', 'soundfile', 'soxr', 'numpy'} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603 - ourselves

    assert loaded.stdout.strip() == "[]"
