"""What a live session reports of its usage, as counts that can be priced."""

from __future__ import annotations

from audiokit.catalog.prices import Usage
from audiokit.speech.fields import Json, count_at, object_at
from audiokit.speech.wire import transcription_reply

__all__ = ["response_usage", "transcription_usage"]


def response_usage(usage: Json) -> Usage | None:
    """Read ``usage`` of ``response.done``; what is missing is unknown, not zero.

    Cached input is told apart by kind, as only Realtime does. What the output has beside sound is priced as text,
    also where the model thought before it spoke.
    """
    if not usage:
        return None
    into, out = object_at(usage, "input_token_details"), object_at(usage, "output_token_details")
    cached = object_at(into, "cached_tokens_details")
    audio_out = count_at(out, "audio_tokens")
    return Usage(
        text_in_tokens=count_at(into, "text_tokens"),
        audio_in_tokens=count_at(into, "audio_tokens"),
        cached_in_tokens=count_at(into, "cached_tokens"),
        cached_text_in_tokens=count_at(cached, "text_tokens"),
        cached_audio_in_tokens=count_at(cached, "audio_tokens"),
        text_out_tokens=_text_out(count_at(usage, "output_tokens"), count_at(out, "text_tokens"), audio_out),
        audio_out_tokens=audio_out,
    )


def transcription_usage(usage: Json) -> Usage | None:
    """Read ``usage`` of a written-down turn, which has the same shape as that of a transcription over HTTP."""
    return transcription_reply({"text": "", "usage": usage}).usage


def _text_out(total: int | None, text: int | None, audio: int | None) -> int | None:
    if total is None or audio is None or audio > total:
        return text
    return total - audio
