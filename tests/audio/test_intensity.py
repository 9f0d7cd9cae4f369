from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from audiokit.audio.voice.intensity import levels_db, moments_of

RATE = 16_000


def levels_of(sound: np.ndarray) -> np.ndarray:
    return levels_db(moments_of(sound.astype(np.float32).reshape(-1, RATE // 100)))


@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_a_tone_has_its_own_level_whatever_it_rests_at(offset: float) -> None:
    sound = 0.1 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE) + offset

    levels = levels_of(sound)

    assert len(levels) == 499  # where one step of 2 ms ends and the next begins
    assert_allclose(levels[32:-32], 20 * np.log10(0.1 / np.sqrt(2)), atol=0.01)


def test_a_click_is_heard_for_as_long_as_the_window_lasts_and_loudest_where_it_is() -> None:
    sound = np.zeros(RATE)
    sound[8_000:8_032] = 0.5

    levels = levels_of(sound)

    assert levels.argmax() in (249, 250)
    assert np.flatnonzero(levels > levels.min() + 1)[[0, -1]] == pytest.approx([219, 280], abs=2)


@pytest.mark.parametrize("n_windows", [0, 1, 12])
def test_of_little_sound_there_are_few_levels(n_windows: int) -> None:
    assert len(levels_of(np.zeros(n_windows * 160))) == max(0, 5 * n_windows - 1)
