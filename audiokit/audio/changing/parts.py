"""One stream of sound, taken apart into the parts that were planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from audiokit.audio.changing.split import Part
from audiokit.audio.clip import Clip, Samples

__all__ = ["in_parts"]


def in_parts(blocks: Iterable[Clip], parts: Sequence[Part]) -> Iterator[Iterator[Clip]]:
    """Yield the blocks of each part, frame by frame as planned; read each to its end before the next.

    What two parts share is kept until the second: no more than their overlap is held.

    Raises:
        ValueError: the sound ends before the last part does, or has another rate.
    """
    source = _Source(iter(blocks))
    for part, after in zip(parts, [*parts[1:], None], strict=False):  # of no parts, none
        kept_from = part.end_frame if after is None else after.start_frame
        yield source.between(part, kept_from)


class _Source:
    """Blocks, and of those that have come the frames from ``_begins`` on that are still wanted."""

    def __init__(self, blocks: Iterator[Clip]) -> None:
        self._blocks = blocks
        self._samples: Samples = np.zeros((0, 1), np.float32)
        self._begins = 0

    def between(self, part: Part, kept_from: int) -> Iterator[Clip]:
        """Yield the frames of a part; keep those from ``kept_from`` on, and what has come beyond the part."""
        at, kept = part.start_frame, list[Samples]()
        while at < part.end_frame:
            if at >= self._begins + len(self._samples):
                kept += self._from(kept_from)
                self._advance(part)
                continue
            piece = self._samples[at - self._begins : part.end_frame - self._begins]
            at += len(piece)
            yield Clip(piece, part.sample_rate_hz)
        kept += self._from(kept_from)
        end = self._begins + len(self._samples)
        self._samples = np.concatenate([self._samples[:0], *kept])
        self._begins = end - len(self._samples)

    def _from(self, frame: int) -> list[Samples]:
        """Return what is to be kept of the block at hand; an empty view would keep it all."""
        rest = self._samples[max(0, frame - self._begins) :]
        return [rest] if len(rest) else []

    def _advance(self, part: Part) -> None:
        self._begins += len(self._samples)
        block = next(self._blocks, None)
        if block is None:
            raise ValueError(f"the sound ends at frame {self._begins}, and the part at {part.end_frame}")
        if block.sample_rate_hz != part.sample_rate_hz:
            raise ValueError(f"the sound has {block.sample_rate_hz} Hz, and the part {part.sample_rate_hz} Hz")
        self._samples = block.samples
