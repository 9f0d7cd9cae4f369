"""Requests as the bodies of OpenAI's HTTP calls, with every known quirk of the models in one place. Pure functions.

Sources: the recorded traffic and the API reference, as of 2026-11-21.
"""

from __future__ import annotations

import base64
from typing import Any

from audiokit.speech.requests import (
    Converse,
    Heard,
    InputFormat,
    ModelTurn,
    PersonTurn,
    Speak,
    Telling,
    Tool,
    ToolCall,
    ToolResult,
    Transcribe,
    Turn,
)

__all__ = ["chat_body", "file_part", "speech_body", "transcription_body"]

# gpt-audio-1.5 answers 500 "model produced invalid content" to a message of sound alone (seen 2026-07-14).
_NEEDS_WORDS_BESIDE_SOUND = ("gpt-audio-1.5",)
_WORDS_BESIDE_SOUND = "Answer what I say in this recording."
_MEDIA_TYPES = {InputFormat.WAV: "audio/wav", InputFormat.MP3: "audio/mpeg"}
# Speech models that take no `instructions`.
_SPEAKS_PLAINLY = ("tts-1",)
# Speech models that are billed by token, and say how many only in a stream of events.
_COUNTS_IN_EVENTS = ("gpt-4o-mini-tts",)

_TELLING: dict[Telling, dict[str, Any]] = {
    Telling.WORDS: {"response_format": "json"},
    Telling.TIMES: {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]},
    Telling.SPEAKERS: {"response_format": "diarized_json"},
}
# In any format, these take no more than 30 s unless they are told how to cut it (API reference, checked 2026-11-21).
_CUTS_FIRST = ("gpt-4o-transcribe-diarize",)


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
    body |= _tools(request)
    if streamed:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def transcription_body(request: Transcribe) -> dict[str, Any]:
    """Return the form fields for ``/audio/transcriptions``, without the file."""
    fields: dict[str, Any] = {"model": request.model, **_TELLING[request.telling]}
    if request.language is not None:
        fields["language"] = request.language
    if request.model.startswith(_CUTS_FIRST):
        fields["chunking_strategy"] = "auto"
    if request.known_voices:
        fields["known_speaker_names"] = [voice.name for voice in request.known_voices]
        fields["known_speaker_references"] = [_data_url(voice.sound) for voice in request.known_voices]
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
    if request.model.startswith(_COUNTS_IN_EVENTS):
        body["stream_format"] = "sse"
    return body


def file_part(sound: Heard) -> tuple[str, bytes, str]:
    """Return name, bytes and type for a multipart upload: the *name's* ending decides how it is read."""
    return f"recording.{sound.format.value}", sound.data, _MEDIA_TYPES[sound.format]


def _data_url(sound: Heard) -> str:
    return f"data:{_MEDIA_TYPES[sound.format]};base64,{base64.b64encode(sound.data).decode('ascii')}"


def _message(turn: Turn, model: str) -> dict[str, Any]:
    match turn:
        case PersonTurn():
            return {"role": "user", "content": _content(turn, model)}
        case ToolResult(call_id=call_id, output=output):
            return {"role": "tool", "tool_call_id": call_id, "content": output}
        case ModelTurn():
            return {"role": "assistant", **_said(turn)}


def _said(turn: ModelTurn) -> dict[str, Any]:
    """Return an earlier answer; one of calls alone has ``content`` null, which is refused where there are none."""
    if turn.audio_id:
        said: dict[str, Any] = {"audio": {"id": turn.audio_id}}
    else:
        said = {"content": turn.words or None} if turn.calls else {"content": turn.words}
    return {**said, "tool_calls": [_call(call) for call in turn.calls]} if turn.calls else said


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


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


def _tools(request: Converse) -> dict[str, Any]:
    """Return what may be called. Without ``tool_choice``, the model chooses, and may choose none.

    Audio models refuse ``response_format``; one forced strict function call is the way to structured answers.
    """
    forced = request.forced_tool
    tools = request.tools if forced is None or forced in request.tools else (*request.tools, forced)
    body: dict[str, Any] = {"tools": [_tool(tool) for tool in tools]} if tools else {}
    if forced is not None:
        body["tool_choice"] = {"type": "function", "function": {"name": forced.name}}
    return body


def _tool(tool: Tool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        "strict": tool.strict,
    }
    return {"type": "function", "function": function}
