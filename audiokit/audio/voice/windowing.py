"""Sound as it streams by, cut so that overlapping windows every 10 ms can be looked at, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.measuring.powers import WINDOWS_PER_S
from audiokit.audio.resample import resampled_blocks

__all__ = ["windowed"]

_BATCH_WINDOWS = 500


def windowed(blocks: Iterable[Clip], rate_hz: int, span: int) -> Iterator[Samples]:
    """Yield mono sound, which comes in blocks of one rate, as windows at ``rate_hz``, of shape (n_windows, span).

    Window ``i`` of all is centred on ``(i + 0.5) / 100`` s, wherever the blocks were cut; there is silence around the
    sound. Five seconds come at a time, the last may be less. The windows are views, and share their samples.
    """
    hop = rate_hz // WINDOWS_PER_S
    edge = np.zeros((span - hop) // 2, np.float32)
    batch = _BATCH_WINDOWS * hop
    waiting = edge
    for block in resampled_blocks(blocks, rate_hz):
        waiting = np.concatenate([waiting, block.samples[:, 0]])
        while len(waiting) >= batch + span - hop:
            yield _windows(waiting[: batch + span - hop], span, hop)
            waiting = waiting[batch:]
    rest = np.concatenate([waiting, edge])
    for start in range(0, len(rest) - span + 1, batch):
        yield _windows(rest[start : start + batch + span - hop], span, hop)


def _windows(sound: Samples, span: int, hop: int) -> Samples:
    return np.lib.stride_tricks.sliding_window_view(sound, span)[::hop]
