"""Talk made for tests: a voice that comes and goes at known times, and the activity of recordings of hours."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from clips import Samples

from audiokit.audio.measuring.activity import Activity, ActivityMeter
from audiokit.audio.measuring.powers import n_windows

Flags = npt.NDArray[np.bool_]


def voice(*, seconds: float, rate: int = 16_000, rms: float = 0.1) -> Samples:
    """A buzz of 120 Hz with a formant, whose loudness goes up and down four times a second and never vanishes."""
    instants = np.arange(round(seconds * rate)) / rate
    n_harmonics = min(30, int(0.45 * rate / 120))
    buzz = sum(np.sin(2 * np.pi * 120 * k * instants) / (1 + abs(120 * k - 600) / 300) for k in range(1, n_harmonics))
    voiced = np.asarray(buzz * (1.2 + np.sin(2 * np.pi * 4 * instants)))
    return np.asarray(rms * voiced / np.sqrt(np.mean(voiced**2)), np.float32)[:, None]


def talk(
    turns: Iterable[tuple[float, float]],
    *,
    seconds: float,
    rate: int = 16_000,
    rms: float = 0.1,
    noise_rms: float = 1e-3,
) -> Samples:
    """A voice during each of the turns ``(start_s, end_s)``, and white noise throughout."""
    samples = np.random.default_rng(7).normal(0, noise_rms, (round(seconds * rate), 1)).astype(np.float32)
    for start_s, end_s in turns:
        turn = voice(seconds=end_s - start_s, rate=rate, rms=rms)
        samples[round(start_s * rate) :][: len(turn)] += turn
    return samples


def activity_of(samples: Samples, rate: int = 16_000) -> Activity:
    """What is found in samples that are handed over at once."""
    meter = ActivityMeter(rate)
    meter.add(samples)
    return meter.result()


def activity_from(is_speech: Flags, *, n_frames: int | None = None, rate: int = 16_000, seed: int = 0) -> Activity:
    """Activity with these flags, speech at about -20 dBFS and pauses at about -60."""
    n_frames = len(is_speech) * rate // 100 if n_frames is None else n_frames
    assert len(is_speech) == n_windows(n_frames, rate)
    levels = np.where(is_speech, -20, -60) + np.random.default_rng(seed).normal(0, 4, len(is_speech))
    return Activity(sample_rate_hz=rate, n_frames=n_frames, is_speech=is_speech, levels_dbfs=levels.astype(np.float32))


def long_talk(seed: int) -> Activity:
    """Ten minutes to three hours of a made-up talker, who may be hasty: pauses of 10 ms to 3 s, minutes without any."""
    generator = np.random.default_rng(seed)
    rate = int(generator.choice([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]))
    n_frames = int(generator.uniform(10, 180) * 60 * rate)
    n = n_windows(n_frames, rate)
    haste = generator.uniform(0.2, 4)
    bursts = 1 + generator.exponential(400 * haste, n // 20).astype(int)
    bursts[generator.random(len(bursts)) < 0.02] += 12_000
    pauses = 1 + generator.exponential(60 / haste, n // 20).astype(int)
    lengths = np.stack([pauses, bursts], axis=1).ravel()
    is_speech = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)[:n]
    is_speech = np.append(is_speech, np.zeros(n - len(is_speech), np.bool_))
    return activity_from(is_speech, n_frames=n_frames, rate=rate, seed=seed)
