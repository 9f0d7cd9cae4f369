"""Talking Realtime over a bare socket: send events, and gather what comes until something is there."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from real import real_file
from websockets.sync.client import ClientConnection, connect

from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_pcm16

Event = dict[str, Any]
RATE_HZ = 24_000
TIMEOUT_S = 60.0


def silence(duration_s: float) -> bytes:
    """Return so much silence."""
    return bytes(2 * round(duration_s * RATE_HZ))


def noise(duration_s: float, level_dbfs: float, *, seed: int = 7) -> bytes:
    """Return white noise of that level."""
    samples = np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ))
    return (samples * 32_768 * 10 ** (level_dbfs / 20)).clip(-32_768, 32_767).astype("<i2").tobytes()


def speech(name: str) -> bytes:
    """Return real speech as a microphone would send it, or skip the test."""
    return to_pcm16(resample(decode(real_file(f"speech/{name}").read_bytes()).mono(), RATE_HZ))


def appends(pcm16: bytes, *, piece_ms: int = 40) -> Iterator[Event]:
    """Yield the events that send sound in pieces."""
    size = RATE_HZ * piece_ms // 1_000 * 2
    for start in range(0, len(pcm16), size):
        audio = base64.b64encode(pcm16[start : start + size]).decode()
        yield {"type": "input_audio_buffer.append", "audio": audio}


def said(text: str, role: str = "user") -> Event:
    """Return the event that adds a written message."""
    kind = "output_text" if role == "assistant" else "input_text"
    return {
        "type": "conversation.item.create",
        "item": {"type": "message", "role": role, "content": [{"type": kind, "text": text}]},
    }


def configured(**session: Any) -> Event:
    """Return the event that changes a session."""
    return {"type": "session.update", "session": {"type": "realtime", **session}}


def sound_of(events: list[Event]) -> bytes:
    """Return all the sound in events."""
    return b"".join(base64.b64decode(e["delta"]) for e in events if e["type"] == "response.output_audio.delta")


def kinds(events: list[Event]) -> list[str]:
    """Return the types of events."""
    return [event["type"] for event in events]


def only(events: list[Event], kind: str) -> Event:
    """Return the one event of that type."""
    (found,) = (event for event in events if event["type"] == kind)
    return found


class Talk:
    """One session; ``log`` holds everything that came."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.log = socket, list[Event]()

    def send(self, *events: Event) -> None:
        """Send events."""
        for event in events:
            self.socket.send(json.dumps(event))

    def next(self) -> Event:
        """Wait for one event."""
        self.log.append(json.loads(self.socket.recv(TIMEOUT_S)))
        return self.log[-1]

    def until(self, wanted: str | Callable[[Event], bool], *, times: int = 1) -> list[Event]:
        """Gather events up to one of a type, or one that something is true of."""
        found = list[Event]()
        while times:
            found.append(self.next())
            is_it = found[-1]["type"] == wanted if isinstance(wanted, str) else wanted(found[-1])
            times -= is_it
        return found

    def ask(self, *events: Event, until: str = "rate_limits.updated") -> list[Event]:
        """Send events, and gather what comes of it."""
        self.send(*events)
        return self.until(until)


@contextmanager
def talking(base_url: str, key: str, model: str = "gpt-realtime-2.1", **options: Any) -> Iterator[Talk]:
    """Open a session over a bare socket."""
    headers = {"Authorization": f"Bearer {key}"}
    with connect(f"{base_url}/realtime?model={model}", additional_headers=headers, max_size=None, **options) as socket:
        yield Talk(socket)
