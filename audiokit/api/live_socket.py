"""A person's end of a live session over one accepted WebSocket: sound as binary frames, control as JSON text.

To the browser, beside what the bridge sends: ``{"type":"item","item":ID}`` before the first piece of an item,
``{"type":"clear","n":N}``, and ``{"type":"ping","n":N,"round_trip_ms":MS|null}``. From it, beside what the bridge is
given: ``{"type":"pong","n":N}``, and with every ``played`` two fields that stay here: ``passed``, how many frames of
what we sent are over, heard or cleared, and ``clear``, the N that it answers.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from audiokit.converse.live.inbox import Inbox
from audiokit.converse.live.seam import BYTES_PER_MS, Played

__all__ = ["Limits", "SocketBrowser"]

_BYTES_PER_FRAME = 2
_CONTROL = frozenset({"start", "stop", "mute", "played", "dropped", "say", "bye"})
_REASON_BYTES = 123  # RFC 6455, 5.5: a close frame holds 125, two of them the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may come, wait and be silent."""

    max_sound_bytes: int = 32 * 1024  # 0.7 s in one frame
    max_text_bytes: int = 16 * 1024
    max_waiting: int = 150  # frames that nobody has taken yet: 6 s of the browser's 40 ms
    max_ahead_s: float = 4.0  # how far sound is sent ahead of the ear; more would hold up a clear on a slow line
    piece_bytes: int = 100 * BYTES_PER_MS
    answer_s: float = 1.0  # for a clear
    ping_s: float = 5.0
    silent_s: float = 15.0
    grace_s: float = 5.0  # for a bridge to end by itself when the person has gone


class SocketBrowser:
    """A WebSocket as a :class:`~audiokit.converse.live.seam.Browser`.

    Whoever has it runs :meth:`read` and :meth:`keep` beside the bridge. ``farewell`` is the code and the sentence to
    close with.
    """

    def __init__(self, socket: WebSocket, limits: Limits) -> None:
        self._socket, self._limits = socket, limits
        self._inbox = Inbox(limits.max_waiting)
        self._sending = asyncio.Lock()
        self._moved = asyncio.Event()  # something was played or cleared, or the person has gone
        self._item: str | None = None
        self._sent = self._passed = 0  # frames
        self._heard = Played(None, 0)
        self._clears = 0
        self._answers: dict[int, asyncio.Future[Played]] = {}
        self._last_at = time.monotonic()
        self._pinged: tuple[int, float] = (0, 0.0)
        self._round_trip_ms: float | None = None
        self._gone = False
        self.farewell = (1000, "")

    async def send_sound(self, item_id: str, pcm16: bytes) -> None:
        """Send it in pieces, none further ahead than allowed; drops what a clear has overtaken."""
        clears = self._clears
        for start in range(0, len(pcm16), self._limits.piece_bytes):
            await self._wait_for_room(clears)
            async with self._sending:
                if clears != self._clears or self._gone:
                    return
                await self._send_piece(item_id, pcm16[start : start + self._limits.piece_bytes])

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a control message; does nothing once the person has gone."""
        async with self._sending:
            await self._send_text(message)

    async def clear(self) -> Played:
        """Silence the browser; without an answer in time, what it told last stands."""
        self._clears += 1
        self._item = None
        answer = self._answers[self._clears] = asyncio.get_running_loop().create_future()
        self._moved.set()
        await self.send({"type": "clear", "n": self._clears})
        try:
            async with asyncio.timeout(self._limits.answer_s):
                return self._heard if self._gone else await answer
        except TimeoutError:
            return self._heard
        finally:
            self._answers = {n: other for n, other in self._answers.items() if other is not answer}

    async def incoming(self) -> AsyncIterator[bytes | Mapping[str, Any]]:
        """Yield what came, oldest first."""
        while (message := await self._inbox.take()) is not None:
            yield message

    async def read(self) -> None:
        """Take what comes, until the person has gone or sends what no page of ours does."""
        try:
            while not self._gone:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                self._last_at = time.monotonic()
                if not await self._take(message.get("bytes"), message.get("text")):
                    return
        finally:
            self.leave()

    async def keep(self) -> None:
        """Ask from time to time whether the person is there; return when nothing has come for too long."""
        while time.monotonic() - self._last_at < self._limits.silent_s:
            self._pinged = (self._pinged[0] + 1, time.monotonic())
            await self.send({"type": "ping", "n": self._pinged[0], "round_trip_ms": self._round_trip_ms})
            await asyncio.sleep(self._limits.ping_s)
        self.farewell = (4408, "Nothing came from the browser for a while.")

    def leave(self) -> None:
        """Treat the person as gone: nothing more comes in, and nothing waits any longer."""
        self._gone = True
        self._inbox.end()
        self._moved.set()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(self._heard)

    async def close(self) -> None:
        """Close with the farewell, if there is still somebody."""
        code, sentence = self.farewell
        reason = sentence.encode()[:_REASON_BYTES].decode(errors="ignore")
        async with self._sending:
            if self._is_open:
                try:
                    await self._socket.close(code, reason)
                except (RuntimeError, WebSocketDisconnect):  # gone between the question and the word
                    return

    @property
    def _is_open(self) -> bool:
        socket = self._socket
        return socket.client_state is socket.application_state is WebSocketState.CONNECTED

    async def _wait_for_room(self, clears: int) -> None:
        most = round(self._limits.max_ahead_s * 1000 * BYTES_PER_MS / _BYTES_PER_FRAME)
        while self._sent - self._passed >= most and clears == self._clears and not self._gone:
            self._moved.clear()
            await self._moved.wait()

    async def _send_piece(self, item_id: str, piece: bytes) -> None:
        if item_id != self._item:
            await self._send_text({"type": "item", "item": item_id})
            self._item = item_id
        self._sent += len(piece) // _BYTES_PER_FRAME
        await self._send_frame({"type": "websocket.send", "bytes": piece})

    async def _send_text(self, message: Mapping[str, Any]) -> None:
        text = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
        await self._send_frame({"type": "websocket.send", "text": text})

    async def _send_frame(self, frame: dict[str, Any]) -> None:
        if not self._is_open:
            return
        try:
            await self._socket.send(frame)
        except WebSocketDisconnect:
            self.leave()

    async def _take(self, sound: bytes | None, text: str | None) -> bool:
        """Take one frame; return whether more may come."""
        if sound is not None:
            return self._take_sound(sound)
        if text is None or len(text.encode()) > self._limits.max_text_bytes:
            return self._refuse(1009, "That message was too long.")
        try:
            message = json.loads(text)
            kind = str(message["type"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return self._refuse(4400, "That was no message of ours.")
        return self._take_control(kind, message)

    def _take_sound(self, sound: bytes) -> bool:
        if len(sound) > self._limits.max_sound_bytes:
            return self._refuse(1009, "That piece of sound was too long.")
        if len(sound) % _BYTES_PER_FRAME:
            return self._refuse(4400, "That was no sound of ours.")
        self._inbox.put_sound(sound)
        return True

    def _take_control(self, kind: str, message: dict[str, Any]) -> bool:
        if kind == "pong":
            self._learn_round_trip(message.get("n"))
        elif kind == "played":
            self._learn_played(message)
        elif kind not in _CONTROL:
            return self._refuse(4400, "That was no message of ours.")
        if kind != "pong" and not self._inbox.put_control(message):
            return self._refuse(4400, "There were too many messages at once.")
        return kind != "bye"

    def _refuse(self, code: int, sentence: str) -> bool:
        self.farewell = (code, sentence)
        return False

    def _learn_round_trip(self, n: object) -> None:
        if n == self._pinged[0]:
            self._round_trip_ms = round((time.monotonic() - self._pinged[1]) * 1000, 1)

    def _learn_played(self, message: dict[str, Any]) -> None:
        item, ms, passed = message.get("item"), message.get("ms"), message.pop("passed", None)
        self._heard = Played(item if isinstance(item, str) else None, ms if isinstance(ms, int) else 0)
        if isinstance(passed, int):
            self._passed = max(self._passed, min(passed, self._sent))
        answer = self._answers.get(message.pop("clear", 0))
        if answer is not None and not answer.done():
            answer.set_result(self._heard)
        self._moved.set()
