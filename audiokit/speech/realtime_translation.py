"""A session that only translates: sound in one language goes in, sound in another comes out, and nobody takes turns.

Turns are made of it all the same, so that it can be kept and read: where both sides have been quiet for a while.
Protocol: the SDK's types for ``/v1/realtime/translations`` and one recorded session (2026-11).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from audiokit.catalog.prices import Usage
from audiokit.errors import ReplyUnusable
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.fields import Json, count_at, object_at, text_at
from audiokit.speech.realtime import Session, open_client, socket_options
from audiokit.speech.realtime_bodies import LiveSetup
from audiokit.speech.realtime_events import (
    Committed,
    HeardWords,
    LiveEvent,
    Opened,
    ReplyBegan,
    ReplyEnded,
    ReplyStatus,
    SoundPiece,
    SpeechBegan,
    SpeechEnded,
    WordPiece,
)
from audiokit.speech.realtime_failures import connecting
from audiokit.speech.realtime_fold import Fold
from audiokit.speech.realtime_log import WireLog
from audiokit.speech.wire import decoded, expiry

if TYPE_CHECKING:
    from openai.resources.realtime.translations.translations import AsyncTranslationsConnection

__all__ = ["TRANSCRIBER", "TRANSLATION_IGNORED", "TranslationFold", "TranslationSession", "open_translation"]

TRANSCRIBER = "gpt-realtime-whisper"
"""Who writes down what is said before it is translated."""

TRANSLATION_IGNORED: Mapping[str, str] = MappingProxyType(
    {
        "session.updated": "it repeats what we asked for",
        "session.closed": "the line closes with it",
    }
)
"""Events of translation that are ignored, and why."""

_QUIET_MS = 2_000  # between two turns
_BEFORE_MS = 1_500  # how far speech may lie before its words
_CONNECT_S = 10.0
_BYTES_PER_MS = 48

Events = tuple[LiveEvent, ...]


class TranslationFold:
    """One translation's events. ``sent_ms`` tells how much sound has been sent: translating is billed by the minute."""

    def __init__(self, sent_ms: Callable[[], int], errors: Fold) -> None:
        self._sent_ms, self._errors = sent_ms, errors
        self._number = self._billed_ms = 0
        self._heard = ""
        self._is_answered = False
        self._span: tuple[int, int] | None = None  # of what is said, in ms of the sound that was sent
        self._latest_ms = 0  # of any words

    def feed(self, event: Json) -> Events:
        """Return what an event means."""
        match text_at(event, "type"):
            case "session.created":
                session = object_at(event, "session")
                until = expiry(count_at(session, "expires_at") or None)
                return (Opened(text_at(session, "id"), text_at(session, "model"), until),)
            case "session.input_transcript.delta":
                return self._said(event)
            case "session.output_transcript.delta":
                return self._translated(event)
            case "session.output_audio.delta":
                return self._sound(event)
            case "error":
                return self._errors.feed(event)
            case _:
                return ()

    def finish(self) -> Events:
        """Return the end of the turn under way, if there is one."""
        if not self._heard and not self._is_answered:
            return ()
        item, start_ms, end_ms = self._item("said"), *(self._span or (0, 0))
        usage, response = self._usage(), self._item("reply")
        said: Events = (
            SpeechBegan(item, max(0, start_ms - _BEFORE_MS)),
            SpeechEnded(item, end_ms),
            Committed(item),
            HeardWords(item, self._heard.strip(), is_final=True, usage=usage),
        )
        ended = ReplyEnded(response, (self._item("item"),), ReplyStatus.COMPLETED, usage)
        began: Events = () if self._is_answered else (ReplyBegan(response),)
        self._heard, self._is_answered, self._span = "", False, None
        return (*said, *began, ended)

    def _said(self, event: Json) -> Events:
        text, at_ms = text_at(event, "delta"), count_at(event, "elapsed_ms")
        if text is None:
            return ()
        ended = self.finish() if self._is_new_turn(at_ms) else ()
        self._begin()
        at_ms = self._latest_ms if at_ms is None else at_ms
        self._span = (self._span[0] if self._span else at_ms, at_ms)
        self._latest_ms = max(self._latest_ms, at_ms)
        self._heard += text
        return (*ended, HeardWords(self._item("said"), text, is_final=False))

    def _translated(self, event: Json) -> Events:
        text = text_at(event, "delta")
        self._latest_ms = max(self._latest_ms, count_at(event, "elapsed_ms") or 0)
        return (*self._answer(), WordPiece(self._item("item"), text)) if text else ()

    def _sound(self, event: Json) -> Events:
        try:
            pcm16 = decoded(text_at(event, "delta"))
        except ReplyUnusable:  # one piece that nobody can read
            return ()
        return (*self._answer(), SoundPiece(self._item("item"), pcm16)) if pcm16 else ()

    def _answer(self) -> Events:
        self._begin()
        began: Events = () if self._is_answered else (ReplyBegan(self._item("reply")),)
        self._is_answered = True
        return began

    def _begin(self) -> None:
        if not self._heard and not self._is_answered:
            self._number += 1

    def _is_new_turn(self, at_ms: int | None) -> bool:
        return self._is_answered and at_ms is not None and at_ms - self._latest_ms >= _QUIET_MS

    def _usage(self) -> Usage:
        sent_ms = self._sent_ms()
        since_ms, self._billed_ms = sent_ms - self._billed_ms, sent_ms
        return Usage(input_seconds=Decimal(since_ms) / 1000)

    def _item(self, kind: str) -> str:
        return f"{kind}_{self._number}"


class TranslationSession(Session):
    """An open translation: the same as any session, without anything that has to do with turns."""

    def __init__(
        self, connection: AsyncTranslationsConnection, endpoint: Endpoint, setup: LiveSetup, log: WireLog | None = None
    ) -> None:
        super().__init__(connection, endpoint, setup, log)
        self._n_bytes = 0
        self._translated = TranslationFold(lambda: self._n_bytes // _BYTES_PER_MS, self._fold)

    async def begin(self) -> None:
        """Say into which language."""
        listening = {
            "transcription": {"model": self._endpoint.name_on_wire(self._setup.transcribe_model or TRANSCRIBER)}
        }
        audio = {"input": listening, "output": {"language": self._setup.into or "en"}}
        await self._send({"type": "session.update", "session": {"audio": audio}})

    async def send_sound(self, pcm16: bytes) -> None:
        """Pass on what the microphone hears."""
        if pcm16:
            self._n_bytes += len(pcm16)
            await self._send({"type": "session.input_audio_buffer.append", "audio": base64.b64encode(pcm16).decode()})

    async def update(self, setup: LiveSetup) -> None:
        """Translate into another language from now on."""
        self._setup = setup
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
