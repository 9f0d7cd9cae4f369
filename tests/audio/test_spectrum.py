from __future__ import annotations

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from real import real_file
from talks import voice

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.measuring.spectrum import SpectrumMeter
from audiokit.audio.resample import resample

RATE = 24_000


def bandwidth_hz(samples: np.ndarray, *cuts: int, rate: int = RATE) -> float | None:
    meter = SpectrumMeter(rate)
    for block in np.split(samples, cuts):
        meter.add(block)
    return meter.bandwidth_hz()


@pytest.mark.parametrize("recorded_hz", [8_000, 11_025, 16_000])
@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_sound_ends_where_its_first_rate_let_it_end(recorded_hz: int, rate: int) -> None:
    sound = resample(Clip(noise(seconds=3, rate=recorded_hz), recorded_hz), rate)

    assert bandwidth_hz(sound.samples, rate=rate) == pytest.approx(min(recorded_hz, rate) / 2, rel=0.08)


@pytest.mark.parametrize("level", [0.005, 0.1, 1.0])
def test_it_does_not_matter_how_loud_it_is(level: float) -> None:
    sound = resample(Clip(voice(seconds=3, rate=8_000, rms=0.2), 8_000), RATE).samples

    assert bandwidth_hz(np.float32(level) * sound) == bandwidth_hz(sound)


def test_a_tone_is_as_high_as_it_is() -> None:
    assert bandwidth_hz(tone(3_000, seconds=2)) == pytest.approx(3_000, abs=250)


@pytest.mark.parametrize(
    "samples", [silence(), noise(rms=0.0005), noise(seconds=0.7), silence(seconds=0)], ids=["0", "quiet", "short", "no"]
)
def test_too_little_that_is_loud_tells_nothing(samples: np.ndarray) -> None:
    assert bandwidth_hz(samples) is None


def test_what_is_quiet_does_not_count() -> None:
    low = resample(Clip(noise(seconds=3, rate=8_000), 8_000), RATE).samples

    assert bandwidth_hz(np.concatenate([low, noise(seconds=3, rms=0.0005)])) == pytest.approx(4_000, rel=0.08)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 2 * RATE), max_size=6))
def test_it_does_not_matter_how_the_sound_is_cut(cuts: list[int]) -> None:
    sound = voice(seconds=2, rate=RATE)

    assert bandwidth_hz(sound, *sorted(cuts)) == bandwidth_hz(sound)


@pytest.mark.real
def test_a_real_voice_ends_lower_on_the_telephone() -> None:
    words = decode(real_file("speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav"))
    telephone = resample(resample(words, 8_000), RATE)
    coded = resample(decode(encode(words, SoundFormat.MP3)), RATE)

    wide, narrow = bandwidth_hz(coded.samples), bandwidth_hz(telephone.samples)

    assert wide is not None
    assert wide > 7_000
    assert narrow == pytest.approx(4_000, rel=0.08)
