"""Scripted answers below the official client, and scripted speech above it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
from pydantic import SecretStr

from audiokit.audio.wav import wav_header
from audiokit.catalog.models import Provider
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.speech.replies import Event, Reply
from audiokit.speech.requests import Converse, Heard, InputFormat, PersonTurn, Request

__all__ = [
    "ASK",
    "ENDPOINT",
    "KEY",
    "PCM16",
    "WAV",
    "Pieces",
    "ScriptedSpeech",
    "Server",
    "completion",
    "event_stream",
    "failing",
    "on_wire",
    "spoken_chunks",
]

KEY = "sk-made-up-0123456789"
ENDPOINT = Endpoint(
    name="OpenAI", provider=Provider.OPENAI, base_url="https://api.openai.com/v1", api_key=SecretStr(KEY)
)
PCM16 = bytes(range(240)) * 10  # 50 ms
WAV = wav_header(len(PCM16)) + PCM16
ASK = Converse(
    model="gpt-audio-1.5",
    turns=(PersonTurn(words="What is it?", sound=Heard(data=WAV, format=InputFormat.WAV, duration_s=0.05)),),
    instructions="Be brief.",
    voice="marin",
)

Step = httpx2.Response | Exception


class Server(httpx2.BaseTransport):
    """Answers, or breaks, as the script says; the last step is repeated. Keeps what it was asked."""

    def __init__(self, *steps: Step) -> None:
        self._steps = steps
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        step = self._steps[min(len(self.requests), len(self._steps) - 1)]
        self.requests.append(request)
        if isinstance(step, Exception):
            raise step
        return step

    @property
    def body(self) -> Any:
        """The JSON of the last request."""
        return json.loads(self.requests[-1].content)


class Pieces(httpx2.SyncByteStream):
    """A body that comes in pieces and may break in between."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


class ScriptedSpeech:
    """Speech that gives what the script says: a reply, a list of events, or an error. Keeps what it was asked."""

    def __init__(self, *script: Reply | list[Event | Exception] | Exception) -> None:
        self._script = iter(script)
        self.asked: list[Request] = []

    def reply(self, request: Request) -> Reply:
        self.asked.append(request)
        step = next(self._script)
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, Reply)
        return step

    def stream(self, request: Converse) -> Iterator[Event]:
        self.asked.append(request)
        step = next(self._script)
        assert not isinstance(step, Reply)
        for event in [step] if isinstance(step, Exception) else step:
            if isinstance(event, Exception):
                raise event
            yield event


def on_wire(
    server: httpx2.BaseTransport, *, endpoint: Endpoint = ENDPOINT, max_retries: int = 0, timeout_s: float = 60
) -> OnEndpoint:
    client = open_client(endpoint, timeout_s=timeout_s, max_retries=max_retries, transport=server)
    return OnEndpoint(endpoint, client, timeout_s)


def completion(**message: Any) -> httpx2.Response:
    body = {
        "model": "gpt-audio-1.5",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **message}}],
    }
    return httpx2.Response(200, json=body)


def failing(status: int, code: str | None = None, *, kind: str = "x", **headers: str) -> httpx2.Response:
    error = {"message": f"Do not show {KEY}.", "type": kind, "param": None, "code": code}
    return httpx2.Response(status, json={"error": error}, headers={"retry-after-ms": "1"} | headers)


def event_stream(chunks: Iterable[Any], *ending: bytes | Exception) -> httpx2.Response:
    lines = (f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks)
    pieces = Pieces(*lines, *(ending or [b"data: [DONE]\n\n"]))
    return httpx2.Response(200, stream=pieces, headers={"content-type": "text/event-stream"})


def spoken_chunks(*pieces: bytes, words: str = "Hi", expires_at: int | None = 1_800_000_000) -> list[Any]:
    """A stream as they are recorded: words and id first, sound in pieces, and at last when it expires."""
    audios: list[Any] = [{"id": "audio_1", "transcript": words}]
    audios += [{"data": base64.b64encode(piece).decode()} for piece in pieces]
    audios += [] if expires_at is None else [{"expires_at": expires_at}]
    return [{"model": "gpt-audio-1.5", "choices": [{"index": 0, "delta": {"audio": audio}}]} for audio in audios]
