"""What a person said, told in words beside the conversation, whenever it is heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audiokit.errors import AudiokitError
from audiokit.offline.realtime.answering import Ears
from audiokit.offline.realtime.items import Sound
from audiokit.offline.realtime.wire import Event, delta, event
from audiokit.offline.refusals import as_refusal
from audiokit.offline.transcript_formats import duration_usage, token_usage

__all__ = ["transcribe"]

_KIND = "conversation.item.input_audio_transcription"


async def transcribe(item_id: str, sound: Sound, model: str, ears: Ears, emit: Callable[[Event], None]) -> None:
    """Hear ``sound`` and tell its words, or that it cannot be heard; ``model`` decides what the bill counts."""
    at: dict[str, Any] = {"item_id": item_id, "content_index": 0}
    try:
        heard = await ears.hear(sound)
    except AudiokitError as error:
        refused = as_refusal(error)
        told = {"type": refused.kind, "code": refused.code, "message": refused.message, "param": None}
        emit(event(f"{_KIND}.failed", **at, error=told))
        return
    for word in heard.words:
        emit(delta(f"{_KIND}.delta", f" {word.text}", **at))
    sound.transcript = heard.text
    usage = token_usage(heard) if model.startswith("gpt-4o") else duration_usage(heard)
    emit(event(f"{_KIND}.completed", **at, transcript=heard.text, usage=usage))
