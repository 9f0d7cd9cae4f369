"""The sound of a translation, in frames of 200 ms: the clock that its events are timed by."""

from __future__ import annotations

import base64
from collections.abc import Callable

from audiokit.offline.realtime.microphone import BYTES_PER_MS
from audiokit.offline.realtime.wire import Event, event

__all__ = ["FRAME_BYTES", "FRAME_MS", "Frames"]

FRAME_MS = 200
FRAME_BYTES = FRAME_MS * BYTES_PER_MS


class Frames:
    """Counts the frames that come in, and tells those that go out to ``emit``; time stands while nothing comes."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._heard_ms = self._told_ms = 0

    @property
    def now_ms(self) -> int:
        """The session's time: of the sound that came, or of the sound that went where that is ahead."""
        return max(self._heard_ms, self._told_ms)

    def hear(self) -> None:
        """A frame came in."""
        self._heard_ms += FRAME_MS

    def say(self, pcm16: bytes) -> None:
        """Tell a frame of speech; what is too short is filled up."""
        self._told_ms = max(self._heard_ms, self._told_ms + FRAME_MS)
        self._tell(pcm16.ljust(FRAME_BYTES, b"\0"))

    def be_silent(self) -> None:
        """Tell that there is nothing to say."""
        self._tell(bytes(FRAME_BYTES))

    def _tell(self, pcm16: bytes) -> None:
        sound = {"sample_rate": 24_000, "channels": 1, "format": "pcm16", "elapsed_ms": self.now_ms}
        self._emit(event("session.output_audio.delta", delta=base64.b64encode(pcm16).decode(), **sound))
