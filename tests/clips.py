"""Sound made for tests: tones, noise, silence; float32, shape (n_frames, n_channels)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


def tone(
    hz: float = 440.0, *, seconds: float = 1.0, rate: int = 24_000, peak: float = 0.5, channels: int = 1
) -> Samples:
    """A sine that is the same in every channel."""
    instants = np.arange(round(seconds * rate)) / rate
    one = (peak * np.sin(2 * np.pi * hz * instants)).astype(np.float32)
    return np.repeat(one[:, None], channels, axis=1)


def silence(*, seconds: float = 1.0, rate: int = 24_000, channels: int = 1) -> Samples:
    """Digital silence."""
    return np.zeros((round(seconds * rate), channels), np.float32)


def noise(*, seconds: float = 1.0, rate: int = 24_000, rms: float = 0.05, channels: int = 1, seed: int = 0) -> Samples:
    """White noise."""
    generator = np.random.default_rng(seed)
    return generator.normal(0.0, rms, (round(seconds * rate), channels)).astype(np.float32)


def loudest_hz(samples: Samples, rate: int) -> float:
    """The frequency with the most energy, from one window over everything."""
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))
