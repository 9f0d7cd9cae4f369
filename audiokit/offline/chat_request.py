"""The body of a chat completion as a value, or the refusal that OpenAI gave for it. Nothing is decoded here."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from audiokit.offline.fields import a_list, a_mapping, a_model, a_text, one_of
from audiokit.offline.offered import EVERYTHING, Offer, require
from audiokit.offline.refusals import Refused, missing_parameter, unknown_parameter, unsupported_value
from audiokit.offline.rounds import answered_call, calls_in, check_rounds
from audiokit.offline.tools import Call, Tool, tools_in
from audiokit.offline.voices import VOICES

__all__ = ["ChatRequest", "Sound", "WireMessage", "chat_request"]

_ROLES = ("system", "assistant", "user", "function", "tool", "developer")
_MODALITIES = ("text", "audio")
_SOUND_IN = ("wav", "mp3")
_SOUND_OUT = ("wav", "aac", "mp3", "flac", "opus", "pcm16")
_SOUND_STREAMED = ("pcm16",)
_LIMIT = "max_completion_tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Sound in a message, undecoded; ``param`` names its place for an error."""

    data: bytes
    declared: str
    param: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WireMessage:
    """One message; ``audio_id`` names an earlier answer in place of its words, ``answers`` the call it results from."""

    role: str
    text: str = ""
    sounds: tuple[Sound, ...] = ()
    audio_id: str | None = None
    calls: tuple[Call, ...] = ()
    answers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What is asked for. ``voice`` None asks for words only; ``schema`` for JSON of that shape."""

    messages: tuple[WireMessage, ...]
    is_audio_model: bool
    voice: str | None
    sound_format: str
    streams: bool
    includes_usage: bool
    max_completion_tokens: int | None
    tools: tuple[Tool, ...]
    tool_choice: str
    calls_in_parallel: bool
    schema: Mapping[str, Any] | None


def chat_request(body: Mapping[str, Any]) -> ChatRequest:
    """Read the body.

    Raises:
        Refused: something is missing, unknown or not supported.
    """
    model = a_model(body)
    can = require(model, Offer.CHAT_WITH_AUDIO, Offer.CHAT_IN_TEXT)
    takes_audio = Offer.CHAT_WITH_AUDIO in can
    messages = _messages(body, takes_audio=takes_audio)
    voice, sound_format = _audio(body, takes_audio=takes_audio)
    if Offer.CHAT_IN_TEXT not in can and voice is None and not any(m.sounds or m.audio_id for m in messages):
        raise Refused(
            "This model requires that either input content or output modality contain audio.",
            param="model",
            code="invalid_value",
        )
    tools, choice = tools_in(body)
    return ChatRequest(
        messages=messages,
        is_audio_model=takes_audio,
        voice=voice,
        sound_format=sound_format,
        streams=bool(body.get("stream")),
        includes_usage=bool(a_mapping(body.get("stream_options"), "stream_options", default={}).get("include_usage")),
        max_completion_tokens=_limit(body),
        tools=tools,
        tool_choice=choice,
        calls_in_parallel=body.get("parallel_tool_calls") is not False,
        schema=_schema(body, is_refused=takes_audio and model != EVERYTHING),
    )


def _messages(body: Mapping[str, Any], *, takes_audio: bool) -> tuple[WireMessage, ...]:
    messages = a_list(body.get("messages"), "messages")
    if not messages:
        raise Refused(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            param="messages",
            code="empty_array",
        )
    found = tuple(_message(message, i, takes_audio=takes_audio) for i, message in enumerate(messages))
    check_rounds(found)
    return found


def _message(value: object, index: int, *, takes_audio: bool) -> WireMessage:
    param = f"messages[{index}]"
    message = a_mapping(value, param)
    role = one_of(message.get("role"), _ROLES, f"{param}.role")
    if role == "assistant":
        return replace(_content(message, role, param, takes_audio=takes_audio), calls=calls_in(message, param))
    answers = answered_call(message, index) if role == "tool" else None
    return replace(_content(message, role, param, takes_audio=takes_audio), answers=answers)


def _content(message: Mapping[str, Any], role: str, param: str, *, takes_audio: bool) -> WireMessage:
    content = message.get("content")
    if role == "assistant" and message.get("audio") is not None:
        return WireMessage(role=role, audio_id=_audio_id(message["audio"], f"{param}.audio"))
    if content is None and role == "assistant":
        return WireMessage(role=role)
    if not isinstance(content, list):
        return WireMessage(role=role, text=a_text(content, f"{param}.content"))
    parts = [_part(part, f"{param}.content[{i}]") for i, part in enumerate(content)]
    sounds = tuple(part for part in parts if isinstance(part, Sound))
    if sounds and not takes_audio:
        raise Refused(
            f"Invalid '{param}'. Content blocks are expected to be either text or image_url type.",
            param=param,
            code="invalid_value",
        )
    return WireMessage(role=role, text="\n".join(part for part in parts if isinstance(part, str)), sounds=sounds)


def _audio_id(value: object, param: str) -> str:
    audio = a_mapping(value, param)
    if unknown := next((key for key in audio if key != "id"), None):
        raise unknown_parameter(f"{param}.{unknown}")
    return a_text(audio.get("id"), f"{param}.id")


def _part(value: object, param: str) -> str | Sound:
    part = a_mapping(value, param)
    kind = one_of(part.get("type"), ("text", "input_audio", "refusal"), f"{param}.type")
    if kind != "input_audio":
        return a_text(part.get(kind), f"{param}.{kind}")
    param = f"{param}.input_audio"
    sound = a_mapping(part.get("input_audio"), param)
    declared = one_of(sound.get("format"), _SOUND_IN, f"{param}.format")
    text = a_text(sound.get("data"), f"{param}.data")
    try:
        return Sound(data=base64.b64decode(text, validate=True), declared=declared, param=f"{param}.data")
    except (binascii.Error, ValueError) as error:
        raise Refused(f"Invalid '{param}.data': not base64.", param=f"{param}.data", code="invalid_value") from error


def _audio(body: Mapping[str, Any], *, takes_audio: bool) -> tuple[str | None, str]:
    """Return the voice to answer in, None for words only, and the format of the sound."""
    modalities = a_list(body.get("modalities"), "modalities", default=("text",))
    for index, modality in enumerate(modalities):
        one_of(modality, _MODALITIES, f"modalities[{index}]")
    if "audio" not in modalities:
        return None, ""
    if not takes_audio:
        raise unknown_parameter("modalities")
    audio = a_mapping(body.get("audio"), "audio")
    voice = one_of(audio.get("voice"), tuple(VOICES), "audio.voice")
    sound_format = one_of(audio.get("format"), _SOUND_OUT, "audio.format")
    if body.get("stream") and sound_format not in _SOUND_STREAMED:
        raise unsupported_value("audio.format", sound_format, _SOUND_STREAMED, when="when stream=true")
    return voice, sound_format


def _limit(body: Mapping[str, Any]) -> int | None:
    limit = body.get(_LIMIT, body.get("max_tokens"))
    if limit is None:
        return None
    if not isinstance(limit, int) or isinstance(limit, bool):
        raise Refused(f"Invalid type for '{_LIMIT}': expected an integer.", param=_LIMIT, code="invalid_type")
    if limit < 1:
        raise Refused(
            f"Invalid '{_LIMIT}': integer below minimum value. Expected a value >= 1, but got {limit} instead.",
            param=_LIMIT,
            code="integer_below_min_value",
        )
    return limit


def _schema(body: Mapping[str, Any], *, is_refused: bool) -> Mapping[str, Any] | None:
    asked = a_mapping(body.get("response_format"), "response_format", default={"type": "text"})
    kind = asked.get("type")
    if kind == "text":
        return None
    if is_refused:
        raise Refused(
            f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model.",
            param="response_format",
            code=None,
        )
    one_of(kind, ("text", "json_object", "json_schema"), "response_format.type")
    if kind == "json_object":
        return {"type": "object", "properties": {"text": {"type": "string"}}}
    param = "response_format.json_schema"
    named = a_mapping(asked.get("json_schema"), param)
    if "schema" not in named:
        raise missing_parameter(f"{param}.schema")
    return a_mapping(named["schema"], f"{param}.schema")
