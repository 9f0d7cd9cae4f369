"""A session that only translates: what it takes from a client, and what follows from it.

Sources: the SDK's types of openai-python 3.52, one recorded session, and what two public clients say of live ones: a
frame goes out for every frame that comes in, and is all zeros while there is nothing to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from audiokit.offline.engine import Engine
from audiokit.offline.fields import a_mapping
from audiokit.offline.realtime.answering import Room, Spawn
from audiokit.offline.realtime.frames import FRAME_BYTES, Frames
from audiokit.offline.realtime.interpreter import Interpreter, Stretch
from audiokit.offline.realtime.item_requests import pcm16_in
from audiokit.offline.realtime.microphone import BYTES_PER_MS, Microphone, Stopped
from audiokit.offline.realtime.pace import Rules
from audiokit.offline.realtime.setup import TurnTaking
from audiokit.offline.realtime.taking import Doing, take
from audiokit.offline.realtime.translation_setup import TranslationSetup, updated
from audiokit.offline.realtime.wire import Event, event, new_id
from audiokit.offline.refusals import Refused

__all__ = ["Translation"]

_PAUSES = TurnTaking(silence_duration_ms=400)
_LONGEST_MS = 10_000  # of speech without a pause, before what was said so far is translated


class Translation:
    """Takes a client's events, and tells its own to ``emit``, until it has told ``session.closed``.

    ``spawn`` starts what takes time, and ``room`` waits until what was told has left.
    """

    def __init__(
        self,
        model: str,
        engine: Engine,
        *,
        emit: Callable[[Event], None],
        spawn: Spawn,
        room: Room,
        rules: Rules,
        expires_at: int,
    ) -> None:
        self._setup = TranslationSetup(model=model)
        self._emit, self._spawn, self._room = emit, spawn, room
        self._id, self._expires_at = new_id("sess"), expires_at
        self._microphone, self._unframed = Microphone(_PAUSES), bytearray()
        self._frames = Frames(emit)
        self._beating: asyncio.Task[None] | None = None
        self._is_closing = False
        self._interpreter = Interpreter(
            engine, lambda: self._setup, self._frames, emit=emit, spawn=spawn, room=room, rules=rules
        )
        self._doing: Doing = {
            "session.update": self._update,
            "session.input_audio_buffer.append": self._append,
            "session.close": self._close,
        }
        emit(event("session.created", session=self._on_wire()))

    def take(self, text: str) -> None:
        """Do what one event of the client says; a refusal is told, and ends nothing."""
        take(text, self._doing, self._emit)

    def _on_wire(self) -> dict[str, Any]:
        return self._setup.on_wire(self._id, expires_at=self._expires_at)

    def _update(self, asked: Mapping[str, Any]) -> None:
        self._setup = updated(self._setup, a_mapping(asked.get("session"), "session"))
        self._emit(event("session.updated", session=self._on_wire()))

    def _append(self, asked: Mapping[str, Any]) -> None:
        self._unframed += pcm16_in(asked.get("audio"), "audio")
        while len(self._unframed) >= FRAME_BYTES:
            frame = bytes(self._unframed[:FRAME_BYTES])
            del self._unframed[:FRAME_BYTES]
            self._hear(frame)
            self._beat()

    def _close(self, _: Mapping[str, Any]) -> None:
        """Translate what is left, say it at once, and close."""
        self._is_closing, self._doing = True, dict.fromkeys(self._doing, _refuse)
        if self._unframed:
            self._hear(bytes(self._unframed))
        self._put(self._microphone.part())
        self._interpreter.finish()

    def _hear(self, frame: bytes) -> None:
        self._frames.hear()
        for happened in self._microphone.write(frame):
            if isinstance(happened, Stopped):
                self._put(happened)
        if self._microphone.speaking_ms >= _LONGEST_MS:
            self._put(self._microphone.part())

    def _put(self, said: Stopped | None) -> None:
        if said is not None:
            start_ms = said.at_ms - len(said.pcm16) // BYTES_PER_MS
            self._interpreter.put(Stretch(start_ms=start_ms, pcm16=said.pcm16))

    def _beat(self) -> None:
        """Tell that there is nothing to say; of a client that does not read, one such frame waits and no more."""
        if not self._interpreter.is_speaking and (self._beating is None or self._beating.done()):
            self._beating = self._spawn(self._silence())

    async def _silence(self) -> None:
        await self._room()
        if not self._interpreter.is_speaking and not self._is_closing:
            self._frames.be_silent()


def _refuse(_: Mapping[str, Any]) -> None:
    raise Refused("The session is closing. Open another one.", param="type", code="session_closing")
