"""A chat completion in one piece."""

from __future__ import annotations

import base64
from typing import Any

from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import from_pcm16, wav_header
from audiokit.offline.audio_ids import LIFETIME_S, new_audio_id
from audiokit.offline.chat import Answer, Chat
from audiokit.offline.chat_shapes import Head, SpokenMessage, call_message, completion, spoken, written
from audiokit.offline.counting import call_tokens, text_tokens
from audiokit.offline.speak import SAMPLE_RATE_HZ

__all__ = ["sound_file", "whole"]


def whole(chat: Chat, answer: Answer) -> dict[str, Any]:
    """Return the answer as one JSON object.

    Raises:
        AudiokitError: the engine cannot speak.
    """
    now_s = chat.clock()
    head = Head.new(now_s, is_audio_model=answer.request.is_audio_model)
    if answer.calls:
        calls, reason = answer.calls_within_limit()
        return completion(head, call_message(calls), reason, answer.counts(text_out=call_tokens(calls)))
    if answer.request.voice is None:
        text, reason = answer.words_within_limit()
        return completion(head, written(text), reason, answer.counts(text_out=text_tokens(text)))
    audio_id, expires_at = new_audio_id(now_s), int(now_s) + LIFETIME_S
    pcm = b"".join(piece.pcm16 for piece in chat.say(answer, answer.request.voice))
    counts = chat.remember(audio_id, answer, n_bytes=len(pcm), expires_at=expires_at)
    data = base64.b64encode(sound_file(pcm, SoundFormat(answer.request.sound_format))).decode()
    message = SpokenMessage(audio_id=audio_id, data=data, expires_at=expires_at, transcript=answer.transcript())
    return completion(head, spoken(message), "length" if chat.is_cut(answer, len(pcm)) else "stop", counts)


def sound_file(pcm16: bytes, sound_format: SoundFormat) -> bytes:
    """Return PCM16 of 24 kHz mono as a file; a WAV says that it does not know its size, as OpenAI's do."""
    if sound_format is SoundFormat.PCM16:
        return pcm16
    if sound_format is SoundFormat.WAV:
        return wav_header(None) + pcm16
    return encode(from_pcm16(pcm16, SAMPLE_RATE_HZ), sound_format)
