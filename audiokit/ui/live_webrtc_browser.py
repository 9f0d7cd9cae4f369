"""A person's end of a live session over WebRTC: aiortc's frames on one side, PCM16 mono at 24 kHz on the other."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.resample import Resampler
from audiokit.audio.wav import to_pcm16
from audiokit.converse.live.inbox import Inbox
from audiokit.converse.live.seam import BYTES_PER_MS, Played

__all__ = ["SAMPLE_RATE_HZ", "LiveLine", "LiveView", "Source", "WebRtcBrowser"]

SAMPLE_RATE_HZ = 24_000

_PIECE_MS = 20  # aiortc's packets
_LEAD_MS = 60  # how far the track is fed ahead of time; what is in it is as good as heard
_MAX_QUEUED_MS = 4_000
_REPORT_MS = 100
_MAX_WAITING = 300  # pieces of 20 ms: 6 s


class Source(Protocol):
    """streamlit-webrtc's ``PcmAudioSource``, as far as it is used."""

    def push(self, pcm: bytes) -> None:
        """Play this after what was pushed before."""

    def clear(self) -> None:
        """Forget what was pushed and is not played."""


@dataclass(frozen=True, slots=True)
class LiveLine:
    """What one side says in one item, or a tool that is called."""

    who: str
    item: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveView:
    """What a page shows of a session now."""

    state: str = ""
    lines: tuple[LiveLine, ...] = ()
    cost_nanousd: int | None = None
    sentence: str = ""
    is_fatal: bool = False

    def after(self, message: Mapping[str, Any]) -> LiveView:
        """Return the view once a control message has come."""
        match message:
            case {"type": "state", "state": str(state)}:
                return replace(self, state=state)
            case {"type": "words", "who": str(who), "item": str(item), "text": str(text)}:
                return replace(self, lines=self._with(who, item, text, is_final=message.get("final") is True))
            case {"type": "tool", "name": str(name), "failed": bool(failed)}:
                outcome = f"{name}: {'did not work' if failed else 'done'}"
                return replace(self, lines=(*self.lines, LiveLine("tool", name, outcome)))
            case {"type": "cost", "nanousd": int(nanousd)}:
                return replace(self, cost_nanousd=nanousd)
            case {"type": "trouble", "sentence": str(sentence)}:
                return replace(self, sentence=sentence, is_fatal=message.get("fatal") is True)
        return self

    def _with(self, who: str, item: str, text: str, *, is_final: bool) -> tuple[LiveLine, ...]:
        said = next((line for line in self.lines if (line.who, line.item) == (who, item)), None)
        if said is None or not item:  # what was typed has no item
            return (*self.lines, LiveLine(who, item, text))
        now = replace(said, text=(text or said.text) if is_final else said.text + text)
        return tuple(now if line is said else line for line in self.lines)


class WebRtcBrowser:
    """WebRTC tracks as a :class:`~audiokit.converse.live.seam.Browser`; all of it runs on aiortc's event loop.

    Whoever has it runs :meth:`feed` beside the bridge. What was heard is known as far as the track: packets on their
    way, and the browser's own buffer of some 200 to 400 ms, are counted as heard.
    """

    def __init__(self, source: Source, clock: Callable[[], float] = time.monotonic) -> None:
        self.view = LiveView(state="connecting")
        self.gone = asyncio.Event()
        self._source, self._clock = source, clock
        self._began_at = clock()
        self._ended_at: float | None = None
        self._inbox = Inbox(_MAX_WAITING)
        self._queue: deque[tuple[str, bytes]] = deque()
        self._queued_bytes = 0
        self._changed = asyncio.Event()
        self._clears = 0
        self._item: str | None = None
        self._heard_ms = 0
        self._fed_until = 0.0  # by the clock: when the track will have played all it has
        self._resampler: tuple[int, Resampler] | None = None

    @property
    def duration_s(self) -> float:
        """How long it has lasted."""
        return (self._ended_at or self._clock()) - self._began_at

    def hear(self, frame: Any) -> None:
        """Take a frame (``av.AudioFrame``) of the microphone."""
        rate_hz = int(frame.sample_rate)
        if self._resampler is None or self._resampler[0] != rate_hz:
            self._resampler = (rate_hz, Resampler(rate_hz, SAMPLE_RATE_HZ))
        ready = self._resampler[1].add(Clip(_mono(frame), rate_hz))
        if ready.n_frames:
            self._inbox.put_sound(to_pcm16(ready))

    def leave(self) -> None:
        """Treat the person as gone."""
        self._ended_at = self._ended_at or self._clock()
        self.gone.set()
        self._changed.set()
        self._inbox.end()

    async def send_sound(self, item_id: str, pcm16: bytes) -> None:
        """Queue it in pieces; waits while too much is queued, and drops what a clear has overtaken."""
        clears = self._clears
        piece_bytes = _PIECE_MS * BYTES_PER_MS
        for start in range(0, len(pcm16), piece_bytes):
            while self._queued_bytes >= _MAX_QUEUED_MS * BYTES_PER_MS and clears == self._clears:
                if self.gone.is_set():
                    return
                self._changed.clear()
                await self._changed.wait()
            if clears != self._clears or self.gone.is_set():
                return
            piece = pcm16[start : start + piece_bytes]
            self._queue.append((item_id, piece))
            self._queued_bytes += len(piece)
            self._changed.set()

    async def send(self, message: Mapping[str, Any]) -> None:
        """Fold a control message into what the page shows."""
        self.view = self.view.after(message)

    async def clear(self) -> Played:
        """Forget what is queued, here and in the track; what the browser has, it still plays."""
        unheard_ms = max(0, round((self._fed_until - self._clock()) * 1000))
        heard = Played(self._item, max(0, self._heard_ms - unheard_ms))
        self._clears += 1
        self._queue.clear()
        self._source.clear()
        self._queued_bytes, self._fed_until = 0, 0.0
        self._item, self._heard_ms = None, 0
        self._changed.set()
        self._inbox.put_control({"type": "played", "item": heard.item_id, "ms": heard.ms})
        return heard

    async def incoming(self) -> AsyncIterator[bytes | Mapping[str, Any]]:
        """Yield what was heard, and how far the reply was played."""
        while (message := await self._inbox.take()) is not None:
            yield message

    async def feed(self) -> None:
        """Feed the track at the pace at which it is heard, until cancelled."""
        while True:
            while not self._queue:
                self._changed.clear()
                await self._changed.wait()
                if self.gone.is_set():
                    return
            ahead_ms = (self._fed_until - self._clock()) * 1000
            if ahead_ms > _LEAD_MS:
                await asyncio.sleep((ahead_ms - _LEAD_MS) / 1000)
            elif self._queue:
                self._push(*self._queue.popleft())

    def _push(self, item_id: str, piece: bytes) -> None:
        piece_ms = len(piece) // BYTES_PER_MS
        self._queued_bytes -= len(piece)
        self._source.push(piece)
        self._fed_until = max(self._fed_until, self._clock()) + len(piece) / BYTES_PER_MS / 1000
        before_ms = self._heard_ms if item_id == self._item else 0
        self._item, self._heard_ms = item_id, before_ms + piece_ms
        is_due = before_ms == 0 or before_ms // _REPORT_MS != self._heard_ms // _REPORT_MS or not self._queue
        if is_due:
            self._inbox.put_control({"type": "played", "item": item_id, "ms": self._heard_ms})
        self._changed.set()


def _mono(frame: Any) -> np.ndarray:
    """Return a frame's samples as float32 of shape (n, 1): the mean of its channels."""
    samples = frame.to_ndarray()
    n_channels = len(frame.layout.channels)
    by_frame = samples.T if frame.format.is_planar else samples.reshape(-1, n_channels)
    scale = 32768.0 if by_frame.dtype == np.int16 else 1.0
    mean: np.ndarray = (by_frame.astype(np.float32) / scale).mean(axis=1, keepdims=True, dtype=np.float32)
    return mean
