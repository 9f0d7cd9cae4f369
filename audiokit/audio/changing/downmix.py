"""One channel from many, with gains that can be said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiokit.audio.clip import Clip

__all__ = ["Mixdown", "downmix_gains", "downmixed"]

# ITU-R BS.775-3, table 2, one channel from many: centre 1, left and right 0.7071, surrounds 0.5; the LFE is left out.
_CENTRE, _FRONT, _SURROUND = 1.0, 0.7071, 0.5
_WEIGHTS = {"FC": _CENTRE, "LFE": 0.0, "LFE2": 0.0} | dict.fromkeys(("FL", "FR", "FLC", "FRC", "DL", "DR"), _FRONT)
_CANCELLED_SHARE = 0.01  # of the power; what has nothing in common adds up to all of it
_LOOKED_AT_EVERY = 7  # of the frames: enough to tell


def downmix_gains(channels: Sequence[str]) -> tuple[float, ...]:
    """Return what each channel, by FFmpeg's name of its position, is multiplied by before all are added to one.

    The gains add up to 1: what is the same in all channels keeps its level, and nothing can clip. Of two channels
    each is halved; with more, the positions count (ITU-R BS.775-3).
    """
    weights = [_WEIGHTS.get(channel, _SURROUND) for channel in channels]
    if not any(weights):
        weights = [1.0] * len(weights)
    return tuple(weight / sum(weights) for weight in weights)


def downmixed(clip: Clip, gains: Sequence[float]) -> Clip:
    """Return the clip as one channel; itself if it is one."""
    if clip.n_channels == 1:
        return clip
    return Clip((clip.samples @ np.array(gains, np.float32))[:, None], clip.sample_rate_hz)


class Mixdown:
    """Makes one channel of blocks of many, and notes whether these cancel each other: one is another upside down."""

    def __init__(self, gains: Sequence[float]) -> None:
        self.gains = tuple(gains)
        self._powers, self._mixed_power = np.zeros(len(self.gains)), 0.0

    def add(self, block: Clip) -> Clip:
        """Return the next block as one channel."""
        mixed = downmixed(block, self.gains)
        if block.n_channels > 1:
            each, one = block.samples[::_LOOKED_AT_EVERY], mixed.samples[::_LOOKED_AT_EVERY]
            self._powers += np.einsum("ij,ij->j", each, each) * np.square(self.gains)
            self._mixed_power += float(np.vdot(one, one))
        return mixed

    def alone(self) -> int | None:
        """Return the channel that says most, where little is left of all together; else None."""
        if self._mixed_power >= _CANCELLED_SHARE * self._powers.sum():
            return None
        return int(self._powers.argmax())
