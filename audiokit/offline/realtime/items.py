"""Items of a conversation: what was said, called and given back. Values that know how they stand on the wire."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from audiokit.offline.counting import (
    call_tokens,
    heard_tokens,
    message_tokens,
    spoken_text_tokens,
    spoken_tokens,
    text_tokens,
)
from audiokit.offline.hear import Heard
from audiokit.offline.messages import Message
from audiokit.offline.realtime.microphone import BYTES_PER_MS
from audiokit.offline.tools import Call

__all__ = ["CallItem", "Item", "ResultItem", "Said", "Sound", "Spoken", "Words"]

_AFTER_WORDS = 2  # tokens that a written answer counts beside them, as recorded


@dataclass(frozen=True, slots=True)
class Words:
    """A part of a message that was typed, or written by the model."""

    text: str


@dataclass(slots=True, eq=False)
class Sound:
    """A part that a person spoke. ``heard`` is None until it was listened to; PCM16 of 24 kHz mono.

    ``transcript`` is what its author says it is; what was heard is told only where a transcription was asked for.
    """

    pcm16: bytes
    transcript: str | None = None
    heard: Heard | None = None
    duration_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.duration_s = len(self.pcm16) / BYTES_PER_MS / 1_000

    def forget(self) -> None:
        """Keep only what was heard, if it was listened to."""
        if self.heard is not None:
            self.pcm16 = b""


@dataclass(slots=True, eq=False)
class Spoken:
    """A part that the engine spoke, clause by clause: the words of each and how much sound of it was sent."""

    clauses: list[tuple[str, int]] = field(default_factory=list)
    pcm16: bytearray = field(default_factory=bytearray)
    is_cut: bool = False

    @property
    def size_bytes(self) -> int:
        """How much sound of it was sent."""
        return sum(n_bytes for _, n_bytes in self.clauses)

    @property
    def transcript(self) -> str:
        """The words; there are none any more once the sound was cut."""
        return "" if self.is_cut else "".join(text for text, _ in self.clauses)

    @property
    def duration_ms(self) -> int:
        """How much was sent."""
        return self.size_bytes // BYTES_PER_MS

    def forget(self) -> None:
        """Keep only the words."""
        self.pcm16.clear()

    def cut(self, end_ms: int) -> None:
        """Keep what was heard of it, in sound and, by proportion, in words."""
        kept = list[tuple[str, int]]()
        left = end_ms * BYTES_PER_MS
        for text, n_bytes in self.clauses:
            share = min(1.0, left / n_bytes) if n_bytes else float(left > 0)
            words = text.split(" ")
            kept.append((" ".join(words[: round(share * len(words))]), min(left, n_bytes)))
            left = max(0, left - n_bytes)
        self.clauses, self.is_cut = kept, True
        del self.pcm16[end_ms * BYTES_PER_MS :]

    @property
    def remembered(self) -> str:
        """The words that can have been heard."""
        return "".join(text for text, _ in self.clauses)


@dataclass(slots=True, eq=False)
class Said:
    """A message of any role."""

    id: str
    role: str
    content: list[Words | Sound | Spoken] = field(default_factory=list)
    status: str = "completed"

    @property
    def _made(self) -> list[Words | Spoken]:
        return [part for part in self.content if not isinstance(part, Sound)]

    @property
    def sounds(self) -> list[Sound]:
        """What a person spoke of it."""
        return [part for part in self.content if isinstance(part, Sound)]

    def forget_sound(self) -> None:
        """Keep only what was heard and said in it."""
        for part in self.content:
            if not isinstance(part, Words):
                part.forget()

    def on_wire(self, *, with_sound: bool = False) -> dict[str, Any]:
        """Return the item; its sound is told only to who retrieves it."""
        content = [_part(part, self.role, with_sound=with_sound) for part in self.content]
        return {"id": self.id, "type": "message", "status": self.status, "role": self.role, "content": content}

    def message(self) -> Message:
        """Return it as the engine thinks of it."""
        texts = [part.text if isinstance(part, Words) else part.remembered for part in self._made]
        heard = tuple(sound.heard for sound in self.sounds if sound.heard is not None)
        return Message(role=self.role, text=" ".join(texts), heard=heard)

    def tokens(self) -> tuple[int, int]:
        """Return what it counts in a prompt: tokens of text and of sound, the engine's own at its own rate."""
        texts = [part.text if isinstance(part, Words) else part.transcript for part in self._made]
        sounds = sum(heard_tokens(sound.duration_s) for sound in self.sounds)
        sounds += sum(spoken_tokens(part.size_bytes) for part in self.content if isinstance(part, Spoken))
        return message_tokens(" ".join(texts), n_sounds=len(self.sounds)), sounds

    def made_tokens(self) -> tuple[int, int]:
        """Return what it counts as an answer: tokens of text and of sound."""
        text = audio = 0
        for part in self._made:
            if isinstance(part, Words):
                text += text_tokens(part.text) + _AFTER_WORDS
            elif part.clauses:
                text += spoken_text_tokens(part.remembered)
                audio += spoken_tokens(part.size_bytes)
        return text, audio


@dataclass(slots=True, eq=False)
class CallItem:
    """A function that the model called."""

    id: str
    call: Call
    status: str = "completed"

    def on_wire(self, *, with_sound: bool = False) -> dict[str, Any]:  # noqa: ARG002 - every item is asked alike
        """Return the item."""
        call = self.call
        told = {"name": call.name, "call_id": call.id, "arguments": call.arguments}
        return {"id": self.id, "type": "function_call", "status": self.status, **told}

    def message(self) -> Message:
        """Return it as the engine thinks of it."""
        return Message(role="assistant", calls=(self.call,))

    def tokens(self) -> tuple[int, int]:
        """Return what it counts in a prompt."""
        return message_tokens("") + call_tokens([self.call]), 0

    def made_tokens(self) -> tuple[int, int]:
        """Return what it counts as an answer."""
        return call_tokens([self.call]), 0


@dataclass(slots=True, eq=False)
class ResultItem:
    """What a function gave back."""

    id: str
    call_id: str
    output: str

    def on_wire(self, *, with_sound: bool = False) -> dict[str, Any]:  # noqa: ARG002 - every item is asked alike
        """Return the item, which alone has no status."""
        return {"id": self.id, "type": "function_call_output", "call_id": self.call_id, "output": self.output}

    def message(self) -> Message:
        """Return it as the engine thinks of it."""
        return Message(role="tool", text=self.output, answers=self.call_id)

    def tokens(self) -> tuple[int, int]:
        """Return what it counts in a prompt."""
        return message_tokens("") + text_tokens(self.output), 0


Item = Said | CallItem | ResultItem


def _part(part: Words | Sound | Spoken, role: str, *, with_sound: bool) -> dict[str, Any]:
    if isinstance(part, Words):
        return {"type": "output_text" if role == "assistant" else "input_text", "text": part.text}
    if isinstance(part, Sound):
        told = {"type": "input_audio", "transcript": part.transcript}
    else:
        told = {"type": "output_audio", "transcript": None if part.is_cut else part.transcript}
    return told | ({"audio": base64.b64encode(part.pcm16).decode()} if with_sound else {})
