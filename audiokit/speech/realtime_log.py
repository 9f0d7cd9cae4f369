"""What went over a session's wire, for whoever looks for a fault: no sound, no keys, and only the last of it."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

__all__ = ["WireLog"]

_SOUND = {
    "input_audio_buffer.append": "audio",
    "session.input_audio_buffer.append": "audio",
    "response.output_audio.delta": "delta",
    "response.audio.delta": "delta",
    "session.output_audio.delta": "delta",
}
_SECRETS = frozenset({"client_secret", "api_key", "authorization"})
_MOST_BYTES = 1_000_000


class WireLog:
    """The last events both ways, as many as ``most_bytes`` of them written; any thread may read.

    Sound is told by its length, and all that goes one way between two other events is counted as one.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES, clock: Callable[[], float] = time.time) -> None:
        self._lines: deque[bytes] = deque()
        self._sounds: dict[tuple[str, str], dict[str, Any]] = {}  # lines that more of the same may come to
        self._n_bytes, self._most_bytes = 0, most_bytes
        self._clock, self._lock = clock, Lock()

    def add(self, direction: str, event: Any) -> None:
        """Note an event; ``direction`` is ``sent`` or ``received``."""
        kind = event.get("type") if isinstance(event, dict) else None
        with self._lock:
            if (field := _SOUND.get(str(kind))) is not None:
                self._count(direction, str(kind), _n_bytes(event.get(field)))
                return
            for line in (*self._sounds.values(), self._line(direction, event=_without_sound(event))):
                self._append(_written(line))
            self._sounds.clear()

    def written(self) -> bytes:
        """Return all lines as JSON, one a line, the oldest first; ``at`` is UTC."""
        with self._lock:
            return b"".join([*self._lines, *map(_written, self._sounds.values())])

    def _count(self, direction: str, kind: str, n_bytes: int) -> None:
        line = self._sounds.get((direction, kind))
        if line is None:
            self._sounds[direction, kind] = self._line(direction, sound=kind, pieces=1, bytes=n_bytes)
        else:
            line["pieces"] += 1
            line["bytes"] += n_bytes

    def _append(self, written: bytes) -> None:
        self._lines.append(written)
        self._n_bytes += len(written)
        while self._n_bytes > self._most_bytes and len(self._lines) > 1:
            self._n_bytes -= len(self._lines.popleft())

    def _line(self, direction: str, **values: Any) -> dict[str, Any]:
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")
        return {"at": at, "side": "provider", "direction": direction, **values}


def _written(line: dict[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"


def _without_sound(value: Any, name: str = "") -> Any:
    """Return what was told, sound in it by its length and secrets not at all."""
    if isinstance(value, dict):
        return {key: _without_sound(inner, key) for key, inner in value.items() if key not in _SECRETS}
    if isinstance(value, list):
        return [_without_sound(inner) for inner in value]
    return {"bytes": _n_bytes(value)} if name == "audio" and isinstance(value, str) else value


def _n_bytes(base64: Any) -> int:
    return len(str(base64 or "")) * 3 // 4
