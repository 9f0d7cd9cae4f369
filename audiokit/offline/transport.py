"""An ASGI application as an HTTP transport: no port, no socket, and the body streams.

httpx2's own ``ASGITransport`` gathers the whole body first (2.16.2; its pull requests 1032 and 1171 are open), and is
for async clients only.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx2
from starlette.types import ASGIApp, Message, Scope

__all__ = ["InProcessTransport"]

_MOST_UNREAD_BYTES = 1_000_000  # then the application waits for its reader
_Head = tuple[int, list[tuple[bytes, bytes]]]
_log = logging.getLogger(__name__)


class InProcessTransport(httpx2.BaseTransport):
    """Answers requests with ``app``, on an event loop in a thread of its own that starts with the first request.

    Usable from any thread, many requests at a time. The application's lifespan is not run. The read timeout of a
    request holds for the head of its answer and for every piece of its body; nothing else can take time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._lock = threading.Lock()
        self._loop: _Loop | None = None
        self._is_closed = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return as soon as the answer's head is there; its body streams.

        Raises:
            httpx2.ConnectError: the transport was closed.
            httpx2.ReadTimeout: the application took longer than the request allows.
            httpx2.RemoteProtocolError: it failed before its answer began.
        """
        exchange = _Exchange(request, request.read())
        with self._lock:  # what is submitted before the loop is told to stop will still be started, and then cancelled
            if self._is_closed:
                raise httpx2.ConnectError("The in-process server was closed.", request=request)
            self._loop = self._loop or _Loop()
            exchange.start(self.app, self._loop)
        status, headers = exchange.head()
        return httpx2.Response(status, headers=headers, stream=exchange)

    def close(self) -> None:
        """Cancel what is under way, and join the thread."""
        with self._lock:
            self._is_closed = True
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.close()


class _Loop:
    """An event loop in a daemon thread; threads that are started from it inherit that, so none outlives the program."""

    def __init__(self) -> None:
        is_ready = threading.Event()
        self._thread = threading.Thread(
            target=asyncio.run, args=[self._main(is_ready)], name="offline-engine", daemon=True
        )
        self._thread.start()
        is_ready.wait()

    async def _main(self, is_ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        is_ready.set()
        await self._stop.wait()

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Have ``function`` called in the loop's thread, if it still runs."""
        with suppress(RuntimeError):  # it is closed; everything on it was cancelled before
            self._loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        self.call(self._stop.set)
        self._thread.join()


class _Exchange(httpx2.SyncByteStream):
    """One request and its answer: ASGI on the loop's side, a body to iterate on the reader's, a queue between them."""

    def __init__(self, request: httpx2.Request, body: bytes) -> None:
        self._request, self._body = request, body
        self._timeout_s: float | None = request.extensions.get("timeout", {}).get("read")
        self._inbox = queue.SimpleQueue[_Head | bytes | httpx2.RemoteProtocolError | None]()
        self._lock = threading.Lock()
        self._unread_bytes = 0
        self._is_complete = False

    # The reader's side.

    def start(self, app: ASGIApp, loop: _Loop) -> None:
        self._loop = loop
        loop.call(self._begin, app)

    def head(self) -> _Head:
        head = self._next()
        if isinstance(head, tuple):
            return head
        raise head if isinstance(head, httpx2.RemoteProtocolError) else self._broken("it sent a body without a head")

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self._next()) is not None:
            if isinstance(piece, httpx2.RemoteProtocolError):
                raise piece
            assert isinstance(piece, bytes)  # noqa: S101 - the one head was taken
            with self._lock:
                was_full = self._unread_bytes > _MOST_UNREAD_BYTES
                self._unread_bytes -= len(piece)
                has_room = self._unread_bytes <= _MOST_UNREAD_BYTES
            if was_full and has_room:
                self._loop.call(self._room.set)
            yield piece

    def close(self) -> None:
        """Stop the application where it is, if it is not done; nobody reads on."""
        if not self._is_complete:
            self._loop.call(self._cancel)

    def _next(self) -> _Head | bytes | httpx2.RemoteProtocolError | None:
        try:
            return self._inbox.get(timeout=self._timeout_s)
        except queue.Empty:
            self.close()
            raise httpx2.ReadTimeout("The in-process server did not answer in time.", request=self._request) from None

    def _broken(self, why: str) -> httpx2.RemoteProtocolError:
        return httpx2.RemoteProtocolError(f"The in-process server broke off: {why}.", request=self._request)

    # The loop's side.

    def _begin(self, app: ASGIApp) -> None:
        self._room, self._is_over = asyncio.Event(), asyncio.Event()
        self._is_unread = True
        self._task = asyncio.ensure_future(app(self._scope(), self._receive, self._send))
        self._task.add_done_callback(self._done)

    def _cancel(self) -> None:
        self._task.cancel()

    def _done(self, task: asyncio.Future[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if self._is_complete:
            if error is not None:
                _log.error("The application failed after its answer was complete.", exc_info=error)
            return
        broken = self._broken("it was stopped" if task.cancelled() else "it ended before its answer was complete")
        broken.__cause__ = error
        self._inbox.put(broken)

    async def _receive(self) -> Message:
        if self._is_unread:
            self._is_unread = False
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._is_over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._inbox.put((message["status"], list(message.get("headers", []))))
        elif message["type"] == "http.response.body":
            await self._send_piece(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                self._is_complete = True
                self._inbox.put(None)
                self._is_over.set()

    async def _send_piece(self, piece: bytes) -> None:
        if not piece:
            return
        self._room.clear()
        with self._lock:
            self._unread_bytes += len(piece)
            is_full = self._unread_bytes > _MOST_UNREAD_BYTES
        self._inbox.put(piece)
        if is_full:
            await self._room.wait()

    def _scope(self) -> Scope:
        url = self._request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 0),
            "state": {},
        }
