from __future__ import annotations

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from voices import VOWELS, hissing, voice

from audiokit.audio.clip import Clip
from audiokit.audio.voice.periods import Periods
from audiokit.audio.voice.pitch import QUIETEST_DBFS, Windows, contour, listen
from audiokit.audio.voice.thresholds import VOICING_STRENGTH

RATE = 16_000
PITCHES_HZ = [70, 80, 100, 123, 150, 187, 220, 261, 300, 350, 400, 450, 490]


def loud(n: int) -> np.ndarray:
    """How strong the case for no voice is where nothing is too quiet."""
    return np.full(n, VOICING_STRENGTH, np.float32)


def heard(samples: np.ndarray, rate: int = RATE) -> Windows:
    return listen([Clip(samples, rate)])


def pitch_of(samples: np.ndarray, rate: int = RATE) -> np.ndarray:
    """The pitch of each window but those at the edges, which see silence too."""
    windows = heard(samples, rate)
    return contour(windows.periods, loud(len(windows)))[5:-5]


def semitones(hz: np.ndarray, of_hz: float | np.ndarray) -> np.ndarray:
    return np.asarray(12 * np.log2(hz / of_hz))


@pytest.mark.parametrize("pitch_hz", PITCHES_HZ)
@pytest.mark.parametrize("vowel", [*VOWELS, None])
def test_the_pitch_of_a_voice_is_right_even_in_noise(pitch_hz: float, vowel: str | None) -> None:
    clean = voice(pitch_hz, rate=RATE, vowel=vowel)

    assert_allclose(pitch_of(clean), pitch_hz, rtol=0.001)
    for snr_db in (20, 10):
        errors = np.abs(pitch_of(hissing(clean, snr_db)) / pitch_hz - 1)
        assert errors.max() < 0.02  # and so never an octave, nor NaN
        assert np.percentile(errors, 95) < (0.002 if snr_db == 20 else 0.0075)  # a tenth of a semitone


@pytest.mark.parametrize("pitch_hz", PITCHES_HZ)
def test_a_bare_sine_has_its_own_pitch(pitch_hz: float) -> None:
    assert_allclose(pitch_of(tone(pitch_hz, rate=RATE)), pitch_hz, rtol=0.001)


@pytest.mark.parametrize("pitch_hz", [80, 120, 200, 300])
def test_a_voice_keeps_its_pitch_through_a_telephone_that_cuts_the_fundamental_off(pitch_hz: float) -> None:
    spectrum = np.fft.rfft(voice(pitch_hz, rate=RATE, vowel="a")[:, 0])
    hz = np.fft.rfftfreq(RATE, 1 / RATE)
    spectrum[(hz < 300) | (hz > 3_400)] = 0

    telephoned = np.fft.irfft(spectrum).astype(np.float32)[:, None]

    assert_allclose(pitch_of(telephoned), pitch_hz, rtol=0.001)


@pytest.mark.parametrize("octaves_per_s", [-1.0, 0.5, 2.0])
def test_a_pitch_that_glides_is_followed_in_the_middle_of_each_window(octaves_per_s: float) -> None:
    instants = np.arange(RATE) / RATE

    found_hz = pitch_of(voice(200 * 2 ** (octaves_per_s * (instants - 0.5)), rate=RATE))

    centres_s = (np.arange(100) + 0.5)[5:-5] / 100
    assert np.abs(semitones(found_hz, 200 * 2 ** (octaves_per_s * (centres_s - 0.5)))).max() < 0.2


@pytest.mark.parametrize("seed", range(5))
def test_noise_has_no_pitch(seed: int) -> None:
    assert np.isnan(pitch_of(noise(seconds=5, rate=RATE, seed=seed))).mean() > 0.99


def test_silence_has_no_pitch_and_the_least_level() -> None:
    windows = heard(silence(rate=RATE))

    assert np.isnan(contour(windows.periods, loud(100))).all()
    assert_allclose(windows.levels_dbfs, QUIETEST_DBFS, atol=0.001)


def candidates(*strengths: tuple[float, float]) -> Periods:
    """Windows that may be of 100 or of 200 Hz."""
    n = len(strengths)
    return Periods(
        peaks=np.ones(n, np.float32),
        candidates_hz=np.tile(np.array([100, 200, 300, 300, 300], np.float32), (n, 1)),
        strengths=np.pad(np.array(strengths, np.float32), ((0, 0), (0, 3)), constant_values=-1),
    )


def test_one_window_in_which_another_octave_is_a_little_better_makes_no_jump() -> None:
    periods = candidates((0.9, 0.7), (0.9, 0.7), (0.6, 0.9), (0.9, 0.7))

    assert contour(periods, loud(4)).tolist() == [100] * 4


def test_an_octave_that_stays_better_is_a_jump() -> None:
    periods = candidates(*[(0.9, 0.2)] * 4, *[(0.2, 0.9)] * 4)

    assert contour(periods, loud(8)).tolist() == [100] * 4 + [200] * 4


def test_one_window_that_is_hardly_unvoiced_does_not_part_a_voice_nor_one_hardly_voiced_make_one() -> None:
    voiced = contour(candidates((0.9, -1), (0.4, -1), (0.9, -1)), loud(3))
    unvoiced = contour(candidates((0.1, -1), (0.5, -1), (0.1, -1)), loud(3))

    assert voiced.tolist() == [100] * 3
    assert np.isnan(unvoiced).all()


def test_where_the_case_for_no_voice_is_stronger_there_is_none() -> None:
    windows = heard(voice(150, rate=RATE))

    voiced = ~np.isnan(contour(windows.periods, np.where(np.arange(100) < 50, loud(100), 2)))

    assert voiced[3:50].all()
    assert not voiced[50:].any()


def test_pitch_is_looked_for_only_where_it_may_lie() -> None:
    windows = heard(voice(150, rate=RATE))

    assert np.isnan(contour(windows.periods, loud(100), floor_hz=160)).all()
    assert np.nanmedian(contour(windows.periods, loud(100), ceiling_hz=80)) == pytest.approx(75, rel=0.001)


@pytest.mark.parametrize("hz", [100, 440, 1_000, 3_000])
def test_levels_are_against_full_scale(hz: float) -> None:
    assert_allclose(heard(tone(hz, rate=RATE, peak=0.5)).levels_dbfs[5:-5], -9.03, atol=0.1)


@pytest.mark.parametrize("hz", [0, 20, 5_000])
def test_what_lies_outside_of_62_to_3800_hz_is_not_loud(hz: float) -> None:
    samples = tone(hz, rate=RATE, peak=0.5) if hz else np.full((RATE, 1), 0.5, np.float32)

    assert heard(samples).levels_dbfs[5:-5].max() < -40


@pytest.mark.parametrize(("frames", "windows"), [(0, 0), (79, 0), (80, 1), (160, 2), (8_079, 100)])
def test_there_is_a_window_for_each_whole_10_ms(frames: int, windows: int) -> None:
    assert heard(np.zeros((frames, 1), np.float32), 8_000).levels_dbfs.shape == (windows,)


def test_no_blocks_at_all_are_no_windows() -> None:
    assert listen([]).periods.candidates_hz.shape == (0, 5)


@settings(deadline=None, max_examples=10)
@given(st.sampled_from([8_000, 44_100]), st.lists(st.integers(0, 30_000), max_size=6))
def test_blocks_give_the_same_as_the_whole(rate: int, sizes: list[int]) -> None:
    samples = hissing(voice(130, seconds=1, rate=rate), 15)
    samples = np.resize(samples, (sum(sizes), 1))
    blocks = [Clip(part, rate) for part in np.split(samples, np.cumsum(sizes)[:-1].tolist())]

    parted, whole = listen(blocks), heard(samples, rate)

    assert_allclose(parted.levels_dbfs, whole.levels_dbfs, atol=0.001)
    assert_allclose(parted.moments, whole.moments, rtol=1e-3, atol=1e-4)
    assert_allclose(parted.wide.peaks, whole.wide.peaks, rtol=1e-3, atol=1e-6)
    everywhere = loud(len(whole))
    assert_allclose(contour(parted.periods, everywhere), contour(whole.periods, everywhere), rtol=1e-4)
