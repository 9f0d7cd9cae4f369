"""A spoken reply while it grows: one worker thread writes it, any number of listeners on any event loop follow it.

What becomes of it when it is finished (the clip, its price, its place in the conversation) is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from audiokit.errors import ReplyUnusable

__all__ = ["BYTES_PER_S", "MAX_DURATION_S", "MAX_WORDS_CHARS", "SAMPLE_RATE_HZ", "Growing"]

SAMPLE_RATE_HZ = 24_000
"""The rate of every growing reply: what OpenAI's audio models stream (PCM16, mono)."""

_BYTES_PER_FRAME = 2  # PCM16, mono
BYTES_PER_S = SAMPLE_RATE_HZ * _BYTES_PER_FRAME

MAX_DURATION_S = 30 * 60.0
"""The longest reply that is kept in memory while it grows: 86 MB."""

MAX_WORDS_CHARS = 200_000
"""About four hours of speech; more is a provider gone wrong."""

_PIECE_BYTES = 64 * 1024  # what a listener is given at once, so that one who comes late does not copy everything


class Growing:
    """A spoken reply, PCM16 mono at 24 kHz, that may still be growing. Safe to use from any thread.

    It ends once, by :meth:`end` or by :meth:`fail`; whichever comes first counts. Adding to a reply that has ended
    raises, which is also how a worker learns that the person has stopped it. What was added until then stays.
    """

    def __init__(self, *, max_duration_s: float = MAX_DURATION_S, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.Lock()
        self._sound = bytearray()
        self._words = ""
        self._ended = False
        self._failure: str | None = None
        self._first_sound_at: float | None = None
        self._max_bytes = int(max_duration_s * SAMPLE_RATE_HZ) * _BYTES_PER_FRAME
        self._max_duration_s = max_duration_s
        self._clock = clock
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def words(self) -> str:
        """What has been said so far."""
        return self._words

    @property
    def n_bytes(self) -> int:
        """How many bytes of whole frames there are."""
        return len(self._sound) // _BYTES_PER_FRAME * _BYTES_PER_FRAME

    @property
    def duration_s(self) -> float:
        """How long the sound lasts so far."""
        return self.n_bytes / BYTES_PER_S

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._ended

    @property
    def failure(self) -> str | None:
        """Why it ended early, as a sentence; ``None`` if it did not."""
        return self._failure

    @property
    def first_sound_at(self) -> float | None:
        """When the first sound was added, in seconds since the epoch; ``None`` if none was."""
        return self._first_sound_at

    def sound(self) -> bytes:
        """Return a copy of all whole frames so far."""
        with self._lock:
            return bytes(self._sound[: self.n_bytes])

    def add_sound(self, pcm16: bytes) -> None:
        """Append sound; a piece may end in the middle of a frame.

        Raises:
            ReplyUnusable: the reply has ended, or has now reached the longest that is kept. What fits is kept.
        """
        if not pcm16:
            return
        with self._lock:
            self._refuse_if_ended()
            if self._first_sound_at is None:
                self._first_sound_at = self._clock()
            self._sound += pcm16[: self._max_bytes - len(self._sound)]
            full = len(self._sound) >= self._max_bytes
        self._wake()
        if full:
            self._fail_and_raise(
                f"This reply was stopped at {self._max_duration_s / 60:g} minutes, the longest that can be played "
                "while it is spoken. Ask for a shorter one."
            )

    def add_words(self, text: str) -> None:
        """Append words.

        Raises:
            ReplyUnusable: the reply has ended, or has more words than anyone could say.
        """
        if not text:
            return
        with self._lock:
            self._refuse_if_ended()
            self._words += text[: MAX_WORDS_CHARS - len(self._words)]
            full = len(self._words) >= MAX_WORDS_CHARS
        self._wake()
        if full:
            self._fail_and_raise("This reply has more words than can be spoken. Ask for a shorter one.")

    def end(self) -> None:
        """Say that everything has come."""
        self._finish(None)

    def fail(self, sentence: str) -> None:
        """Say that no more will come, and why, in a sentence for the person."""
        self._finish(sentence)

    async def follow_sound(self, start: int = 0) -> AsyncIterator[bytes]:
        """Yield the sound from byte ``start`` on, as it comes, until the reply has ended."""
        with self._listening() as woken:
            while True:
                woken.clear()  # before looking: what is added after the look sets it again
                piece, over = self._sound_from(start)
                if piece:
                    start += len(piece)
                    yield piece
                elif over:
                    return
                else:
                    await woken.wait()

    async def follow_words(self, start: int = 0) -> AsyncIterator[str]:
        """Yield the words from character ``start`` on, as they come, until the reply has ended."""
        with self._listening() as woken:
            while True:
                woken.clear()
                piece, over = self._words_from(start)
                if piece:
                    start += len(piece)
                    yield piece
                elif over:
                    return
                else:
                    await woken.wait()

    def _sound_from(self, start: int) -> tuple[bytes, bool]:
        with self._lock:
            return bytes(self._sound[start : min(self.n_bytes, start + _PIECE_BYTES)]), self._ended

    def _words_from(self, start: int) -> tuple[str, bool]:
        with self._lock:
            return self._words[start:], self._ended

    def _refuse_if_ended(self) -> None:
        if self._ended:
            raise ReplyUnusable(self._failure or "This reply has ended; nothing can be added to it.")

    def _fail_and_raise(self, sentence: str) -> None:
        self.fail(sentence)
        raise ReplyUnusable(sentence)

    def _finish(self, failure: str | None) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended, self._failure = True, failure
        self._wake()

    @contextmanager
    def _listening(self) -> Iterator[asyncio.Event]:
        listener = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener[1]
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _wake(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for loop, event in listeners:
            try:
                loop.call_soon_threadsafe(event.set)
            except RuntimeError:  # that loop has been closed, and its listener with it
                with self._lock:
                    self._listeners.discard((loop, event))
