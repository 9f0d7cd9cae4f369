"""What the microphone hears: waiting to be sent, and remembered until it is known what of it was a turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from audiokit.converse.live.seam import BYTES_PER_MS

__all__ = ["MAX_WAITING_MS", "Microphone", "Tape"]

MAX_WAITING_MS = 5_000
"""The oldest sound is given up beyond that: what is said now matters more than what was said then."""

_FRAME_BYTES = 2


class Microphone:
    """Sound on its way to the provider. ``n_dropped_ms`` counts what was given up, and ``on_dropped`` hears of it.

    While it is muted it gives silence: whoever listens for the end of a turn would wait for ever for sound.
    """

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._n_bytes = 0
        self._dropped_bytes = 0
        self._arrived = asyncio.Event()
        self.is_muted = False
        self.on_dropped: Callable[[bytes], None] = _nobody

    @property
    def n_dropped_ms(self) -> int:
        """How much was given up so far."""
        return self._dropped_bytes // BYTES_PER_MS

    @property
    def waiting_ms(self) -> int:
        """How much waits."""
        return self._n_bytes // BYTES_PER_MS

    def put(self, pcm16: bytes) -> None:
        """Add what was heard; half a frame at the end is left out."""
        whole = pcm16[: len(pcm16) // _FRAME_BYTES * _FRAME_BYTES]
        if not whole:
            return
        self._waiting.append(bytes(len(whole)) if self.is_muted else whole)
        self._n_bytes += len(whole)
        while self._n_bytes > MAX_WAITING_MS * BYTES_PER_MS and len(self._waiting) > 1:
            lost = self._waiting.popleft()
            self._n_bytes -= len(lost)
            self._dropped_bytes += len(lost)
            self.on_dropped(lost)
        self._arrived.set()

    async def take(self) -> bytes:
        """Return all that waits, at least something."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        taken = b"".join(self._waiting)
        self.empty()
        return taken

    def empty(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._n_bytes = 0


def _nobody(_: bytes) -> None:
    pass


class _Piece(NamedTuple):
    start: int
    pcm16: bytes
    at: float


class Tape:
    """The sound that was sent in one session, by its place in it: providers name turns by milliseconds since its start.

    It keeps ten minutes at most; what nobody will ask for again is let go with :meth:`forget_before`.
    """

    def __init__(self, longest_ms: int = 600_000) -> None:
        self._pieces: deque[_Piece] = deque()
        self._longest = longest_ms * BYTES_PER_MS
        self._n_bytes = 0

    @property
    def ms(self) -> int:
        """How much was sent."""
        return self._n_bytes // BYTES_PER_MS

    def add(self, pcm16: bytes, at: float) -> None:
        """Remember what was sent, and when on some clock."""
        self._pieces.append(_Piece(self._n_bytes, pcm16, at))
        self._n_bytes += len(pcm16)
        self._forget(self._n_bytes - self._longest)

    def cut(self, start_ms: int, end_ms: int) -> bytes:
        """Return the sound between two places, as far as it is remembered."""
        start, end = max(0, start_ms) * BYTES_PER_MS, max(0, end_ms) * BYTES_PER_MS
        cuts = (
            piece.pcm16[max(0, start - piece.start) : max(0, end - piece.start)]
            for piece in self._pieces
            if piece.start < end and piece.start + len(piece.pcm16) > start
        )
        return b"".join(cuts)

    def sent_at(self, ms: int) -> float | None:
        """Return when the sound at a place was sent; None where that is forgotten."""
        place = ms * BYTES_PER_MS
        return next((p.at for p in reversed(self._pieces) if p.start <= place), None)

    def forget_before(self, ms: int) -> None:
        """Let go of what lies before a place."""
        self._forget(ms * BYTES_PER_MS)

    def _forget(self, before: int) -> None:
        while self._pieces and self._pieces[0].start + len(self._pieces[0].pcm16) <= before:
            self._pieces.popleft()
