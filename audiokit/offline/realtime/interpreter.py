"""Who hears a stretch of speech, says it in another language, and does not keep the next speaker waiting for it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from audiokit.errors import AudiokitError
from audiokit.offline.engine import Engine, Heard
from audiokit.offline.glossary import translate
from audiokit.offline.realtime.answering import Ears, Room, Spawn, next_spoken
from audiokit.offline.realtime.frames import FRAME_BYTES, FRAME_MS, Frames
from audiokit.offline.realtime.items import Sound
from audiokit.offline.realtime.pace import Pace, Rules
from audiokit.offline.realtime.translation_setup import TranslationSetup
from audiokit.offline.realtime.wire import Event, error, event
from audiokit.offline.refusals import as_refusal
from audiokit.offline.voices import DEFAULT_VOICE

__all__ = ["Interpreter", "Stretch"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech between two pauses, from ``start_ms`` of the session's sound on; PCM16 of 24 kHz mono."""

    start_ms: int
    pcm16: bytes


class Interpreter:
    """Takes stretches, and tells the words of both sides to ``emit`` and the sound of one to ``frames``.

    While one stretch is said the next is heard. After :meth:`finish` it says what is left, and closes the session.
    """

    def __init__(
        self,
        engine: Engine,
        setup: Callable[[], TranslationSetup],
        frames: Frames,
        *,
        emit: Callable[[Event], None],
        spawn: Spawn,
        room: Room,
        rules: Rules,
    ) -> None:
        self._engine, self._setup, self._ears = engine, setup, Ears(engine, spawn)
        self._frames, self._emit, self._room, self._rules = frames, emit, room, rules
        self._stretches = asyncio.Queue[Stretch | None]()
        self._texts = asyncio.Queue[str | None]()
        self._has_spoken = self._is_finishing = False
        self.is_speaking = False
        spawn(self._listen())
        spawn(self._speak())

    def put(self, stretch: Stretch) -> None:
        """Have it translated after what was put before."""
        self._stretches.put_nowait(stretch)

    def finish(self) -> None:
        """Say the rest as fast as it can be made, then close."""
        self._is_finishing = True
        self._stretches.put_nowait(None)

    async def _listen(self) -> None:
        while (stretch := await self._stretches.get()) is not None:
            try:
                heard = await self._ears.hear(Sound(stretch.pcm16))
            except AudiokitError as failure:
                self._emit(error(as_refusal(failure), None))
                continue
            self._tell(heard, stretch.start_ms)
            if heard.text:
                self._texts.put_nowait(heard.text)
        self._texts.put_nowait(None)

    def _tell(self, heard: Heard, start_ms: int) -> None:
        if self._setup().transcription is None:
            return
        for word in heard.words:
            ends_ms = math.ceil((start_ms + word.end_s * 1_000) / FRAME_MS) * FRAME_MS
            self._emit(event("session.input_transcript.delta", delta=f" {word.text}", elapsed_ms=ends_ms))

    async def _speak(self) -> None:
        while (text := await self._texts.get()) is not None:
            self.is_speaking = True
            try:
                await self._say(text)
            except AudiokitError as failure:
                self._emit(error(as_refusal(failure), None))
            self.is_speaking = False
        self._emit(event("session.closed"))

    async def _say(self, text: str) -> None:
        into, pace = self._setup().into, self._rules.interpreting_pace()
        spoken = self._engine.say(translate(text, into), DEFAULT_VOICE, language=into)
        n_frames, left = 0, b""
        try:
            while (clause := await next_spoken(spoken)) is not None:
                self._write(clause.text)
                left += clause.pcm16
                while len(left) >= FRAME_BYTES:
                    await self._send(left[:FRAME_BYTES], n_frames, pace)
                    n_frames, left = n_frames + 1, left[FRAME_BYTES:]
            if left:
                await self._send(left, n_frames, pace)
        finally:
            spoken.close()  # type: ignore[attr-defined]  # it is a generator, and holds the mouth

    def _write(self, text: str) -> None:
        """Tell the words of a clause before its sound; nobody knows where in it each of them will be."""
        for word in text.split():
            delta, self._has_spoken = f" {word}" if self._has_spoken else word, True
            self._emit(event("session.output_transcript.delta", delta=delta, elapsed_ms=self._frames.now_ms))

    async def _send(self, frame: bytes, number: int, pace: Pace) -> None:
        await self._room()
        if not self._is_finishing:
            await pace.wait_for(number * FRAME_MS / 1_000)
        self._frames.say(frame)
