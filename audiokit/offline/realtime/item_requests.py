"""Items as clients write them: read, and refused where they are none."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from audiokit.offline.fields import a_list, a_mapping, a_text, one_of
from audiokit.offline.realtime.items import CallItem, Item, ResultItem, Said, Sound, Spoken, Words
from audiokit.offline.realtime.wire import new_id
from audiokit.offline.refusals import Refused
from audiokit.offline.tools import Call

__all__ = ["item_in", "pcm16_in"]

_KINDS = ("message", "function_call", "function_call_output")
_ROLES = ("user", "assistant", "system")
_CONTENT = {"user": ("input_text", "input_audio"), "system": ("input_text",), "assistant": ("output_text",)}


def item_in(given: object, param: str) -> Item:
    """Return the item that ``given`` describes, under its own id or a new one.

    Raises:
        Refused: a kind, role, content or field that is not right.
    """
    item = a_mapping(given, param)
    kind = one_of(item.get("type"), _KINDS, f"{param}.type")
    item_id = a_text(item["id"], f"{param}.id") if item.get("id") else new_id("item")
    if kind == "function_call_output":
        output = a_text(item.get("output"), f"{param}.output")
        return ResultItem(item_id, a_text(item.get("call_id"), f"{param}.call_id"), output)
    if kind == "function_call":
        return CallItem(item_id, _call(item, param))
    role = one_of(item.get("role"), _ROLES, f"{param}.role")
    parts = a_list(item.get("content"), f"{param}.content")
    content: list[Words | Sound | Spoken] = [
        _part(part, role, f"{param}.content[{index}]") for index, part in enumerate(parts)
    ]
    return Said(item_id, role, content)


def pcm16_in(given: object, param: str) -> bytes:
    """Return the sound in base64; an odd byte at its end is left out.

    Raises:
        Refused: it is no base64, or nothing at all.
    """
    try:
        pcm16 = base64.b64decode(a_text(given, param), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _no_sound(param, "an invalid value") from error
    if not pcm16:
        raise _no_sound(param, "empty bytes")
    return pcm16[: len(pcm16) // 2 * 2]


def _call(item: Mapping[str, Any], param: str) -> Call:
    return Call(
        id=a_text(item["call_id"], f"{param}.call_id") if item.get("call_id") else new_id("call"),
        name=a_text(item.get("name"), f"{param}.name"),
        arguments=a_text(item.get("arguments"), f"{param}.arguments"),
    )


def _part(given: object, role: str, param: str) -> Words | Sound:
    part = a_mapping(given, param)
    if one_of(part.get("type"), _CONTENT[role], f"{param}.type") == "input_audio":
        told = part.get("transcript")
        transcript = None if told is None else a_text(told, f"{param}.transcript")
        return Sound(pcm16_in(part.get("audio"), f"{param}.audio"), transcript=transcript)
    return Words(a_text(part.get("text"), f"{param}.text"))


def _no_sound(param: str, but: str) -> Refused:
    message = f"Invalid '{param}'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got {but}."
    return Refused(message, param=param, code="invalid_value")
