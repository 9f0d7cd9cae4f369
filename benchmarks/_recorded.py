"""A provider that is paid: the offline engine behind OpenAI's names, which writes down what it is asked for.

``python -m benchmarks._recorded PORT LOG TAKES_S`` serves it. A call is written down when it has come in, and again
when its answer has left whole; what is asked for is told apart by a digest of its body.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Call", "calls", "paid_provider"]

_REQUEST_ID = b"x-request-id"
_ITS_OWN = b'"audiokit-offline"'  # the name by which the engine answers; whoever is paid has a price for it
_BOUNDARY = re.compile(rb"boundary=\"?([^\";]+)")


@dataclass(frozen=True, slots=True)
class Call:
    """One call; ``ended_at`` and ``request_id`` are None until its answer has left whole. Times are since 1970.

    ``asked_by`` is the organisation that the client says it is of: in a fleet, the name of its process.
    """

    asked: str
    path: str
    words: str
    asked_by: str
    began_at: float
    ended_at: float | None
    request_id: str | None
    status: int | None


@contextmanager
def paid_provider(folder: Path, *, takes_s: float) -> Iterator[dict[str, str]]:
    """Serve it on loopback, and yield the settings with which audiokit pays it; each call takes so long at least."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks._recorded", str(port), str(folder / "calls.log"), str(takes_s)]
    root = Path(__file__).resolve().parents[1]
    server = subprocess.Popen(command, cwd=root)  # noqa: S603 - ourselves
    try:
        give_up_at = time.monotonic() + 120
        while server.poll() is None and time.monotonic() < give_up_at:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield {
            "AUDIOKIT_ENGINE": "openai",
            "OPENAI_API_KEY": "made-up",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        }
    finally:
        server.kill()  # it has nothing to lose, and may be busy for long
        server.wait()


def calls(folder: Path) -> list[Call]:
    """Return every call so far, in the order in which they came in."""
    log = folder / "calls.log"
    began = dict[str, dict[str, Any]]()
    for line in log.read_text("utf-8").splitlines() if log.exists() else []:
        with suppress(json.JSONDecodeError):  # the last line, half written
            told = json.loads(line)
            began.setdefault(told.pop("n"), {}).update(told)
    return [
        Call(
            asked=one["asked"],
            path=one["path"],
            words=one["words"],
            asked_by=one["asked_by"],
            began_at=one["began_at"],
            ended_at=one.get("ended_at"),
            request_id=one.get("request_id"),
            status=one.get("status"),
        )
        for one in began.values()
    ]


class _Recording:
    """What stands before the engine."""

    def __init__(self, inner: ASGIApp, log: Path, takes_s: float) -> None:
        self.inner, self.log, self.takes_s = inner, log, takes_s
        self._n = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.inner(scope, receive, send)
            return
        body, began = await _whole(receive), time.monotonic()
        self._n += 1
        number, told = f"{os.getpid()}-{self._n}", dict[str, Any]()
        self._write(n=number, path=scope["path"], began_at=time.time(), **_asked(scope, body))

        model, begun = _model(body), list[MutableMapping[str, Any]]()

        async def noted(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(max(0.0, self.takes_s - (time.monotonic() - began)))
                names = dict(message["headers"])
                told.update(status=message["status"], request_id=names.get(_REQUEST_ID, b"").decode() or None)
                begun.append(message)
                return
            message["body"] = message.get("body", b"").replace(_ITS_OWN, model)
            if begun:
                await send(_of_length(begun.pop(), len(message["body"])))
            await send(message)
            if not message.get("more_body"):
                self._write(n=number, ended_at=time.time(), **told)

        await self.inner(scope, _given(body, receive), noted)

    def _write(self, **line: object) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def _asked(scope: Scope, body: bytes) -> dict[str, str]:
    """Return what tells a call apart from others: a digest, without what the client makes up each time."""
    headers = dict(scope["headers"])
    kind = headers.get(b"content-type", b"")
    if (boundary := _BOUNDARY.search(kind)) is not None:
        body = body.replace(boundary[1], b"")
    words = ""
    with suppress(ValueError, KeyError, TypeError, IndexError):
        said = json.loads(body)["messages"][-1]["content"]
        words = said if isinstance(said, str) else str(next(part["text"] for part in said if "text" in part))
    asked_by = headers.get(b"openai-organization", b"").decode()
    return {"asked": hashlib.sha256(body).hexdigest(), "words": words[:300], "asked_by": asked_by}


def _model(body: bytes) -> bytes:
    """Return the name of the model that is asked for, in quotation marks."""
    with suppress(ValueError, KeyError, TypeError):
        return json.dumps(json.loads(body)["model"]).encode()
    return _ITS_OWN


def _of_length(start: MutableMapping[str, Any], n_bytes: int) -> MutableMapping[str, Any]:
    """Return the start of an answer whose body, if it has a length, has this one."""
    length = (b"content-length", str(n_bytes).encode())
    start["headers"] = [length if name == length[0] else (name, value) for name, value in start["headers"]]
    return start


async def _whole(receive: Receive) -> bytes:
    pieces = list[bytes]()
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _given(body: bytes, receive: Receive) -> Receive:
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> MutableMapping[str, Any]:
        return parts.pop() if parts else await receive()

    return give


def main() -> None:
    """Serve until told to end."""
    from audiokit.offline.engine import Engine  # noqa: PLC0415 - only the server needs its weight
    from audiokit.offline.server import create_app  # noqa: PLC0415 - the same

    port, log, takes_s = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    engine = Engine()
    app = _Recording(create_app(engine), log, takes_s)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")
    engine.close()


if __name__ == "__main__":
    main()
