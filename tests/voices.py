"""Voices made for tests: harmonics of a known pitch under the resonances of a vowel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from clips import Samples

VOWELS = {
    "a": ((800, 80), (1_200, 90), (2_500, 150)),
    "i": ((280, 50), (2_250, 120), (2_900, 160)),
    "schwa": ((500, 80), (1_500, 120), (2_500, 160)),
}


def voice(
    pitch_hz: float | npt.NDArray[np.float64] = 150.0,
    *,
    seconds: float = 1.0,
    rate: int = 24_000,
    peak: float = 0.3,
    vowel: str | None = "schwa",
) -> Samples:
    """A steady vowel, or one that follows ``pitch_hz``; without a vowel, the bare pulses of a flat spectrum."""
    n_frames = round(seconds * rate)
    contour = np.broadcast_to(np.asarray(pitch_hz, np.float64), n_frames)
    phase = 2 * np.pi * np.cumsum(contour) / rate
    sound = np.zeros(n_frames)
    for k in range(1, int(0.48 * rate / contour.min()) + 1):
        hz = k * contour
        resonances = (1 / np.hypot(1, (hz - centre) / width) for centre, width in VOWELS[vowel]) if vowel else ()
        strength = sum(resonances, np.zeros(n_frames)) / k if vowel else np.ones(n_frames)
        sound += np.where(hz < 0.48 * rate, strength * np.cos(k * phase), 0)
    return np.asarray(peak * sound / np.abs(sound).max(), np.float32)[:, None]


def hissing(samples: Samples, snr_db: float, *, seed: int = 0) -> Samples:
    """The same with white noise."""
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) * 10 ** (-snr_db / 20)
    noise = np.random.default_rng(seed).normal(0, rms, samples.shape)
    return np.asarray(samples + noise, np.float32)
