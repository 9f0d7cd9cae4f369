"""The waveform of a recording of any length: measured as the sound goes by, kept beside it, drawn at any zoom.

:mod:`audiokit.audio.waveform` draws a clip that is at hand; this remembers what a recording looks like without it.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass

import numpy as np

from audiokit.audio.clip import Samples
from audiokit.audio.measuring.powers import WINDOWS_PER_S, n_windows
from audiokit.errors import Damaged

__all__ = ["PeaksMeter", "Waveform"]

_FULL = 255
_MAGIC, _VERSION = b"AKWF", 1
_HEADER = struct.Struct("<4sBxxxQIf")  # magic, version, frames, frames per second, loudest sample; then the heights
_CHECKSUM = struct.Struct("<I")  # CRC-32 of all before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """How loud a recording is in each window of 10 ms.

    ``loudest`` is the largest sample, of any channel and sign; full scale is 1. ``heights`` has a byte for each window:
    the square root of its largest sample, where 255 stands for the loudest. The root keeps what is quiet: a step is
    0.8 % of the full height at the top, and the least that is not 0 lies 96 dB below it. Window ``i`` begins at frame
    ``i * sample_rate_hz // 100``; the last may be short.
    """

    n_frames: int
    sample_rate_hz: int
    loudest: float
    heights: bytes

    def __post_init__(self) -> None:
        n = n_windows(self.n_frames, self.sample_rate_hz)
        if len(self.heights) != n:
            raise ValueError(f"{self.n_frames} frames at {self.sample_rate_hz} Hz need {n} heights")

    @property
    def duration_s(self) -> float:
        """How long the recording lasts."""
        return self.n_frames / self.sample_rate_hz

    def points(self, start_s: float = 0.0, end_s: float | None = None, n: int = 400) -> tuple[float, ...]:
        """Return ``n`` numbers from 0 to 1, rounded to three digits, for the sound from ``start_s`` to ``end_s``.

        Each is the maximum of its part, at any zoom: an hour costs some 20 µs, so no coarser copy is kept. 1 is the
        loudest of the whole recording, so that a passage keeps its height when it is drawn larger. Where there are
        fewer windows than points, each is shown several times; beyond the end there is silence.
        """
        first = math.floor(max(0.0, start_s) * WINDOWS_PER_S)
        last = math.ceil((self.duration_s if end_s is None else end_s) * WINDOWS_PER_S)
        starts = first + np.arange(n) * max(0, last - first) // n
        starts = starts[starts < min(last, len(self.heights))]
        points = np.zeros(n)
        if len(starts):
            heights = np.frombuffer(self.heights, np.uint8)[:last]
            points[: len(starts)] = (np.maximum.reduceat(heights, starts) / _FULL) ** 2
        return tuple(points.round(3).tolist())

    def to_bytes(self) -> bytes:
        """Return what :meth:`from_bytes` reads: 28 bytes, and one for each 10 ms (360 kB an hour)."""
        data = _HEADER.pack(_MAGIC, _VERSION, self.n_frames, self.sample_rate_hz, self.loudest) + self.heights
        return data + _CHECKSUM.pack(zlib.crc32(data))

    @classmethod
    def from_bytes(cls, data: bytes) -> Waveform:
        """Return what was kept.

        Raises:
            Damaged: these are not the bytes of a waveform, or not all of them, or a later version wrote them.
        """
        body, checksum = data[: -_CHECKSUM.size], data[-_CHECKSUM.size :]
        if len(body) < _HEADER.size or checksum != _CHECKSUM.pack(zlib.crc32(body)):
            raise _damaged("cut off or changed")
        magic, version, n_frames, sample_rate_hz, loudest = _HEADER.unpack_from(body)
        if (magic, version) != (_MAGIC, _VERSION):
            raise _damaged(f"magic {magic!r}, version {version}")
        try:
            return cls(n_frames=n_frames, sample_rate_hz=sample_rate_hz, loudest=loudest, heights=body[_HEADER.size :])
        except (ValueError, ZeroDivisionError) as error:
            raise _damaged(str(error)) from error


def _damaged(reason: str) -> Damaged:
    return Damaged("The waveform kept for this recording cannot be read. Measure the recording again.", reason=reason)


class PeaksMeter:
    """Looks at sound as it streams by, of any number of channels; two bytes for each 10 ms are all that it keeps."""

    def __init__(self, sample_rate_hz: int) -> None:
        if sample_rate_hz < WINDOWS_PER_S:
            raise ValueError(f"{sample_rate_hz} Hz is too slow to be looked at every 10 ms")
        self.sample_rate_hz = sample_rate_hz
        self.n_frames = 0
        self._loudest = 0.0
        self._done = bytearray()  # float16
        self._open = np.float32(0)  # the window that the next frame may still belong to

    def add(self, samples: Samples) -> None:
        """Look at what comes next, of shape (n_frames, n_channels)."""
        if not len(samples):
            return
        heights = self._heights(samples)
        if self._window_of(self.n_frames) * 2 > len(self._done):
            self._close(self._open)
        else:
            heights[0] = max(heights[0], self._open)
        self._close(heights[:-1])
        self._open = heights[-1]
        self._loudest = max(self._loudest, float(heights.max()))
        self.n_frames += len(samples)

    def result(self) -> Waveform:
        """Return the waveform so far. More may be added afterwards."""
        heights = np.append(np.frombuffer(self._done, np.float16).astype(np.float32), self._open)
        shares = np.minimum(heights / np.float32(self._loudest or 1), 1)
        codes = np.rint(_FULL * np.sqrt(shares)).astype(np.uint8)
        return Waveform(
            n_frames=self.n_frames,
            sample_rate_hz=self.sample_rate_hz,
            loudest=self._loudest,
            heights=codes[: n_windows(self.n_frames, self.sample_rate_hz)].tobytes(),
        )

    def _heights(self, samples: Samples) -> Samples:
        """Return the largest magnitude in each window; the first may have begun, and the last may go on."""
        first, last = self._window_of(self.n_frames), self._window_of(self.n_frames + len(samples) - 1)
        starts = np.arange(first, last + 1) * self.sample_rate_hz // WINDOWS_PER_S - self.n_frames
        starts[0] = 0
        starts *= samples.shape[1]
        flat = samples.reshape(-1)
        return np.maximum(np.maximum.reduceat(flat, starts), -np.minimum.reduceat(flat, starts))

    def _window_of(self, frame: int) -> int:
        return ((frame + 1) * WINDOWS_PER_S - 1) // self.sample_rate_hz

    def _close(self, heights: Samples | np.float32) -> None:
        self._done += heights.astype(np.float16).tobytes()
