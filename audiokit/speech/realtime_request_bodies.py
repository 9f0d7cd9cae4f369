"""One request as the events of a Realtime session that is opened for it alone. Pure functions, no socket.

Each turn is an item of the session's conversation; one that is too large for an item goes through the input buffer,
which is for sound that arrives over time and takes any amount (15 MiB an event, API reference, checked 2026-11-21).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_pcm16
from audiokit.errors import InputError, ProviderRefused
from audiokit.speech.realtime_bodies import (
    LiveSetup,
    TurnTaking,
    append,
    item_of_words,
    items_of,
    result_item,
    session_update,
)
from audiokit.speech.requests import Converse, Heard, ModelTurn, PersonTurn, Tool, ToolCall, ToolResult, Turn

__all__ = ["CANCEL", "MOST_TOKENS", "RESPOND", "setup_events"]

Body = dict[str, Any]

RESPOND: Body = {"type": "response.create"}
CANCEL: Body = {"type": "response.cancel"}
MOST_TOKENS = 4_096
"""What ``max_output_tokens`` can be set to; above it there is only ``inf`` (openai-python 3.52.0)."""

_RATE_HZ = 24_000
_LARGEST_ITEM_BYTES = 4_000_000  # of PCM16: 83 s
_PIECE_BYTES = 1_000_000
_UNREADABLE = "A recording in this conversation cannot be read. Record it again, or start a new conversation."


def setup_events(request: Converse) -> list[Body]:
    """Return what a session is told before it is asked to answer.

    Raises:
        ProviderRefused: sound of an earlier turn is none; nothing was sent.
    """
    return [_session(request), *(event for turn in request.turns for event in _turn_events(turn))]


def _session(request: Converse) -> Body:
    """Return how the session is to be; ``temperature`` is left out, which these models do not take."""
    forced = request.forced_tool
    setup = LiveSetup(
        model=request.model,
        instructions=request.instructions,
        voice=request.voice,
        turn_taking=TurnTaking.PUSH_TO_TALK,
        tools=_tools(request),
    )
    event = session_update(setup, transcriber=None, is_beta=False)
    most = request.max_completion_tokens
    event["session"] |= {
        "output_modalities": ["audio" if request.voice is not None else "text"],
        "max_output_tokens": most if most <= MOST_TOKENS else "inf",
        "tool_choice": "auto" if forced is None else {"type": "function", "name": forced.name},
    }
    return event


def _tools(request: Converse) -> tuple[Tool, ...]:
    forced = request.forced_tool
    return request.tools if forced is None or forced in request.tools else (*request.tools, forced)


def _turn_events(turn: Turn) -> Iterator[Body]:
    match turn:
        case PersonTurn(words=words, sound=Heard() as sound):
            yield from _heard(sound, words)
        case PersonTurn(words=words):
            yield item_of_words(words or "")
        case ModelTurn(calls=calls):
            yield from items_of((turn,), is_beta=False)
            yield from map(_call, calls)
        case ToolResult(call_id=call_id, output=output):
            yield result_item(call_id, output)


def _heard(sound: Heard, words: str | None) -> Iterator[Body]:
    """Sound first, words after, as over HTTP."""
    pcm16 = _pcm16(sound)
    if len(pcm16) > _LARGEST_ITEM_BYTES:
        yield from (append(pcm16[start : start + _PIECE_BYTES]) for start in range(0, len(pcm16), _PIECE_BYTES))
        yield {"type": "input_audio_buffer.commit"}
        yield from (item_of_words(words),) if words else ()
        return
    content = [{"type": "input_audio", "audio": base64.b64encode(pcm16).decode("ascii")}]
    content += [{"type": "input_text", "text": words}] if words else []
    yield _item({"type": "message", "role": "user", "content": content})


def _pcm16(sound: Heard) -> bytes:
    """Return the only sound that a session takes: 24 kHz, mono."""
    try:
        return to_pcm16(resample(decode(sound.data).mono(), _RATE_HZ))
    except InputError as error:
        raise ProviderRefused(_UNREADABLE) from error


def _call(call: ToolCall) -> Body:
    return _item({"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments})


def _item(item: Body) -> Body:
    return {"type": "conversation.item.create", "item": item}
