"""Visits without browsers: clients that speak Streamlit's own protocol, as many as one likes in one process.

A visit opens the page, types turns, hears what it is answered, and asks again where the page says it should. What a
browser draws, and the files it loads for that once, are left out.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME, XSRF_COOKIE_NAME
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

__all__ = ["Visit", "signed_cookies", "visiting"]

PATIENCE_S = 120.0
_LIVE = re.compile(rb"/api/media/(?:live|words)/[\w.~-]+")
_LARGEST = 64 * 2**20


def signed_cookies(origin: str, cookie_secret: str, subject: str) -> dict[str, str]:
    """Return the cookies of somebody whom the provider has said to be ``subject``, signed as Streamlit does."""
    claims = {
        "origin": origin,
        "is_logged_in": True,
        "iss": "https://id.example.org",
        "sub": subject,
        "name": subject.capitalize(),
        "email": f"{subject}@example.org",
        "iat": int(time.time()) - 1,
    }
    signed = create_signed_value(cookie_secret, USER_COOKIE_NAME, json.dumps(claims))
    return {USER_COOKIE_NAME: signed.decode(), XSRF_COOKIE_NAME: generate_xsrf_token_string()}


@dataclass(slots=True)
class Visit:
    """One page that is open. ``errors`` are what went wrong, ``n_runs`` how often the whole page was drawn."""

    line: ClientConnection
    address: str
    cookies: Mapping[str, str]
    errors: list[str] = field(default_factory=list)
    n_runs: int = 0
    n_heard_bytes: int = 0  # of what grew: sound, and its words
    query: str = ""  # of the page's address
    _field: str | None = None  # where one can type, by its id
    _drawn: asyncio.Condition = field(default_factory=asyncio.Condition)
    _is_drawing: bool = False
    _n_finished: int = 0
    _watching: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _hearing: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _cached: set[str] = field(default_factory=set)

    async def open(self) -> float:
        """Have the page drawn for the first time, and return the seconds that took."""
        return await self._run(lambda _asked: None)

    async def type(self, words: str) -> float:
        """Type a turn, and return how long it took until the page was drawn with it."""
        written_into = self._field

        def typed(message: BackMsg) -> None:
            one = message.rerun_script.widget_states.widgets.add()
            one.id = written_into or ""
            one.chat_input_value.data = words

        return await self._run(typed)

    async def answered(self) -> float:
        """Wait until one can type again, and return how long that took."""
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE_S), self._drawn:
            await self._drawn.wait_for(lambda: self._field is not None and not self._is_drawing)
        return time.monotonic() - began

    async def listen(self) -> None:
        """Take in what the server sends, until the visit ends."""
        async for data in self.line:
            message = ForwardMsg()
            message.ParseFromString(data if isinstance(data, bytes) else data.encode())
            async with self._drawn:
                self._take(message)
                self._drawn.notify_all()

    def leave(self) -> tuple[asyncio.Task[None], ...]:
        """Stop asking and hearing; return what is to be waited for."""
        tasks = (*self._watching.values(), *self._hearing.values())
        for task in tasks:
            task.cancel()
        return tasks

    async def _run(self, fill: Callable[[BackMsg], None], patience_s: float = PATIENCE_S) -> float:
        began, before = time.monotonic(), self._n_finished
        message = self._asking()
        fill(message)
        await self.line.send(message.SerializeToString())
        async with asyncio.timeout(patience_s), self._drawn:
            await self._drawn.wait_for(lambda: self._n_finished > before)
        return time.monotonic() - began

    def _asking(self) -> BackMsg:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        asked.context_info.timezone = "UTC"
        asked.context_info.url = self.address
        asked.cached_message_hashes.extend(self._cached)
        return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if message.metadata.cacheable and message.hash:
            self._cached.add(message.hash)
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._begun()
        elif kind == "script_finished":
            self._finished(message)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string.removeprefix("?")
        elif kind == "auto_rerun":
            self._watch(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "delta":
            self._see(message)

    def _begun(self) -> None:
        self._is_drawing, self._field = True, None
        for task in self._watching.values():
            task.cancel()
        self._watching.clear()

    def _finished(self, message: ForwardMsg) -> None:
        status = message.ScriptFinishedStatus.Name(message.script_finished)
        if status == "FINISHED_SUCCESSFULLY":
            self._is_drawing = False
            self._n_finished += 1
            self.n_runs += 1
        elif status == "FINISHED_WITH_COMPILE_ERROR":
            self.errors.append(status)

    def _see(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "chat_input":
            self._field = element.chat_input.id
        elif kind == "exception":
            self.errors.append(element.exception.message)
        elif kind == "alert":
            self.errors.append(element.alert.body)
        elif kind == "bidi_component":
            for path in _LIVE.findall(element.SerializeToString()):
                self._hear(path.decode())

    def _watch(self, fragment_id: str, every_s: float) -> None:
        if fragment_id in self._watching:
            return

        async def ask() -> None:
            while True:
                await asyncio.sleep(every_s)
                message = self._asking()
                message.rerun_script.fragment_id = fragment_id
                message.rerun_script.is_auto_rerun = True
                with suppress(OSError):
                    await self.line.send(message.SerializeToString())

        self._watching[fragment_id] = asyncio.create_task(ask())

    def _hear(self, path: str) -> None:
        """Fetch what grows, sound or words, once; to its end."""
        if path not in self._hearing:
            self._hearing[path] = asyncio.create_task(self._heard(path))

    async def _heard(self, path: str) -> None:
        async with aclosing(_fetched(self.address, path, self.cookies)) as pieces:
            async for piece in pieces:
                self.n_heard_bytes += len(piece)


@asynccontextmanager
async def visiting(
    address: str, cookies: Mapping[str, str], query: str = "", *, kind: type[Visit] = Visit
) -> AsyncIterator[Visit]:
    """Open a visit at the app's address, with these cookies, and leave at the end. The page is not drawn yet."""
    token = cookies.get(XSRF_COOKIE_NAME, "")
    async with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        origin=Origin(address),
        subprotocols=[Subprotocol(word) for word in ("streamlit", token) if word],
        additional_headers={"Cookie": _header(cookies)},
        compression=None,
        max_size=_LARGEST,
        open_timeout=PATIENCE_S,
        ping_interval=None,
    ) as line:
        visit = kind(line, address, cookies, query=query)
        listening = asyncio.create_task(visit.listen())
        try:
            yield visit
        finally:
            listening.cancel()
            await asyncio.gather(listening, *visit.leave(), return_exceptions=True)


def _header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


async def _fetched(address: str, path: str, cookies: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
    place = urlsplit(address)
    with suppress(OSError):
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        asked = (
            f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {_header(cookies)}\r\nConnection: close\r\n\r\n"
        )
        try:
            writer.write(asked.encode())
            while piece := await reader.read(65536):
                yield piece
        finally:
            writer.close()
