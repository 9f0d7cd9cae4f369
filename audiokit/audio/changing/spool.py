"""Sound put aside while it is measured: PCM16 in memory, or in a nameless file once there is much of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from audiokit.audio.clip import Clip
from audiokit.audio.wav import from_pcm16, to_pcm16

__all__ = ["Spool"]

_IN_MEMORY_BYTES = 2**20  # 22 s of 24 kHz
_BLOCK_S = 2.0


class Spool:
    """One channel, written once and read as often as one likes. Close it: the file is gone then."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.n_frames = 0
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - it lives as long as this does

    @property
    def duration_s(self) -> float:
        """How long all of it lasts."""
        return self.n_frames / self.sample_rate_hz

    def add(self, clip: Clip) -> None:
        """Put aside what comes next; what is beyond full scale is clipped."""
        self._file.write(to_pcm16(clip))
        self.n_frames += clip.n_frames

    def blocks(self, start_frame: int = 0, end_frame: int | None = None) -> Iterator[Clip]:
        """Yield ``[start_frame, end_frame)`` in blocks of two seconds."""
        at, end = start_frame, self.n_frames if end_frame is None else end_frame
        longest = int(_BLOCK_S * self.sample_rate_hz)
        while at < end:
            self._file.seek(2 * at)
            block = from_pcm16(self._file.read(2 * min(longest, end - at)), self.sample_rate_hz)
            at += block.n_frames
            yield block

    def close(self) -> None:
        """Let go of it."""
        self._file.close()
