"""Chat completions as they stand on the wire, key for key in the recorded order. Pure functions of values."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audiokit.offline.counting import Counts
from audiokit.offline.offered import EVERYTHING
from audiokit.offline.tools import Call

__all__ = ["FINGERPRINT", "Head", "SpokenMessage", "call_message", "completion", "event", "spoken", "written"]

FINGERPRINT = "offline_audiokit_1"
_PADDED_TO = 16
_LETTERS = string.ascii_letters + string.digits
_chance = random.Random()  # noqa: S311 - padding, no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What all pieces of one answer share; text models also have log probabilities, which are never there."""

    id: str
    created: int
    is_audio_model: bool

    @classmethod
    def new(cls, now_s: float, *, is_audio_model: bool) -> Head:
        """Return the head of a new answer."""
        name = "".join(_chance.choices(_LETTERS, k=29))
        return cls(id=f"chatcmpl-{name}", created=int(now_s), is_audio_model=is_audio_model)

    def chunk(self, **rest: Any) -> bytes:
        """Return one event of a stream, with or without ``choices``; ``usage`` stands in every one of them."""
        body = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": EVERYTHING,
            "service_tier": "default",
            "system_fingerprint": FINGERPRINT,
            **rest,
        }
        body.setdefault("usage", None)
        written = json.dumps(body, separators=(",", ":"))  # once: of sound, it has thousands of letters
        padding = "".join(_chance.choices(_LETTERS, k=-len(written) % _PADDED_TO))
        return f'data: {written[:-1]},"obfuscation":"{padding}"}}\n\n'.encode()

    def delta(self, delta: dict[str, Any], **rest: Any) -> bytes:
        """Return an event whose one choice grows by ``delta``; ``finish_reason``, where it has one, is in ``rest``."""
        logprobs = {} if self.is_audio_model else {"logprobs": None}
        return self.chunk(choices=[{"index": 0, "delta": delta, **logprobs, **rest}])


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenMessage:
    """A spoken answer as a whole; ``data`` is base64."""

    audio_id: str
    data: str
    expires_at: int
    transcript: str


def written(text: str) -> dict[str, Any]:
    """Return a message in words."""
    return {"role": "assistant", "content": text, "refusal": None, "annotations": []}


def spoken(answer: SpokenMessage) -> dict[str, Any]:
    """Return a spoken message; its words are in the transcript only."""
    audio = {
        "id": answer.audio_id,
        "data": answer.data,
        "expires_at": answer.expires_at,
        "transcript": answer.transcript,
    }
    return {"role": "assistant", "content": None, "refusal": None, "audio": audio, "annotations": []}


def call_message(calls: Iterable[Call]) -> dict[str, Any]:
    """Return a message that calls functions."""
    listed = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]
    return {"role": "assistant", "content": None, "tool_calls": listed, "refusal": None, "annotations": []}


def completion(head: Head, message: dict[str, Any], finish_reason: str, counts: Counts) -> dict[str, Any]:
    """Return a whole answer."""
    logprobs = {} if head.is_audio_model else {"logprobs": None}
    return {
        "id": head.id,
        "object": "chat.completion",
        "created": head.created,
        "model": EVERYTHING,
        "choices": [{"index": 0, "message": message, **logprobs, "finish_reason": finish_reason}],
        "usage": counts.usage(),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def event(body: dict[str, Any], *, line_end: str = "\n") -> bytes:
    """Return one server-sent event."""
    return f"data: {json.dumps(body, separators=(',', ':'))}{line_end}{line_end}".encode()
