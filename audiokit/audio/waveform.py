"""What a player draws: how loud the sound is at each point along its line."""

from __future__ import annotations

import numpy as np

from audiokit.audio.clip import Clip

__all__ = ["peaks"]


def peaks(clip: Clip, n: int = 400) -> tuple[float, ...]:
    """Return ``n`` numbers from 0 to 1, rounded to three digits: the largest sample of each n-th part, of any channel.

    The loudest is 1, so that a quiet recording can be seen too; digital silence is all 0. A clip of fewer than ``n``
    frames shows each of them several times.
    """
    if not clip.n_frames:
        return (0.0,) * n
    starts = np.arange(n) * clip.n_frames // n
    highs, lows = np.maximum.reduceat(clip.samples, starts), np.minimum.reduceat(clip.samples, starts)
    heights = np.maximum(highs, -lows).max(axis=1).astype(np.float64)
    loudest = heights.max()
    return tuple((heights / loudest if loudest else heights).round(3).tolist())
