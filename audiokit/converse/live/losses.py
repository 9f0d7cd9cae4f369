"""What the person said and nobody will hear, because something on the way was too slow: told once it matters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from audiokit.converse.live.seam import BYTES_PER_MS

__all__ = ["Losses", "audible_ms"]

_MATTERS_MS = 400  # a word
_PAUSE_S = 10.0  # between two such sentences
_AUDIBLE_RMS = 0.01 * 32_768  # -40 dBFS: a quiet room stays below, speech does not


def audible_ms(pcm16: bytes) -> int:
    """Return how long a piece of sound is, or 0 where nobody can have said anything in it."""
    samples = np.frombuffer(pcm16, "<i2", len(pcm16) // 2).astype(np.float32)
    is_audible = samples.size > 0 and math.sqrt(float(np.mean(samples * samples))) >= _AUDIBLE_RMS
    return len(pcm16) // BYTES_PER_MS if is_audible else 0


class Losses:
    """Sums up what was lost, and says so when sound gets through again. ``clock`` is in steady seconds."""

    def __init__(self, tell: Callable[[Mapping[str, Any]], None], clock: Callable[[], float]) -> None:
        self._tell, self._clock = tell, clock
        self._ms = 0
        self._told_at = -math.inf

    def add(self, ms: int) -> None:
        """Count speech that was lost."""
        self._ms += max(0, ms)

    def add_sound(self, pcm16: bytes) -> None:
        """Count sound that was given up, if it can have been speech."""
        self.add(audible_ms(pcm16))

    def got_through(self) -> None:
        """Sound has got through: tell of what was lost before it, where that may change what is answered."""
        now = self._clock()
        if self._ms < _MATTERS_MS or now - self._told_at < _PAUSE_S:
            return
        lost, self._ms, self._told_at = self._ms, 0, now
        sentence = f"About {_length(lost)} of what you said got lost on the way. Say it again if the answer misses it."
        self._tell({"type": "trouble", "sentence": sentence, "fatal": False})


def _length(ms: int) -> str:
    seconds = round(ms / 1000)
    return "half a second" if ms < 750 else "a second" if seconds <= 1 else f"{seconds} seconds"
