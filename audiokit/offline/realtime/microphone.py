"""What was sent of a microphone and is no turn yet. It knows where turns begin and end if it is told to listen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audiokit.offline.realtime.detector import WINDOW_BYTES, WINDOW_MS, Detector
from audiokit.offline.realtime.setup import TurnTaking
from audiokit.offline.refusals import Refused

__all__ = ["BYTES_PER_MS", "Microphone", "Started", "Stopped"]

BYTES_PER_MS = 48
_LEAST_MS = 100  # of a turn that is committed by hand
_KEPT_IN_SILENCE_MS = 10_000  # while nobody speaks and turns are listened for; before that it is forgotten
_MOST_MS = 1_200_000


@dataclass(frozen=True, slots=True)
class Started:
    """Speech began, ``at_ms`` after the first sound of the session; the padding is taken off."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """Speech is over, ``at_ms`` after the first sound of the session, the silence included."""

    at_ms: int
    pcm16: bytes


class Microphone:
    """PCM16 of 24 kHz mono as it comes in. Times count what was written to it, as OpenAI's do."""

    def __init__(self, turns: TurnTaking | None) -> None:
        self._sound = bytearray()
        self._first_byte = 0  # where in all that was written the kept sound begins
        self._looked_at = 0  # how far, in all that was written, the detector has listened
        self._began = 0
        self.listen_for(turns)

    def listen_for(self, turns: TurnTaking | None) -> None:
        """Detect turns as told; not at all with None, as push-to-talk wants it."""
        self.turns = turns
        if turns is None:
            self._detector = None
        elif (detector := getattr(self, "_detector", None)) is None:
            self._detector = Detector(threshold=turns.threshold, silence_ms=turns.silence_ms)
            self._looked_at = self._first_byte + len(self._sound)
        else:
            detector.set(threshold=turns.threshold, silence_ms=turns.silence_ms)

    @property
    def duration_ms(self) -> float:
        """How much is kept."""
        return len(self._sound) / BYTES_PER_MS

    def write(self, pcm16: bytes) -> Iterator[Started | Stopped]:
        """Add sound, and yield what happened in it. A turn that is over is taken out.

        Raises:
            Refused: more than twenty minutes wait to be committed.
        """
        if len(self._sound) + len(pcm16) > _MOST_MS * BYTES_PER_MS:
            raise Refused(
                "The input audio buffer is full. Commit it, or clear it.", param="audio", code="invalid_value"
            )
        self._sound += pcm16
        if self._detector is None or self.turns is None:
            return
        while self._looked_at + WINDOW_BYTES <= self._first_byte + len(self._sound):
            start = self._looked_at - self._first_byte
            found = self._detector.take(bytes(self._sound[start : start + WINDOW_BYTES]))
            self._looked_at += WINDOW_BYTES
            if found:
                yield self._started(self._detector.onset_windows, self.turns.prefix_padding_ms)
            elif found is False:
                yield self._stopped()
        if not self._detector.is_speech:
            self._forget(max(_KEPT_IN_SILENCE_MS, self.turns.prefix_padding_ms) * BYTES_PER_MS)

    @property
    def speaking_ms(self) -> float:
        """How long somebody has been speaking, the padding included; 0 where nobody is heard to."""
        is_speech = self._detector is not None and self._detector.is_speech
        return (self._looked_at - self._began) / BYTES_PER_MS if is_speech else 0.0

    def part(self) -> Stopped | None:
        """Take out what was said so far of a turn that goes on; None where nobody speaks."""
        if not self.speaking_ms:
            return None
        stopped, self._began = self._stopped(), self._looked_at
        return stopped

    def commit(self) -> bytes:
        """Take out everything there is.

        Raises:
            Refused: there is hardly anything.
        """
        if self.duration_ms < _LEAST_MS:
            message = (
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer "
                f"only has {self.duration_ms:.2f}ms of audio."
            )
            raise Refused(message, code="input_audio_buffer_commit_empty")
        return self._take(len(self._sound))

    def clear(self) -> None:
        """Throw away what there is."""
        self._take(len(self._sound))

    def _started(self, onset_windows: int, padding_ms: int) -> Started:
        onset = self._looked_at - onset_windows * WINDOW_BYTES
        self._began = max(self._first_byte, onset - padding_ms * BYTES_PER_MS)
        return Started(self._began // BYTES_PER_MS)

    def _stopped(self) -> Stopped:
        pcm16 = bytes(self._sound[self._began - self._first_byte : self._looked_at - self._first_byte])
        self._drop(self._looked_at - self._first_byte)
        return Stopped(self._looked_at // BYTES_PER_MS, pcm16)

    def _take(self, n_bytes: int) -> bytes:
        pcm16 = bytes(self._sound[:n_bytes])
        self._drop(n_bytes)
        self._looked_at = max(self._looked_at, self._first_byte)
        if self._detector is not None:
            self._detector.restart()
        return pcm16[: len(pcm16) // 2 * 2]

    def _forget(self, n_kept: int) -> None:
        if (n_old := len(self._sound) - n_kept) > WINDOW_BYTES * (1_000 // WINDOW_MS):
            self._drop(n_old // 2 * 2)

    def _drop(self, n_bytes: int) -> None:
        del self._sound[:n_bytes]
        self._first_byte += n_bytes
