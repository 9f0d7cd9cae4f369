from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from clips import noise, silence, tone
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from real import real_files

from audiokit.audio.changing.limiter import limited
from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.true_peak import TruePeak
from audiokit.audio.resample import resample

RATE = 24_000
RATES = [8_000, 16_000, 24_000, 48_000]


def under(samples: np.ndarray, ceiling_dbtp: float = -1.5, *, rate: int = RATE) -> np.ndarray:
    return np.concatenate([block.samples for block in limited([Clip(samples, rate)], ceiling_dbtp)])


def true_peak_dbtp(samples: np.ndarray) -> float:
    meter = TruePeak(samples.shape[1])
    meter.add(samples)
    return float(20 * np.log10(meter.value))


def hostile(kind: str, rate: int) -> np.ndarray:
    """Two seconds that a limiter finds hard."""
    instants = np.arange(2 * rate) / rate
    hiss = noise(seconds=2, rate=rate, rms=1.0)[:, 0]
    samples = {
        "noise": hiss,
        "bursts": hiss * (np.sin(2 * np.pi * 40 * instants) > 0.9),
        "clicks": np.where(np.abs(hiss) > 3, hiss, 0.001 * hiss),
        "square": 1.5 * np.sign(np.sin(2 * np.pi * 201 * instants)),
        "between samples": 1.4 * np.sin(np.pi / 2 * rate * instants + np.pi / 4) * (np.sin(6 * np.pi * instants) > 0),
        "beats": 2 * np.sin(0.88 * np.pi * rate * instants) * np.sin(2 * np.pi * 30 * instants),
        "from the first frame on": np.full(len(instants), 2.0),
    }[kind]
    return samples.astype(np.float32)[:, None]


KINDS = ["noise", "bursts", "clicks", "square", "between samples", "beats", "from the first frame on"]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gain", [1, 8])
def test_nothing_is_above_the_ceiling_not_even_between_samples(kind: str, rate: int, gain: float) -> None:
    samples = hostile(kind, rate) * np.float32(gain)

    quiet = under(samples, rate=rate)

    assert quiet.shape == samples.shape
    assert -2.5 < true_peak_dbtp(quiet) < -1.5


@pytest.mark.parametrize("kind", ["clicks", "square", "between samples", "beats"])
def test_another_oversampling_by_four_says_the_same(kind: str) -> None:
    quiet = under(np.pad(hostile(kind, 16_000), ((4_000, 4_000), (0, 0))), rate=16_000)

    assert 20 * np.log10(np.abs(resample(Clip(quiet, 16_000), 64_000).samples).max()) < -1.4


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(-20, 0), st.floats(0.1, 4), st.integers(1, 3), st.integers(1, 40_000))
def test_any_noise_stays_under_any_ceiling(
    seed: int, ceiling_dbtp: float, rms: float, n_channels: int, n_frames: int
) -> None:
    samples = noise(seconds=n_frames / RATE, rms=rms, channels=n_channels, seed=seed)

    quiet = under(samples, ceiling_dbtp)

    assert quiet.shape == samples.shape
    assert true_peak_dbtp(quiet) < ceiling_dbtp


def test_what_is_under_the_ceiling_is_untouched() -> None:
    samples = noise(seconds=3, rms=0.1, channels=2)

    assert_array_equal(under(samples), samples)


def test_only_what_is_around_a_peak_is_touched() -> None:
    samples = noise(seconds=4, rms=0.1)
    samples[2 * RATE] = 1.5

    quiet = under(samples)

    before, after = 2 * RATE - round(0.008 * RATE), 2 * RATE + round(0.2 * RATE)
    assert_array_equal(quiet[:before], samples[:before])
    assert_array_equal(quiet[after:], samples[after:])
    assert quiet[2 * RATE, 0] == pytest.approx(10 ** (-1.55 / 20), abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_the_gain_sinks_and_comes_back_smoothly(seed: int) -> None:
    samples = np.full((6 * RATE, 1), 0.5, np.float32)
    clicks = np.random.default_rng(seed).integers(0, len(samples), 60)
    samples[clicks, 0] = np.linspace(0.5, 1.5, len(clicks))

    gain_db = 20 * np.log10(under(samples) / samples)[:, 0]

    steps = np.diff(gain_db)
    assert gain_db.min() == pytest.approx(-5.07, abs=0.01)
    assert steps.min() > -2.1 * 5.07 / (0.005 * RATE)  # at most twice as steep as a straight line
    assert 0 < steps.max() < 1.05 * 40 / RATE
    assert np.abs(np.diff(steps)).max() < 0.005


@pytest.mark.parametrize("tenths", range(1, 15))
def test_the_gain_comes_back_at_its_own_pace_wherever_the_peak_is(tenths: int) -> None:
    samples = np.full((2 * RATE, 1), 0.5, np.float32)
    samples[tenths * RATE // 10] = 1.5

    gain_db = 20 * np.log10(under(samples) / samples)[:, 0]

    assert np.diff(gain_db).max() < 1.05 * 40 / RATE
    assert gain_db[-1] == 0


@pytest.mark.parametrize("hz", [60, 100, 220, 1_000, 5_000])
@pytest.mark.parametrize("over_db", [1, 6])
def test_a_limited_tone_stays_a_tone(hz: float, over_db: float) -> None:
    samples = tone(hz, seconds=3, peak=10 ** ((-1.5 + over_db) / 20))

    quiet = under(samples)[RATE : 2 * RATE, 0]

    spectrum_db = 20 * np.log10(np.abs(np.fft.rfft(quiet * np.blackman(len(quiet)))) + 1e-9)
    elsewhere = np.abs(np.arange(len(spectrum_db)) - hz) > 5
    assert spectrum_db[elsewhere].max() < spectrum_db.max() - 50


def test_a_tone_that_sets_in_too_loud_does_not_click() -> None:
    fade = np.clip(np.arange(2 * RATE) / RATE / 0.02, 0, 1)[:, None] ** 2
    samples = np.concatenate([silence(), tone(300, seconds=2, peak=1.6) * fade]).astype(np.float32)

    spectra = [np.abs(np.fft.rfft(part[:, 0] * np.hanning(len(part)))) for part in (samples, under(samples))]

    high = slice(3 * 3_000, None)  # bins of a third of a hertz
    assert spectra[1][high].max() < 1e-4 * spectra[1].max()


def test_channels_keep_their_balance() -> None:
    samples = np.hstack([noise(rms=0.5), noise(rms=0.05, seed=1)])

    quiet = under(samples)

    gains = quiet / samples
    assert_allclose(gains[:, 0], gains[:, 1], rtol=1e-5)
    assert gains.min() < 0.5


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=8), st.integers(1, 2))
def test_it_does_not_matter_how_the_sound_is_cut(sizes: list[int], n_channels: int) -> None:
    samples = noise(seconds=sum(sizes) / RATE, rms=0.4, channels=n_channels)
    blocks = [Clip(part, RATE) for part in np.split(samples, np.cumsum(sizes)[:-1])]

    joined = [block.samples for block in limited(blocks, -3)]

    whole = [block.samples for block in limited([Clip(samples, RATE)], -3)]
    assert sum(map(len, joined)) == len(samples)
    assert_array_equal(np.vstack([samples[:0], *joined]), np.vstack([samples[:0], *whole]))


def test_no_blocks_give_no_blocks() -> None:
    assert list(limited([], -1.5)) == []
    assert not sum(block.n_frames for block in limited([Clip(silence(seconds=0), RATE)], -1.5))


def test_memory_stays_flat() -> None:
    second = Clip(noise(rms=0.5), RATE)
    tracemalloc.start()
    try:
        n_frames = sum(block.n_frames for block in limited((second for _ in range(120)), -1.5))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert n_frames == 120 * RATE
    assert peak < 20_000_000  # whole, and with what is computed for it: 300 MB


def test_a_minute_is_limited_in_a_moment() -> None:
    blocks = [Clip(noise(seconds=60, rms=0.1), RATE)]

    started = time.process_time()
    assert sum(block.n_frames for block in limited(blocks, -1.5)) == 60 * RATE

    assert time.process_time() - started < 0.5


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("speech/Picovoice__leopard/*.wav"), ids=lambda path: path.name)
def test_loud_speech_keeps_its_shape_under_the_ceiling(path: Path) -> None:
    clip = decode(path.read_bytes())
    loud = clip.samples * np.float32(10 ** (6 / 20) / np.abs(clip.samples).max())

    quiet = under(loud, rate=clip.sample_rate_hz)

    assert true_peak_dbtp(quiet) < -1.5
    assert np.corrcoef(quiet[:, 0], loud[:, 0])[0, 1] > 0.9
