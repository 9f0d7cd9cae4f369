"""The engine itself: it hears, thinks a little, and speaks. No web in here; :mod:`audiokit.offline.server` is that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from types import TracebackType
from typing import Self

from audiokit.audio.clip import Clip
from audiokit.errors import NotConfigured
from audiokit.offline.hear import Ear, Heard, Utterance
from audiokit.offline.messages import Message, Thought
from audiokit.offline.speak import Mouth, Spoken
from audiokit.offline.think import think
from audiokit.offline.voices import DEFAULT_VOICE
from audiokit.process.worker import Worker

__all__ = ["Capabilities", "Engine", "Heard", "Message", "Spoken", "Thought"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What works on this machine, and a sentence for each thing that does not."""

    can_hear: bool
    can_speak: bool
    why_not: tuple[str, ...] = ()


def _here() -> datetime:
    return datetime.now().astimezone()


class Engine:
    """Speaks and listens on this machine, in two worker processes that start when they are first needed.

    Usable from any thread. Close it, or let it go; its processes end with it.
    """

    def __init__(self, *, now: Callable[[], datetime] = _here) -> None:
        self._ear, self._mouth, self.now = Ear(), Mouth(), now

    def hear(self, sound: Clip | bytes) -> Heard:
        """Return the words in a clip of any rate, or in PCM16 of 16 kHz mono. The same sound is recognised once.

        Raises:
            NotConfigured: this machine cannot hear; :meth:`capabilities` says why.
            ProviderError: the recogniser failed.
        """
        return self._ear.hear(sound)

    def listen(self, sound: Clip | bytes) -> Iterator[Utterance]:
        """Yield the words utterance by utterance while they are recognised; errors as in :meth:`hear`."""
        return self._ear.listen(sound)

    def think(self, messages: Sequence[Message]) -> Thought:
        """Return what to answer to the last of ``messages``, of which there is at least one."""
        return think(messages, self.now())

    def speak(self, text: str, voice: str = DEFAULT_VOICE, speed: float = 1.0) -> Iterator[bytes]:
        """Yield ``text`` spoken: PCM16 of 24 kHz mono, in pieces of whole audio tokens (2400 bytes, 50 ms).

        Raises:
            NotConfigured: this machine cannot speak; :meth:`capabilities` says why.
            UnsupportedFormat: there is no such voice.
            ProviderError: the synthesiser failed.
        """
        return (spoken.pcm16 for spoken in self.say(text, voice, speed) if spoken.pcm16)

    def say(self, text: str, voice: str = DEFAULT_VOICE, speed: float = 1.0, language: str = "en") -> Iterator[Spoken]:
        """Yield the same as :meth:`speak` with the text of each piece, in a language that it is translated into."""
        return self._mouth.say(text, voice, speed, language)

    def capabilities(self) -> Capabilities:
        """Return what works here, as far as is known: a library that will not load is known once it was tried."""
        no_ear = _why_not(self._ear.worker, "pocketsphinx")
        no_mouth = _why_not(self._mouth.worker, "espeakng_loader")
        reasons = tuple(filter(None, [no_ear, no_mouth]))
        return Capabilities(can_hear=no_ear is None, can_speak=no_mouth is None, why_not=reasons)

    def warm(self) -> None:
        """Start what can be started, so that the first question need not wait for it (about half a second)."""
        for worker in (self._mouth.worker, self._ear.worker):
            with suppress(NotConfigured):  # capabilities() tells
                worker.warm()

    def close(self) -> None:
        """End the worker processes; a question that is under way fails."""
        self._mouth.worker.close()
        self._ear.worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _why_not(worker: Worker, module: str) -> str | None:
    if worker.why_not is not None:
        return worker.why_not
    if find_spec(module) is not None:
        return None
    reason = f"{module} is not installed, or has no wheel for this Python"
    return f"{worker.says.missing.format(reason=reason)} Install audiokit[offline] on Python 3.11, 3.12 or 3.13."
