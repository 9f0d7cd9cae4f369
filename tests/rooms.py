"""Rooms made for tests: fans that swell, and the mains that hum in them."""

from __future__ import annotations

import numpy as np
from clips import Samples


def fan(
    *, level_dbfs: float, swell_db: float = 2.0, seconds: float = 3.0, rate: int = 24_000, seed: int = 0
) -> Samples:
    """Pink noise that swells by so much up and down every 2.5 s, over a hum of 50 Hz that is as loud."""
    n_frames = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=n_frames))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)) * rate / n_frames, 50)), n_frames)
    instants = np.arange(n_frames) / rate
    swelling = 10 ** (swell_db * np.sin(2 * np.pi * 0.4 * instants + seed) / 20)
    hum = sum(np.sin(2 * np.pi * 50 * k * instants) / k for k in (1, 2, 3, 4, 6))
    return np.asarray(10 ** (level_dbfs / 20) * (pink / pink.std() * swelling + hum), np.float32)[:, None]
