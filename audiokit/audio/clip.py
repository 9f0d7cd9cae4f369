"""The one value that sound is, once its bytes were judged at the door."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Clip", "Samples"]

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Decoded sound, held in memory.

    ``samples`` is float32 of shape (n_frames, n_channels); full scale is ±1.0, and decoders of lossy codecs may go a
    little beyond it. No ``==``: compare the samples.
    """

    samples: Samples
    sample_rate_hz: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.shape[1] < 1 or self.samples.dtype != np.float32:
            raise ValueError(
                f"samples must be float32 of shape (n_frames, n_channels), not {self.samples.dtype} "
                f"of shape {self.samples.shape}"
            )
        if self.sample_rate_hz < 1:
            raise ValueError(f"the sample rate must be positive, not {self.sample_rate_hz} Hz")

    @property
    def n_frames(self) -> int:
        """How many instants there are, each with one sample a channel."""
        return int(self.samples.shape[0])

    @property
    def n_channels(self) -> int:
        """How many channels there are."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """How long the sound lasts."""
        return self.n_frames / self.sample_rate_hz

    def mono(self) -> Clip:
        """Return the mean of all channels; the clip itself if there is only one."""
        if self.n_channels == 1:
            return self
        return Clip(self.samples.mean(axis=1, keepdims=True, dtype=np.float32), self.sample_rate_hz)
