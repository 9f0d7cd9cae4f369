"""Earlier spoken answers by their id, for an hour. Words and counts are kept, never the sound."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from audiokit.offline.refusals import Refused

__all__ = ["LIFETIME_S", "Remembered", "SpokenAnswers", "new_audio_id"]

LIFETIME_S = 3_600
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer that was spoken: what it said, what it would be billed as, and until when it is known."""

    transcript: str
    audio_tokens: int
    text_tokens: int
    expires_at: int


def new_audio_id(now_s: float) -> str:
    """Return ``audio_`` and 32 hexadecimal digits, of which the first eight are the time in seconds."""
    return f"audio_{int(now_s):08x}{secrets.token_hex(12)}"


class SpokenAnswers:
    """The answers of the last hour; usable from any thread. A restart forgets them, as the world's servers may."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._answers = OrderedDict[str, Remembered]()
        self._lock = threading.Lock()

    def remember(self, audio_id: str, answer: Remembered) -> None:
        """Keep an answer until it expires, or until ten thousand others came."""
        now_s = self.clock()
        with self._lock:
            self._answers[audio_id] = answer
            while self._answers and (len(self._answers) > _MOST or self._oldest.expires_at <= now_s):
                self._answers.popitem(last=False)

    @property
    def _oldest(self) -> Remembered:
        return next(iter(self._answers.values()))

    def recall(self, audio_id: str, *, message_index: int) -> Remembered:
        """Return an earlier answer.

        Raises:
            Refused: it is unknown or has expired; the client must send its words instead.
        """
        with self._lock:
            answer = self._answers.get(audio_id)
        if answer is None or self.clock() >= answer.expires_at:
            raise Refused(
                f"Assistant audio {audio_id} not found.",
                param=f"content.messages[{message_index}].audio.id",
                code="audio_not_found",
            )
        return answer
