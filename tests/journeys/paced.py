"""The offline engine behind a port, speaking as slowly as a model does: so that a reply can be met while it comes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app

__all__ = ["paced_engine"]


class Paced:
    """An application whose streams wait a while before each event, from ``unpaced`` on."""

    def __init__(self, app: ASGIApp, *, event_s: float, unpaced: int) -> None:
        self.app, self.event_s, self.unpaced = app, event_s, unpaced

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        n_sent = 0

        async def paced(message: Message) -> None:
            nonlocal n_sent
            if message["type"] == "http.response.body" and message.get("body", b"").startswith(b"data:"):
                n_sent += 1
                if n_sent > self.unpaced:
                    await asyncio.sleep(self.event_s)
            await send(message)

        await self.app(scope, receive, paced)


@contextmanager
def paced_engine(*, event_s: float = 0.25, unpaced: int = 6) -> Iterator[str]:
    """Serve it on loopback and yield the address to set as ``OPENAI_BASE_URL``."""
    with socket.socket() as listening, Engine() as engine:
        listening.bind(("127.0.0.1", 0))
        app = Paced(create_app(engine), event_s=event_s, unpaced=unpaced)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join(20)
