from __future__ import annotations

import numpy as np
import pytest
from clips import noise, silence, tone
from voices import voice

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.voice.brightness import brightness_db, halves
from audiokit.audio.voice.pace import spoken_length

RATE = 24_000


def bright(samples: Samples, rate: int = RATE) -> float:
    powers = np.concatenate(list(halves([Clip(samples, rate)])))
    found = brightness_db(powers, np.ones(len(powers), np.bool_))
    assert found is not None
    return found


def test_it_is_the_power_above_one_kilohertz_over_that_below() -> None:
    both = tone(300, seconds=2, peak=0.2) + tone(3_000, seconds=2, peak=0.02)

    assert bright(both) == pytest.approx(-20, abs=0.1)
    assert bright(0.01 * both) == pytest.approx(-20, abs=0.1)  # not loudness
    assert bright(both + tone(40, seconds=2, peak=0.5) + tone(5_600, seconds=2, peak=0.5)) == pytest.approx(
        -20, abs=0.5
    )


def test_a_voice_that_falls_less_steeply_is_brighter() -> None:
    assert bright(voice(seconds=1, vowel=None)) > bright(voice(seconds=1)) + 10


def test_only_voiced_windows_count_and_a_tenth_of_a_second_of_them_is_needed() -> None:
    powers = np.concatenate(list(halves([Clip(np.vstack([tone(300), noise(seconds=1)]), RATE)])))
    is_voiced = np.arange(len(powers)) < 90

    assert brightness_db(powers, is_voiced) == pytest.approx(bright(tone(300)), abs=3)
    assert brightness_db(powers, is_voiced & (np.arange(len(powers)) < 9)) is None
    assert brightness_db(powers[:0], is_voiced[:0]) is None


def test_digital_silence_has_a_number_and_no_warning() -> None:
    assert bright(silence(seconds=1)) == pytest.approx(0)


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_the_rate_matters_only_where_it_cuts_something_off(rate: int) -> None:
    sound = tone(300, seconds=2, rate=rate, peak=0.2) + tone(3_000, seconds=2, rate=rate, peak=0.02)

    assert bright(sound, rate) == pytest.approx(-20, abs=0.1)


def test_a_longer_text_takes_longer_in_any_script() -> None:
    assert spoken_length("I am well.") < spoken_length("I am well and so is my brother.")
    assert spoken_length("") == spoken_length(" - ") == 0
    assert spoken_length("你好吗") > 0  # as it is written
    assert spoken_length("NOBODY SHOUTS") == spoken_length("nobody shouts")
