"""What went over a session's wire, for whoever looks for a fault: without the sound, and only the last of it."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

__all__ = ["WireLog"]

_SOUND = {
    "input_audio_buffer.append": "audio",
    "session.input_audio_buffer.append": "audio",
    "response.output_audio.delta": "delta",
    "response.audio.delta": "delta",
    "session.output_audio.delta": "delta",
}
_MOST = 2_000


class WireLog:
    """The last events both ways. Sound is told by its length, and pieces that follow each other are counted as one."""

    def __init__(self, most: int = _MOST, clock: Callable[[], float] = time.time) -> None:
        self._lines: deque[dict[str, Any]] = deque(maxlen=most)
        self._clock = clock

    def add(self, direction: str, event: Any) -> None:
        """Note an event; ``direction`` is ``sent`` or ``received``."""
        kind = event.get("type") if isinstance(event, dict) else None
        if (field := _SOUND.get(str(kind))) is None:
            self._lines.append({"at": self._clock(), "direction": direction, "event": event})
            return
        n_bytes = len(str(event.get(field) or "")) * 3 // 4
        last = self._lines[-1] if self._lines else {}
        if last.get("direction") == direction and last.get("sound") == kind:
            last["pieces"] += 1
            last["bytes"] += n_bytes
        else:
            line = {"at": self._clock(), "direction": direction, "sound": kind, "pieces": 1, "bytes": n_bytes}
            self._lines.append(line)

    def written(self) -> bytes:
        """Return all lines as JSON, one a line; ``at`` is seconds since the epoch."""
        return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in self._lines)
