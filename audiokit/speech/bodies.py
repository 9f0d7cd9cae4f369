"""Requests as the bodies of OpenAI's HTTP calls, with every known quirk of the models in one place. Pure functions.

Sources: the recorded traffic and the API reference, as of 2026-11-21.
"""

from __future__ import annotations

import base64
from typing import Any

from audiokit.speech.requests import Converse, Heard, InputFormat, ModelTurn, PersonTurn, Speak, Tool, Transcribe, Turn

__all__ = ["chat_body", "file_part", "speech_body", "transcription_body"]

# gpt-audio-1.5 answers 500 "model produced invalid content" to a message of sound alone (seen 2026-07-14).
_NEEDS_WORDS_BESIDE_SOUND = ("gpt-audio-1.5",)
_WORDS_BESIDE_SOUND = "Answer what I say in this recording."
_MEDIA_TYPES = {InputFormat.WAV: "audio/wav", InputFormat.MP3: "audio/mpeg"}
# Speech models that take no `instructions`.
_SPEAKS_PLAINLY = ("tts-1",)


def chat_body(request: Converse, *, streamed: bool) -> dict[str, Any]:
    """Return the body for ``/chat/completions``.

    Sound that is streamed must be pcm16 (400 ``unsupported_value`` else); whole replies come as WAV.
    """
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.instructions},
            *(_message(turn, request.model) for turn in request.turns),
        ],
        "max_completion_tokens": request.max_completion_tokens,
    }
    if request.voice is not None:
        body["modalities"] = ["text", "audio"]
        body["audio"] = {"voice": request.voice, "format": "pcm16" if streamed else "wav"}
    elif request.listens:
        body["modalities"] = ["text"]
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.forced_tool is not None:
        body |= _forced(request.forced_tool)
    if streamed:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def transcription_body(request: Transcribe) -> dict[str, Any]:
    """Return the form fields for ``/audio/transcriptions``, without the file."""
    fields: dict[str, Any] = {"model": request.model, "response_format": "json"}
    if request.language is not None:
        fields["language"] = request.language
    return fields


def speech_body(request: Speak) -> dict[str, Any]:
    """Return the body for ``/audio/speech``."""
    body: dict[str, Any] = {
        "model": request.model,
        "input": request.text,
        "voice": request.voice,
        "response_format": "wav",
    }
    if request.speed != 1.0:
        body["speed"] = request.speed
    if request.instructions and not request.model.startswith(_SPEAKS_PLAINLY):
        body["instructions"] = request.instructions
    return body


def file_part(sound: Heard) -> tuple[str, bytes, str]:
    """Return name, bytes and type for a multipart upload: the *name's* ending decides how it is read."""
    return f"recording.{sound.format.value}", sound.data, _MEDIA_TYPES[sound.format]


def _message(turn: Turn, model: str) -> dict[str, Any]:
    if isinstance(turn, ModelTurn):
        spoken = {"audio": {"id": turn.audio_id}} if turn.audio_id else {"content": turn.words}
        return {"role": "assistant", **spoken}
    return {"role": "user", "content": _content(turn, model)}


def _content(turn: PersonTurn, model: str) -> str | list[dict[str, Any]]:
    """Sound first, words after: the other way round, models answer the speech and forget the instruction."""
    if turn.sound is None:
        return turn.words or ""
    words = turn.words or (_WORDS_BESIDE_SOUND if model.startswith(_NEEDS_WORDS_BESIDE_SOUND) else None)
    data = base64.b64encode(turn.sound.data).decode("ascii")
    parts: list[dict[str, Any]] = [
        {"type": "input_audio", "input_audio": {"data": data, "format": turn.sound.format.value}}
    ]
    return [*parts, {"type": "text", "text": words}] if words else parts


def _forced(tool: Tool) -> dict[str, Any]:
    """Audio models refuse ``response_format``; one forced strict function call is the way to structured answers."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        "strict": tool.strict,
    }
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": tool.name}},
    }
