"""A streamed chat completion, chunk by chunk, as events and at last as a reply. No socket.

What real streams look like (12 recorded, 2025 and 2026), against the published description: two chunks of three have no
``choices`` at all; ``finish_reason`` never becomes ``stop``; usage comes before the last chunk; and the last chunk says
only when the audio expires. A stream that was cut looks like one that ended, but for that last chunk. Where functions
are called instead, no audio expires: what ends such a stream is its count of tokens.
"""

from __future__ import annotations

from audiokit.audio.wav import wav_header
from audiokit.catalog.prices import Usage
from audiokit.speech.calls import Calls
from audiokit.speech.fields import Json, count_at, first_at, object_at, objects_at, text_at
from audiokit.speech.replies import Ending, Event, Reply, SoundPiece, WordPiece
from audiokit.speech.wire import BYTES_PER_SECOND, chat_usage, decoded, ending, expiry, usable

__all__ = ["ChatStream"]


class ChatStream:
    """Collects the chunks of one streamed completion."""

    def __init__(self, *, wants_sound: bool, listened: bool = True) -> None:
        self._wants_sound = wants_sound
        self._silent = not (wants_sound or listened)
        self._pcm16 = bytearray()
        self._spoken: list[str] = []
        self._written: list[str] = []
        self._refusal: list[str] = []
        self._calls = Calls()
        self._counted = False
        self._audio_id: str | None = None
        self._expires_at: int | None = None
        self._finish_reason: str | None = None
        self._model: str | None = None
        self._usage: Usage | None = None

    def feed(self, chunk: Json) -> list[Event]:
        """Take one chunk and return what is new in it: words first, then sound.

        Raises:
            ReplyUnusable: the sound in it cannot be read.
        """
        self._model = text_at(chunk, "model") or self._model
        self._usage = chat_usage(object_at(chunk, "usage"), silent=self._silent) or self._usage
        self._counted = self._counted or (chunk.get("choices") == [] and bool(object_at(chunk, "usage")))
        choice = first_at(chunk, "choices")
        self._finish_reason = text_at(choice, "finish_reason") or self._finish_reason
        return self._take(object_at(choice, "delta"))

    def broke(self) -> bool:
        """Whether the stream, now over, was cut: no reason to finish and nothing else that comes last."""
        ended = self._expires_at is not None or (self._counted and bool(self._calls.found()))
        return self._finish_reason is None and not ended

    def reply(self) -> Reply:
        """Return the whole reply, now that the stream is over.

        Raises:
            EmptyReply, WithheldReply: there is nothing in it; ``error.reply`` is what was billed.
        """
        sound = bytes(self._pcm16[: len(self._pcm16) // 2 * 2])
        refusal, calls = "".join(self._refusal) or None, self._calls.found()
        how = ending(self._finish_reason, refusal=refusal, unheard=self._wants_sound and not sound and not calls)
        reply = Reply(
            words="".join(self._spoken or self._written or self._refusal),
            ending=Ending.CUT if self.broke() else how,
            sound=wav_header(len(sound)) + sound if sound else None,
            sound_duration_s=len(sound) / BYTES_PER_SECOND if sound else None,
            audio_id=self._audio_id,
            audio_expires_at=expiry(self._expires_at),
            tool_calls=calls,
            model=self._model,
            usage=self._usage,
        )
        return usable(reply, self._finish_reason)

    def _take(self, delta: Json) -> list[Event]:
        audio = object_at(delta, "audio")
        self._audio_id = text_at(audio, "id") or self._audio_id
        self._expires_at = count_at(audio, "expires_at") or self._expires_at
        self._calls.take(objects_at(delta, "tool_calls"))
        events: list[Event] = []
        for text, kept in (
            (text_at(audio, "transcript"), self._spoken),
            (text_at(delta, "content"), self._written),
            (text_at(delta, "refusal"), self._refusal),
        ):
            if text:
                kept.append(text)
                events.append(WordPiece(text))
        # Each piece is base64 of its own: joined and decoded as one, everything after the first "=" is lost.
        if pcm16 := decoded(text_at(audio, "data")):
            self._pcm16 += pcm16
            events.append(SoundPiece(pcm16))
        return events
