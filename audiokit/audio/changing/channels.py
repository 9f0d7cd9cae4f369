"""A recording's own samples, every channel looked at on its own, and the one channel that is made of them."""

from __future__ import annotations

from collections.abc import Sequence

from audiokit.audio.changing.downmix import Mixdown, downmix_gains
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.bands import BAND_RATE_HZ, BandMeter, Rises
from audiokit.audio.measuring.clipping import ClippingMeter, peak
from audiokit.audio.resample import Resampler

__all__ = ["Channels"]


class Channels:
    """Takes blocks in at their own rate, and makes one channel of them.

    ``positions`` are what the header says (FFmpeg's names); where it lies, all channels weigh the same. ``only`` is the
    one channel to listen to, instead of all.
    """

    def __init__(self, first: Clip, positions: Sequence[str], *, only: int | None = None) -> None:
        self.sample_rate_hz, self.n_channels = first.sample_rate_hz, first.n_channels
        self.peak, self.n_frames = 0.0, 0
        self._clipping = ClippingMeter(self.sample_rate_hz, self.n_channels)
        positions = positions if len(positions) == self.n_channels else [""] * self.n_channels
        alone = [float(channel == only) for channel in range(self.n_channels)]
        self._mixdown = Mixdown(downmix_gains(positions) if only is None else alone)
        self._to_bands = Resampler(self.sample_rate_hz, BAND_RATE_HZ, self.n_channels)
        self._bands = BandMeter(self.n_channels)

    def add(self, block: Clip) -> Clip:
        """Return what comes next as one channel."""
        self.n_frames += block.n_frames
        self.peak = max(self.peak, peak(block.samples))
        self._clipping.add(block.samples)
        self._bands.add(self._to_bands.add(block).samples)
        return self._mixdown.add(block)

    @property
    def heard_s(self) -> float:
        """How long it has lasted so far."""
        return self.n_frames / self.sample_rate_hz

    @property
    def clipped_ratio(self) -> float:
        """The share of samples that are clipped."""
        return self._clipping.ratio

    def alone(self) -> int | None:
        """Return the channel that should be listened to alone, because all together cancel each other; else None."""
        return self._mixdown.alone()

    def rises(self) -> Rises:
        """Return what rises above what is always there, at the end."""
        self._bands.add(self._to_bands.rest().samples)
        return self._bands.result()
