"""Whether somebody speaks, decided as the sound streams in. Energy above a floor that follows the room; no model."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["WINDOW_BYTES", "WINDOW_MS", "Detector", "windows"]

WINDOW_MS = 32  # every recorded audio_start_ms and audio_end_ms is a multiple of it, once the padding is put back
WINDOW_BYTES = 24_000 * WINDOW_MS // 1_000 * 2

_PRE_EMPHASIS = 0.97
_FULL_SCALE_SQUARED = 32_768.0**2
_QUIETEST_FLOOR_DBFS, _FIRST_FLOOR_DBFS = -72.0, -60.0
_REMEMBERED = 94  # windows, 3 s: speech pauses that often, noise does not
_FLOOR_SHARE = 0.15
_FLOOR_EVERY = 8  # windows
_OFFSET_DB = 14.0  # pre-emphasised speech lies about that much lower
_LEAST_RISE_DB, _RISE_OF_THRESHOLD_DB = 5.0, 12.0  # at threshold 0.5: 11 dB above the floor
_HELD_SHARE = 0.6
_NEEDED, _AMONG = 3, 4  # loud windows: 96 ms in 128 ms; a click is shorter
_QUIETEST_SPEECH_DBFS = -52.0


class Detector:
    """Takes windows of 32 ms of PCM16, 24 kHz mono, and says where speech begins and where it has ended.

    ``threshold`` is OpenAI's 0..1, ``silence_ms`` how long it must be quiet until speech is over.
    """

    def __init__(self, *, threshold: float, silence_ms: int) -> None:
        self.is_speech = False
        self.set(threshold=threshold, silence_ms=silence_ms)
        self._plain, self._sharp = _Track(_FIRST_FLOOR_DBFS), _Track(_FIRST_FLOOR_DBFS - _OFFSET_DB)
        self._recent = deque[bool](maxlen=_AMONG)
        self._n_quiet = 0

    def set(self, *, threshold: float, silence_ms: int) -> None:
        """Change what it listens for, without forgetting the room."""
        self._rise_db = _LEAST_RISE_DB + threshold * _RISE_OF_THRESHOLD_DB
        self._n_silent = max(1, math.ceil(silence_ms / WINDOW_MS))

    def restart(self) -> None:
        """Forget that somebody speaks."""
        self.is_speech, self._n_quiet = False, 0
        self._recent.clear()

    def take(self, window: bytes) -> bool | None:
        """Return True where speech was found to have begun in the last 128 ms, False where it is over, else None."""
        samples = np.frombuffer(window, "<i2").astype(np.float32)
        sharp = samples[1:] - _PRE_EMPHASIS * samples[:-1]
        levels = self._plain.take(_dbfs(samples)), self._sharp.take(_dbfs(sharp))
        rise_db = self._rise_db * (_HELD_SHARE if self.is_speech else 1.0)
        is_loud = levels[0] > _QUIETEST_SPEECH_DBFS and (
            levels[0] > self._plain.floor_dbfs + rise_db or levels[1] > self._sharp.floor_dbfs + rise_db
        )
        return self._ended(is_loud=is_loud) if self.is_speech else self._begun(is_loud=is_loud)

    def _begun(self, *, is_loud: bool) -> bool | None:
        self._recent.append(is_loud)
        if not is_loud or sum(self._recent) < _NEEDED:
            return None
        self.is_speech, self._n_quiet = True, 0
        return True

    def _ended(self, *, is_loud: bool) -> bool | None:
        self._n_quiet = 0 if is_loud else self._n_quiet + 1
        if self._n_quiet < self._n_silent:
            return None
        self.restart()
        return False

    @property
    def onset_windows(self) -> int:
        """How many of the last windows, when speech begins, it began before."""
        return next((len(self._recent) - at for at, loud in enumerate(self._recent) if loud), 0)


class _Track:
    """The levels of the last three seconds, and the floor they stand on."""

    def __init__(self, first_floor_dbfs: float) -> None:
        self._floor_dbfs = first_floor_dbfs
        self._lowest_dbfs = first_floor_dbfs + _QUIETEST_FLOOR_DBFS - _FIRST_FLOOR_DBFS
        n_assumed = math.ceil(_REMEMBERED * _FLOOR_SHARE)
        self._levels = deque[float]([first_floor_dbfs] * n_assumed, maxlen=_REMEMBERED)
        self._lowest_heard_dbfs = math.inf
        self._until_floor = _FLOOR_EVERY

    @property
    def floor_dbfs(self) -> float:
        """The floor; of a room that was never quiet, what is there all the time is noise and no speech."""
        return max(self._floor_dbfs, self._lowest_heard_dbfs)

    def take(self, dbfs: float) -> float:
        self._levels.append(dbfs)
        self._lowest_heard_dbfs = min(self._lowest_heard_dbfs, dbfs)
        self._until_floor -= 1
        if not self._until_floor:
            self._until_floor = _FLOOR_EVERY
            ordered = sorted(self._levels)
            self._floor_dbfs = max(self._lowest_dbfs, ordered[int(_FLOOR_SHARE * len(ordered))])
        return dbfs


def _dbfs(samples: npt.NDArray[np.float32]) -> float:
    power = float(np.dot(samples, samples)) / len(samples) / _FULL_SCALE_SQUARED
    return 10 * math.log10(power + 1e-12)


def windows(pcm16: bytes) -> Iterator[bytes]:
    """Yield whole windows."""
    for start in range(0, len(pcm16) - WINDOW_BYTES + 1, WINDOW_BYTES):
        yield pcm16[start : start + WINDOW_BYTES]
