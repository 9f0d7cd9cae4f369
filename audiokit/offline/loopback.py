"""The engine on a socket of this machine, for clients that need one, as the SDK's Realtime client does."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp

from audiokit.offline.engine import Engine
from audiokit.offline.realtime.pace import Rules
from audiokit.offline.server import create_app

__all__ = ["Loopback"]

_HOST = "127.0.0.1"
_CLOSE_TIMEOUT_S = 10.0
_GRACE_S = 1  # for connections that are open when it closes


class Loopback:
    """Serves ``engine`` on a free port of 127.0.0.1, from the first time that somebody asks for its address.

    Every request must bring ``key``. Usable from any thread. Close it: its thread ends, and with it every connection;
    the engine stays the caller's.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], float] = time.time,
        realtime: Rules = Rules(),  # noqa: B008 - it is frozen
    ) -> None:
        self.key = secrets.token_urlsafe(24)
        self._app = create_app(engine, token=self.key, clock=clock, realtime=realtime)
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._is_closed = False

    @property
    def base_url(self) -> str:
        """The address for a client's ``base_url``, such as ``http://127.0.0.1:43121/v1``."""
        return f"http://{_HOST}:{self._port()}/v1"

    @property
    def websocket_base_url(self) -> str:
        """The same for its ``websocket_base_url``."""
        return f"ws://{_HOST}:{self._port()}/v1"

    def close(self) -> None:
        """Stop listening, end what is open, and join the thread."""
        with self._lock:
            self._is_closed = True
            running, self._running = self._running, None
        if running is not None:
            running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _port(self) -> int:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("this server was closed")
            if self._running is None:
                self._running = _Running(self._app)
            return self._running.port


class _Running:
    """uvicorn in a daemon thread, on a socket that was bound before."""

    def __init__(self, app: ASGIApp) -> None:
        import uvicorn  # noqa: PLC0415 - heavy, and an extra

        self._socket = socket.create_server((_HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            lifespan="off",
            ws_max_size=2**24,
            ws_per_message_deflate=False,  # sound does not get smaller, and on this machine nothing is gained
            timeout_graceful_shutdown=_GRACE_S,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="offline-loopback", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(_CLOSE_TIMEOUT_S)
        self._socket.close()
