from __future__ import annotations

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from talks import talk

from audiokit.audio.changing.offset import OffsetMeter

RATE = 24_000
TALK = talk([(1, 3), (4, 6)], seconds=8, rate=RATE)


def offset_of(samples: np.ndarray, *cuts: int, rate: int = RATE) -> float:
    meter = OffsetMeter(rate)
    for block in np.split(samples, cuts):
        meter.add(block)
    return meter.result()


@pytest.mark.parametrize("offset", [-0.3, -0.01, 0.001, 0.1])
@pytest.mark.parametrize("sound", [TALK, silence(), noise(rms=0.02), tone(50)], ids=["talk", "none", "noise", "hum"])
def test_the_level_that_a_recording_rests_at_is_found(sound: np.ndarray, offset: float) -> None:
    assert offset_of(sound + np.float32(offset)) == pytest.approx(offset, rel=0.1, abs=1e-4)


@pytest.mark.parametrize("sound", [TALK, silence(), noise(rms=0.1), tone(50), tone(60), tone(440)])
def test_what_has_none_gets_none(sound: np.ndarray) -> None:
    assert abs(offset_of(sound)) < 5e-4


def test_a_voice_that_is_not_symmetrical_between_digital_silence_has_none() -> None:
    voice = np.where(TALK > 0, TALK, TALK / 2) * (np.abs(TALK) > 0.01)

    assert abs(voice.mean()) > 0.005
    assert abs(offset_of(voice.astype(np.float32))) < 5e-4


def test_a_microphone_that_wakes_late_hides_none() -> None:
    late = np.concatenate([silence(seconds=0.3), TALK + np.float32(0.02)])

    assert offset_of(late) == pytest.approx(0.02, rel=0.1)


def test_what_rumbles_in_a_pause_is_none() -> None:
    rumble = noise(seconds=1.5)
    rumble[RATE // 2 :] = tone(0.25, seconds=1, peak=0.01)  # a quarter of a period in the quiet
    rumble -= rumble.mean()

    assert abs(offset_of(rumble)) < 5e-4


@pytest.mark.parametrize("n_frames", [0, 1, 2_399])
def test_a_moment_tells_nothing(n_frames: int) -> None:
    assert offset_of(np.full((n_frames, 1), 0.5, np.float32)) == 0


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, len(TALK)), max_size=5))
def test_it_does_not_matter_how_the_sound_is_cut(cuts: list[int]) -> None:
    assert offset_of(TALK + np.float32(0.01), *sorted(cuts)) == pytest.approx(offset_of(TALK + np.float32(0.01)))
