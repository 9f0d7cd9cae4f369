"""A session that only translates: sound in one language goes in, sound in another comes out, and nobody takes turns.

What its events mean stands in :mod:`audiokit.speech.realtime_translation_fold`.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from audiokit.speech.endpoint import Endpoint
from audiokit.speech.fields import Json
from audiokit.speech.realtime import Session, open_client, socket_options
from audiokit.speech.realtime_bodies import LiveSetup
from audiokit.speech.realtime_events import LiveEvent
from audiokit.speech.realtime_failures import connecting
from audiokit.speech.realtime_log import WireLog
from audiokit.speech.realtime_translation_fold import TranslationFold

if TYPE_CHECKING:
    from openai.resources.realtime.translations.translations import AsyncTranslationsConnection

__all__ = ["TRANSCRIBER", "TranslationSession", "open_translation"]

TRANSCRIBER = "gpt-realtime-whisper"
"""Who writes down what is said before it is translated."""

_CONNECT_S = 10.0
_BYTES_PER_MS = 48
_SETTLES_S = 2.0
_SETTLED = frozenset({"session.updated", "error"})
_REACHES_BACK_MS = 30_000  # offline, words come when all that was said before a pause has been heard

Events = tuple[LiveEvent, ...]


class TranslationSession(Session):
    """An open translation: the same as any session, without anything that has to do with turns."""

    reaches_back_ms = _REACHES_BACK_MS

    def __init__(
        self, connection: AsyncTranslationsConnection, endpoint: Endpoint, setup: LiveSetup, log: WireLog | None = None
    ) -> None:
        super().__init__(connection, endpoint, setup, log)
        self._n_bytes = 0
        self._is_set_up = asyncio.Event()  # OpenAI's guide: what comes before may go into another language
        self._translated = TranslationFold(lambda: self._n_bytes // _BYTES_PER_MS, self._fold, endpoint.name)

    async def begin(self) -> None:
        """Say into which language."""
        listening = {
            "transcription": {"model": self._endpoint.name_on_wire(self._setup.transcribe_model or TRANSCRIBER)}
        }
        audio = {"input": listening, "output": {"language": self._setup.into or "en"}}
        await self._send({"type": "session.update", "session": {"audio": audio}})

    async def send_sound(self, pcm16: bytes) -> None:
        """Pass on what the microphone hears, once it is known into which language it goes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLES_S):
                await self._is_set_up.wait()
        if pcm16:
            self._n_bytes += len(pcm16)
            await self._send({"type": "session.input_audio_buffer.append", "audio": base64.b64encode(pcm16).decode()})

    async def update(self, setup: LiveSetup) -> None:
        """Translate into another language from now on."""
        self._setup = setup
        self._is_set_up.clear()
        await self.begin()

    async def commit(self) -> None:
        """Nobody takes turns."""

    async def clear_input(self) -> None:
        """Nothing waits."""

    async def respond(self, *, may_call: bool = True) -> None:
        """Everything is answered."""

    async def cancel(self) -> None:
        """What is being said is said to its end."""

    async def truncate(self, item_id: str, heard_ms: int) -> None:
        """Nothing is remembered that could be cut."""

    async def say(self, words: str) -> None:
        """Typed words are not translated."""

    def unfinished(self) -> Events:
        """Return the end of the turn that is under way."""
        return self._translated.finish()

    def _folded(self, event: Json) -> Events:
        if event.get("type") in _SETTLED:
            self._is_set_up.set()
        return self._translated.feed(event)


@asynccontextmanager
async def open_translation(
    endpoint: Endpoint, setup: LiveSetup, *, timeout_s: float = _CONNECT_S, log: WireLog | None = None
) -> AsyncIterator[TranslationSession]:
    """Open a translation, as :func:`audiokit.speech.realtime.open_session` opens a session; errors as there."""
    client = open_client(endpoint)
    try:
        with connecting(endpoint, setup.model):
            manager = client.realtime.translations.connect(
                model=endpoint.name_on_wire(setup.model), websocket_connection_options=socket_options(endpoint)
            )
            async with asyncio.timeout(timeout_s):
                connection = await manager.enter()
        session = TranslationSession(connection, endpoint, setup, log)
        try:
            await session.begin()
            yield session
        finally:
            await session.close()
    finally:
        await client.close()
