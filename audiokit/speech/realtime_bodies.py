"""What we send in a live session, as JSON. No socket here."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audiokit.speech.requests import ModelTurn, PersonTurn, Tool, Turn

__all__ = ["LiveSetup", "TurnTaking", "append", "item_of_words", "items_of", "respond", "result_item", "session_update"]

SILENCE_MS = 500
"""How long it is quiet before the server takes a turn to be over; the default of OpenAI's guide."""

_PREFIX_MS = 300
_THRESHOLD = 0.5
_PCM = {"type": "audio/pcm", "rate": 24_000}

Body = dict[str, Any]


class TurnTaking(StrEnum):
    """Who decides that a person has finished; the values are the wire's."""

    SERVER_VAD = "server_vad"  # half a second of silence
    SEMANTIC_VAD = "semantic_vad"  # what was said sounds finished
    PUSH_TO_TALK = "push_to_talk"  # they let go of the button


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSetup:
    """How a session is to be. ``history`` are the words of earlier turns, to begin with; their sound is not sent.

    ``transcribe_model`` writes down what the person says, None: nobody does. ``language`` is what they speak (ISO
    639-1), a hint to it. ``speed`` goes from 0.25 to 1.5. ``into`` is the language that a session translates
    into, where that is all it does.
    """

    model: str
    instructions: str
    voice: str | None = None
    turn_taking: TurnTaking = TurnTaking.SERVER_VAD
    language: str | None = None
    tools: tuple[Tool, ...] = ()
    speed: float = 1.0
    transcribe_model: str | None = None
    history: tuple[Turn, ...] = ()
    into: str | None = None


def session_update(setup: LiveSetup, *, transcriber: str | None, is_beta: bool) -> Body:
    """Return the event that sets a session up; ``transcriber`` is what the endpoint calls the transcribing model.

    ``is_beta``: in the shape of the beta, which Azure keeps on its classic paths.
    """
    heard = _transcription(transcriber, setup.language)
    tools = [_tool(tool) for tool in setup.tools]
    common = {"instructions": setup.instructions, "tools": tools, "tool_choice": "auto"}
    voice = {"voice": setup.voice} if setup.voice else {}
    if is_beta:
        session: Body = {
            "modalities": ["text", "audio"],
            "input_audio_format": "pcm16",
            "output_audio_format": "pcm16",
            "input_audio_transcription": heard,
            "turn_detection": _turn_detection(setup.turn_taking),
            **common,
            **voice,
        }
    else:
        audio = {
            "input": {"format": _PCM, "transcription": heard, "turn_detection": _turn_detection(setup.turn_taking)},
            "output": {"format": _PCM, "speed": setup.speed, **voice},
        }
        session = {"type": "realtime", "output_modalities": ["audio"], "audio": audio, **common}
    return {"type": "session.update", "session": session}


def append(pcm16: bytes) -> Body:
    """Return the event that adds sound to what the person says."""
    return {"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm16).decode()}


def items_of(turns: tuple[Turn, ...], *, is_beta: bool) -> Iterator[Body]:
    """Yield the events that tell what was said before, in words."""
    for turn in turns:
        match turn:
            case PersonTurn(words=words) if words:
                yield item_of_words(words)
            case ModelTurn(words=words) if words:
                part = {"type": "text" if is_beta else "output_text", "text": words}
                yield _item({"type": "message", "role": "assistant", "content": [part]})
            case _:
                pass


def item_of_words(words: str) -> Body:
    """Return the event that adds what a person typed."""
    return _item({"type": "message", "role": "user", "content": [{"type": "input_text", "text": words}]})


def result_item(call_id: str, output: str) -> Body:
    """Return the event that tells what a function gave back."""
    return _item({"type": "function_call_output", "call_id": call_id, "output": output})


def respond(*, may_call: bool = True) -> Body:
    """Return the event that asks for an answer; one that may not call functions comes to an end."""
    return {"type": "response.create"} | ({} if may_call else {"response": {"tool_choice": "none"}})


def _item(item: Body) -> Body:
    return {"type": "conversation.item.create", "item": item}


def _transcription(model: str | None, language: str | None) -> Body | None:
    if model is None:
        return None
    return {"model": model} | ({"language": language} if language else {})


def _turn_detection(how: TurnTaking) -> Body | None:
    """Return how turns are found; the numbers are OpenAI's defaults, written out since some servers have others."""
    does = {"create_response": True, "interrupt_response": True}
    match how:
        case TurnTaking.PUSH_TO_TALK:
            return None
        case TurnTaking.SEMANTIC_VAD:
            return {"type": how.value, "eagerness": "auto", **does}
        case TurnTaking.SERVER_VAD:
            found = {"threshold": _THRESHOLD, "prefix_padding_ms": _PREFIX_MS, "silence_duration_ms": SILENCE_MS}
            return {"type": how.value, **found, **does}


def _tool(tool: Tool) -> Body:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
