"""A provider that takes its time and counts: every spoken line takes as long as it is told to, and is written down."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiokit.audio.wav import wav_header
from audiokit.offline.engine import Engine

__all__ = ["asked_for", "prepare", "provider"]

_MODEL = "gpt-audio-mini"
SETTINGS = {"AUDIOKIT_ENGINE": "compatible", "AUDIOKIT_MODELS": json.dumps({"speak": _MODEL, "converse": _MODEL})}


@contextmanager
def provider(folder: Path, *, takes_s: float) -> Iterator[str]:
    """Serve it on loopback and yield its address; what it is asked for is a line each in ``folder``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    around = {**os.environ, "PAID_LOG": str(folder / "asked.log"), "PAID_TAKES_S": str(takes_s)}
    server = subprocess.Popen([sys.executable, "-m", "benchmarks._paid", str(port)], env=around)  # noqa: S603 - ourselves
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait()


def prepare(address: str, texts: list[str]) -> None:
    """Have the sound of these lines ready, so that making it takes no time later."""
    request = urllib.request.Request(f"{address}/prepare", json.dumps(texts).encode(), method="POST")  # noqa: S310 - loopback
    urllib.request.urlopen(request, timeout=300).close()  # noqa: S310 - loopback


def asked_for(folder: Path) -> list[tuple[float, str]]:
    """Return what was asked for, each with the moment at which the call began."""
    log = folder / "asked.log"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [(float(at), text) for at, text in (line.split("\t", 1) for line in lines)]


class _Provider:
    def __init__(self) -> None:
        self.engine, self.ready = Engine(), dict[str, bytes]()
        self.log, self.takes_s = Path(os.environ["PAID_LOG"]), float(os.environ["PAID_TAKES_S"])

    def sound_of(self, text: str) -> bytes:
        if text not in self.ready:
            pcm16 = b"".join(self.engine.speak(text, "marin"))
            self.ready[text] = wav_header(len(pcm16)) + pcm16
        return self.ready[text]

    async def prepare(self, request: Request) -> Response:
        for text in await request.json():
            await asyncio.to_thread(self.sound_of, text)
        return Response()

    async def chat(self, request: Request) -> Response:
        began = time.monotonic()
        body = await request.json()
        text: str = body["messages"][-1]["content"]
        if not isinstance(text, str):
            text = text[0]["text"]
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{time.time()}\t{text}\n")
        sound = await asyncio.to_thread(self.sound_of, text)
        await asyncio.sleep(max(0.0, self.takes_s - (time.monotonic() - began)))
        out, n_words = len(sound) // 2400, len(text.split())
        return JSONResponse(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": body["model"],
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {
                            "role": "assistant",
                            "content": None,
                            "audio": {
                                "id": "audio_1",
                                "data": base64.b64encode(sound).decode(),
                                "expires_at": int(time.time()) + 3600,
                                "transcript": text,
                            },
                        },
                    }
                ],
                "usage": {
                    "prompt_tokens": 60,
                    "completion_tokens": out + n_words,
                    "total_tokens": 60 + out + n_words,
                    "prompt_tokens_details": {"audio_tokens": 0, "text_tokens": 60, "cached_tokens": 0},
                    "completion_tokens_details": {"audio_tokens": out, "text_tokens": n_words},
                },
            }
        )


def _app() -> Starlette:
    served = _Provider()
    return Starlette(
        routes=[
            Route("/v1/chat/completions", served.chat, methods=["POST"]),
            Route("/v1/prepare", served.prepare, methods=["POST"]),
            Route(
                "/v1/models", lambda _: JSONResponse({"object": "list", "data": [{"id": _MODEL, "object": "model"}]})
            ),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
