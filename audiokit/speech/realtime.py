"""One live session with a provider, over the official SDK: sound and words both ways until one side closes.

The SDK opens the WebSocket and knows its addresses and keys. Events go through it as JSON: building its models for
every piece of sound would cost more than everything else. It could open a broken connection again by itself, and the
new session would know nothing of the old: whoever talks does that, and carries the words over.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpx2
from openai import AsyncAzureOpenAI, AsyncOpenAI

from audiokit.speech.endpoint import Endpoint, own_headers
from audiokit.speech.realtime_bodies import (
    LiveSetup,
    TurnTaking,
    append,
    item_of_words,
    items_of,
    respond,
    result_item,
    session_update,
)
from audiokit.speech.realtime_events import Closed, LiveEvent, Trouble, Why
from audiokit.speech.realtime_failures import connecting
from audiokit.speech.realtime_fold import Fold
from audiokit.speech.realtime_log import WireLog

if TYPE_CHECKING:
    from openai.resources.realtime.realtime import AsyncRealtimeConnection
    from openai.resources.realtime.translations.translations import AsyncTranslationsConnection
    from openai.types.websocket_connection_options import WebSocketConnectionOptions

__all__ = ["LiveSetup", "Session", "TurnTaking", "open_client", "open_session", "socket_options"]

_CONNECT_S = 10.0
# A line that is dead is known to be within ten seconds, and a peer that does not say goodbye is not waited for.
_OPTIONS: Mapping[str, Any] = {
    "compression": None,
    "max_size": 16 * 1024 * 1024,
    "ping_interval": 5,
    "ping_timeout": 10,
    "close_timeout": 1,
}
_POLICY_VIOLATION = 1008


class Session:
    """An open session. Sending to one that has closed does nothing: its last event says that it has.

    Iterated over once, it yields what happens; :class:`~audiokit.speech.realtime_events.Closed` comes last.
    ``reaches_back_ms`` is how far the sound that an event names may lie behind what was sent last.
    """

    reaches_back_ms = 10_000

    def __init__(
        self,
        connection: AsyncRealtimeConnection | AsyncTranslationsConnection,
        endpoint: Endpoint,
        setup: LiveSetup,
        log: WireLog | None = None,
    ) -> None:
        self._connection, self._endpoint, self._setup, self._log = connection, endpoint, setup, log
        self._fold = Fold(endpoint, setup.model, setup.transcribe_model)
        self._is_beta = endpoint.api_version is not None
        self._is_ours = False

    async def __aiter__(self) -> AsyncIterator[LiveEvent]:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - only live sessions need it

        while True:
            try:
                data = await self._connection.recv_bytes()
            except (ConnectionClosed, OSError) as error:
                for event in self.unfinished():
                    yield event
                yield self._closed(error)
                return
            for event in self._folded(_parsed(data, self._log)):
                yield event
                if isinstance(event, Trouble) and event.is_fatal:
                    yield Closed(Why.REFUSED)
                    return

    async def begin(self) -> None:
        """Set the session up, and tell what was said before."""
        await self._update()
        for item in items_of(self._setup.history, is_beta=self._is_beta):
            await self._send(item)

    async def update(self, setup: LiveSetup) -> None:
        """Go on in another way; the model, and a voice that was heard already, cannot be changed any more."""
        self._setup = setup
        await self._update()

    async def send_sound(self, pcm16: bytes) -> None:
        """Pass on what the microphone hears; waits while the line is full."""
        if pcm16:
            await self._send(append(pcm16))

    async def commit(self) -> None:
        """End the person's turn, where nobody else does."""
        await self._send({"type": "input_audio_buffer.commit"})

    async def clear_input(self) -> None:
        """Forget the sound that was sent since the last turn."""
        await self._send({"type": "input_audio_buffer.clear"})

    async def respond(self, *, may_call: bool = True) -> None:
        """Have the model answer, where it does not by itself."""
        await self._send(respond(may_call=may_call))

    async def cancel(self) -> None:
        """Stop the answer under way; what has come of it stays."""
        await self._send({"type": "response.cancel"})

    async def truncate(self, item_id: str, heard_ms: int) -> None:
        """Tell the model how much of an answer was heard, so that it remembers no more than that."""
        body = {"item_id": item_id, "content_index": 0, "audio_end_ms": heard_ms}
        await self._send({"type": "conversation.item.truncate", **body})

    async def give(self, call_id: str, output: str, *, then_respond: bool = True, may_call: bool = True) -> None:
        """Tell what a function gave back; of several, only the last is followed by an answer."""
        await self._send(result_item(call_id, output))
        if then_respond:
            await self.respond(may_call=may_call)

    async def say(self, words: str) -> None:
        """Add what the person typed, and have it answered."""
        await self._send(item_of_words(words))
        await self.respond()

    async def close(self) -> None:
        """Say goodbye."""
        self._is_ours = True
        await self._connection.close()

    def unfinished(self) -> tuple[LiveEvent, ...]:
        """Return what has not been told of a turn under way, for whoever stops listening; here there is nothing."""
        return ()

    def _folded(self, event: Mapping[str, Any]) -> tuple[LiveEvent, ...]:
        return self._fold.feed(event)

    async def _update(self) -> None:
        model = self._setup.transcribe_model
        transcriber = self._endpoint.name_on_wire(model) if model else None
        await self._send(session_update(self._setup, transcriber=transcriber, is_beta=self._is_beta))

    async def _send(self, event: dict[str, Any]) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - as above

        if self._log is not None:
            self._log.add("sent", event)
        with suppress(ConnectionClosed, OSError):  # whoever listens is told
            await self._connection.send_raw(json.dumps(event))

    def _closed(self, error: Exception) -> Closed:
        if self._is_ours:
            return Closed(Why.OURS)
        if self._fold.is_expired:
            return Closed(Why.EXPIRED)
        close = getattr(error, "rcvd", None)
        return Closed(Why.REFUSED if close is not None and close.code == _POLICY_VIOLATION else Why.DROPPED)


@asynccontextmanager
async def open_session(
    endpoint: Endpoint, setup: LiveSetup, *, timeout_s: float = _CONNECT_S, log: WireLog | None = None
) -> AsyncIterator[Session]:
    """Open a session, set it up, and close it in the end, whatever happens.

    Raises:
        ProviderError: it cannot be opened.
    """
    client = open_client(endpoint)
    try:
        with connecting(endpoint, setup.model):
            manager = client.realtime.connect(
                model=endpoint.name_on_wire(setup.model), websocket_connection_options=socket_options(endpoint)
            )
            async with asyncio.timeout(timeout_s):
                connection = await manager.enter()
        session = Session(connection, endpoint, setup, log)
        try:
            await session.begin()
            yield session
        finally:
            await session.close()
    finally:
        await client.close()


def open_client(endpoint: Endpoint) -> AsyncOpenAI:
    """Return the official client for an endpoint's sockets. It asks nothing over HTTP, and builds nothing for that."""
    http_client = httpx2.AsyncClient(transport=_NoHttp())
    key, headers = endpoint.api_key.get_secret_value(), own_headers(endpoint)
    if endpoint.api_version is not None:
        return AsyncAzureOpenAI(
            azure_endpoint=endpoint.base_url,
            api_key=key,
            api_version=endpoint.api_version,
            http_client=http_client,
            default_headers=headers,
        )
    return AsyncOpenAI(base_url=endpoint.base_url, api_key=key, http_client=http_client, default_headers=headers)


def socket_options(endpoint: Endpoint) -> WebSocketConnectionOptions:
    """Return how to open a socket; to this machine, past whatever proxy it is set to use."""
    options = {**_OPTIONS, "proxy": None} if _is_here(endpoint.base_url) else dict(_OPTIONS)
    return cast("WebSocketConnectionOptions", options)  # the SDK passes on more than its types name


class _NoHttp(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("live sessions ask nothing over HTTP", request=request)


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parsed(data: bytes, log: WireLog | None) -> Mapping[str, Any]:
    """Return one event; what is none is as good as one that nobody knows."""
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    if log is not None:
        log.add("received", event)
    return event if isinstance(event, dict) else {}
