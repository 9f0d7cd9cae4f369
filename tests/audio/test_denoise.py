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

from audiokit.audio.changing.denoise import denoised
from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.resample import resample

RATE = 16_000
RATES = [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]
SPOKEN = [
    *real_files("speech/Picovoice__leopard/*.wav"),
    *real_files("speech/speechbrain__speechbrain/*ASR__spk1_snt[135].wav"),
    *real_files("speech/coqui-ai__TTS/*LJ001-0001.wav"),
]


def cleaned(samples: np.ndarray, *, rate: int = RATE, most_db: float = 12.0) -> np.ndarray:
    return np.concatenate([block.samples for block in denoised([Clip(samples, rate)], most_db=most_db)])


def voice(*, seconds: float = 12.0, rate: int = RATE) -> np.ndarray:
    """A buzz that comes and goes four times a second, at a pitch that wanders, and rests every other second."""
    instants = np.arange(round(seconds * rate)) / rate
    pitch = 120 * instants + 12 * np.sin(2 * np.pi * 0.7 * instants)
    buzz = sum(np.sin(2 * np.pi * k * pitch) / (1 + abs(120 * k - 600) / 300) for k in range(1, 25))
    envelope = np.clip(np.sin(8 * np.pi * instants), 0, None) * (instants % 2 < 1)
    voiced = np.asarray(buzz * envelope)
    return np.asarray(0.3 * voiced / np.abs(voiced).max(), np.float32)[:, None]


def rms_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


def noisy(samples: np.ndarray, snr_db: float, *, rate: int = RATE, colour: str = "white") -> np.ndarray:
    """The sound with noise that many decibels below it."""
    hiss = noise(seconds=len(samples) / rate, rate=rate, rms=1.0, seed=7)[: len(samples), 0]
    spectrum, hz = np.fft.rfft(hiss), np.maximum(np.fft.rfftfreq(len(hiss), 1 / rate), 20)
    shaped = np.fft.irfft(spectrum / {"white": 1, "pink": hz**0.5, "rumble": hz}[colour], len(hiss))
    level = 10 ** ((rms_db(samples) - snr_db - rms_db(shaped)) / 20)
    return np.asarray(samples + (level * shaped)[:, None], np.float32)


def segmental_snr_db(clean: np.ndarray, heard: np.ndarray) -> float:
    """The mean over all 20 ms with a voice in them of how far the difference is below it, from -10 to 35 dB."""
    whole = len(clean) // 320 * 320
    voices = np.square(clean[:whole, 0].reshape(-1, 320), dtype=np.float64).sum(axis=1)
    errors = np.square((heard - clean)[:whole, 0].reshape(-1, 320), dtype=np.float64).sum(axis=1)
    voiced = voices > voices.max() / 1_000
    return float(np.clip(10 * np.log10(voices[voiced] / (errors[voiced] + 1e-12)), -10, 35).mean())


@pytest.mark.parametrize("colour", ["white", "pink", "rumble"])
@pytest.mark.parametrize("snr_db", [5, 10, 20])
def test_pauses_are_quieter_and_the_voice_is_clearer(snr_db: float, colour: str) -> None:
    clean = voice()
    before = noisy(clean, snr_db, colour=colour)

    after = cleaned(before)

    pause = slice(round(9.2 * RATE), round(9.8 * RATE))
    assert 9 < rms_db(before[pause]) - rms_db(after[pause]) < 12.1
    assert segmental_snr_db(clean, after) > segmental_snr_db(clean, before) + 2


@pytest.mark.parametrize("most_db", [3, 12, 20])
@pytest.mark.parametrize("rate", RATES)
def test_noise_alone_sinks_by_what_is_allowed_and_no_more(rate: int, most_db: float) -> None:
    samples = noise(seconds=6, rate=rate, channels=2)

    after = cleaned(samples, rate=rate, most_db=most_db)

    assert 0.75 * most_db < rms_db(samples) - rms_db(after) < most_db + 0.01


def test_what_is_left_of_noise_does_not_ring() -> None:
    """Single bands that come and go are heard as tones; then levels spread wider than in the noise itself."""
    before = noise(seconds=20, rate=RATE)[:, 0]

    after = cleaned(before[:, None])[:, 0]

    spread_db = [
        np.std(20 * np.log10(np.abs(np.fft.rfft(samples.reshape(-1, 500) * np.hanning(500)))[:, 2:-2] + 1e-9))
        for samples in (before, after)
    ]
    assert spread_db[1] < spread_db[0] + 0.15


def test_hum_sinks_too() -> None:
    hum = tone(50, seconds=8, rate=RATE, peak=0.02) + tone(150, seconds=8, rate=RATE, peak=0.01)

    after = cleaned(voice(seconds=8) + hum)

    pause = slice(round(5.2 * RATE), round(5.8 * RATE))
    assert rms_db(after[pause]) < rms_db(hum) - 9


def test_a_clean_voice_is_left_alone() -> None:
    clean = voice()

    assert segmental_snr_db(clean, cleaned(clean)) > 34


def test_a_noise_that_begins_later_is_found() -> None:
    clean = voice(seconds=40)
    before = np.concatenate([clean[: 20 * RATE], noisy(clean, 10)[20 * RATE :]])

    after = cleaned(before)

    pause = slice(round(33.2 * RATE), round(33.8 * RATE))
    assert rms_db(before[pause]) - rms_db(after[pause]) > 9
    assert segmental_snr_db(clean[: 15 * RATE], after[: 15 * RATE]) > 34


@pytest.mark.parametrize("rate", RATES)
def test_times_stay_to_the_frame(rate: int) -> None:
    before = noisy(voice(seconds=6, rate=rate), 20, rate=rate)[:, 0]

    after = cleaned(before[:, None], rate=rate)[:, 0]

    padded = 2 * len(before)
    likeness = np.fft.irfft(np.fft.rfft(after, padded) * np.conj(np.fft.rfft(before, padded)))
    assert np.argmax(likeness) == 0


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(RATES), st.integers(1, 60_000), st.integers(1, 3))
def test_with_nothing_allowed_nothing_changes(rate: int, n_frames: int, n_channels: int) -> None:
    samples = noise(seconds=n_frames / rate, rate=rate, channels=n_channels)

    assert_allclose(cleaned(samples, rate=rate, most_db=0), samples, atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=6))
def test_it_does_not_matter_how_the_sound_is_cut(sizes: list[int]) -> None:
    samples = noise(seconds=sum(sizes) / RATE, rate=RATE, channels=2)
    blocks = [Clip(part, RATE) for part in np.split(samples, np.cumsum(sizes)[:-1])]

    joined = [block.samples for block in denoised(blocks)]

    whole = [block.samples for block in denoised([Clip(samples, RATE)])]
    assert sum(map(len, joined)) == len(samples)
    assert_array_equal(np.vstack([samples[:0], *joined]), np.vstack([samples[:0], *whole]))


def test_each_channel_is_treated_as_if_alone() -> None:
    left, right = noisy(voice(seconds=5), 10), noise(seconds=5, rate=RATE, rms=0.2)

    both = cleaned(np.hstack([left, right]))

    assert_allclose(both[:, :1], cleaned(left), atol=1e-6)
    assert_allclose(both[:, 1:], cleaned(right), atol=1e-6)


@pytest.mark.parametrize("seconds", [0.01, 5])
def test_digital_silence_stays_digital_silence(seconds: float) -> None:
    assert not cleaned(silence(seconds=seconds, rate=RATE)).any()


def test_no_blocks_give_no_blocks() -> None:
    assert list(denoised([])) == []
    assert not sum(block.n_frames for block in denoised([Clip(silence(seconds=0), RATE)]))


def test_memory_stays_flat() -> None:
    second = Clip(noise(rate=RATE), RATE)
    tracemalloc.start()
    try:
        n_frames = sum(block.n_frames for block in denoised(second for _ in range(120)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert n_frames == 120 * RATE
    assert peak < 6_000_000  # as spectra, it would be 16 MB


def test_a_minute_is_cleaned_in_a_moment() -> None:
    blocks = [Clip(noise(seconds=60, rate=RATE), RATE)]

    started = time.process_time()
    assert sum(block.n_frames for block in denoised(blocks)) == 60 * RATE

    assert time.process_time() - started < 1


@pytest.mark.real
@pytest.mark.parametrize("colour", ["white", "pink"])
@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_real_speech_in_noise_becomes_clearer(path: Path, colour: str) -> None:
    clean = resample(decode(path.read_bytes()).mono(), RATE).samples
    before = noisy(clean, 10, colour=colour)

    assert segmental_snr_db(clean, cleaned(before)) > segmental_snr_db(clean, before) + 2
    assert segmental_snr_db(clean, cleaned(clean)) > 25
