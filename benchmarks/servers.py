"""Servers to measure against, each in a process of its own: client and server must not share an interpreter lock."""

from __future__ import annotations

import asyncio
import base64
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app

_SPEECH = b"\x00\x01" * (24_000 * 5)  # five seconds of PCM16
_WAV_HEADER = (
    b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    b"\xc0]\x00\x00\x80\xbb\x00\x00\x02\x00\x10\x00data\xff\xff\xff\xff"
)


@contextmanager
def served(what: str) -> Iterator[str]:
    """Serve one of the applications below on loopback, and yield its address.

    ``delayed`` answers ``/DELAY_S/v1/chat/completions``; ``stamped`` is the offline engine, which tells at ``/stamps``
    when the first sound of each streamed reply left it, in seconds since 1970.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.servers", what, str(port)])  # noqa: S603 - ourselves
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def _delayed() -> ASGIApp:
    reply = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1787150214,
        "model": "gpt-audio-1.5",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None,
                    "refusal": None,
                    "audio": {
                        "id": "audio_0",
                        "data": base64.b64encode(_WAV_HEADER + _SPEECH).decode(),
                        "expires_at": 1787153814,
                        "transcript": "Five seconds.",
                    },
                },
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 60,
            "completion_tokens": 105,
            "total_tokens": 165,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 38, "text_tokens": 22},
            "completion_tokens_details": {"audio_tokens": 100, "text_tokens": 5},
        },
    }

    async def chat(request: Request) -> Response:
        await request.body()
        await asyncio.sleep(float(request.path_params["delay_s"]))
        return JSONResponse(reply)

    return Starlette(routes=[Route("/{delay_s}/v1/chat/completions", chat, methods=["POST"])])


class _Stamped:
    """The offline engine, with the moment noted at which the first sound of each reply is handed to the network."""

    def __init__(self) -> None:
        engine = Engine()
        engine.warm()
        self.app, self.stamps = create_app(engine), list[float]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/stamps":
            await JSONResponse(self.stamps)(scope, receive, send)
            return
        has_sound = False

        async def noting(message: Message) -> None:
            nonlocal has_sound
            if not has_sound and b'"data":' in message.get("body", b""):
                has_sound = True
                self.stamps.append(time.time())
            await send(message)

        await self.app(scope, receive, noting)


_APPS: dict[str, Callable[[], ASGIApp]] = {"delayed": _delayed, "stamped": _Stamped}

if __name__ == "__main__":
    uvicorn.run(_APPS[sys.argv[1]](), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
