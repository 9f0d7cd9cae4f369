"""What a client may change, for the session or for one response, and how it is refused otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from audiokit.offline.fields import a_list, a_mapping, a_text, one_of, only
from audiokit.offline.realtime.setup import INSTRUCTIONS, Setup, TurnTaking
from audiokit.offline.refusals import Refused, invalid_value
from audiokit.offline.tools import Tool

__all__ = ["VOICES", "a_transcriber", "for_one_response", "updated"]

VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
_MOST_TOKENS = 4_096
_SLOWEST, _FASTEST = 0.25, 1.5
_SHARED = ("output_modalities", "instructions", "tools", "tool_choice", "max_output_tokens", "prompt", "reasoning")
_OF_A_SESSION = ("type", "model", "audio", "include", "tracing", "truncation", "parallel_tool_calls", *_SHARED)
_OF_A_RESPONSE = ("audio", "conversation", "input", "metadata", "parallel_tool_calls", *_SHARED)
_KEPT = ("include", "tracing", "truncation", "prompt", "reasoning", "parallel_tool_calls")
_TURN_KINDS = ("server_vad", "semantic_vad")
_EAGERNESS = ("low", "medium", "high", "auto")
_SERVER_VAD = ("type", "threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms")
_BOTH_VAD = ("create_response", "interrupt_response")


def updated(setup: Setup, session: Mapping[str, Any]) -> Setup:
    """Return ``setup`` with what ``session`` changes; what it does not name stays.

    Raises:
        Refused: a field that is missing, unknown, or of a value that is not supported.
    """
    one_of(session.get("type"), ("realtime",), "session.type")
    only(session, _OF_A_SESSION, "session")
    setup = _shared(setup, session, "session")
    audio = a_mapping(session.get("audio"), "session.audio", default={})
    only(audio, ("input", "output"), "session.audio")
    setup = _heard(setup, a_mapping(audio.get("input"), "session.audio.input", default={}))
    setup = _spoken(setup, a_mapping(audio.get("output"), "session.audio.output", default={}), "session.audio.output")
    return replace(setup, kept={**setup.kept, **{name: session[name] for name in _KEPT if name in session}})


def for_one_response(setup: Setup, response: Mapping[str, Any]) -> Setup:
    """Return ``setup`` as ``response`` wants it for once; errors as in :func:`updated`."""
    only(response, _OF_A_RESPONSE, "response")
    audio = a_mapping(response.get("audio"), "response.audio", default={})
    output = a_mapping(audio.get("output"), "response.audio.output", default={})
    return _spoken(_shared(setup, response, "response"), output, "response.audio.output")


def _shared(setup: Setup, given: Mapping[str, Any], param: str) -> Setup:
    if "instructions" in given:
        instructions = a_text(given["instructions"], f"{param}.instructions")
        setup = replace(setup, instructions=instructions or INSTRUCTIONS)  # empty is no wish, as recorded
    if "output_modalities" in given:
        setup = replace(setup, speaks=_speaks(given["output_modalities"], f"{param}.output_modalities"))
    if "tools" in given:
        listed = a_list(given["tools"], f"{param}.tools")
        setup = replace(setup, tools=tuple(_tool(tool, f"{param}.tools[{at}]") for at, tool in enumerate(listed)))
    if "tool_choice" in given:
        setup = replace(setup, tool_choice=_choice(given["tool_choice"], setup.tools, f"{param}.tool_choice"))
    if "max_output_tokens" in given:
        setup = replace(setup, max_output_tokens=_limit(given["max_output_tokens"], f"{param}.max_output_tokens"))
    return setup


def _heard(setup: Setup, given: Mapping[str, Any]) -> Setup:
    param = "session.audio.input"
    only(given, ("format", "transcription", "noise_reduction", "turn_detection"), param)
    _check_format(given, param)
    if "transcription" in given:
        setup = replace(setup, transcription=_transcription(given["transcription"], f"{param}.transcription"))
    if (reduction := given.get("noise_reduction")) is not None:
        kind = a_mapping(reduction, f"{param}.noise_reduction").get("type")
        one_of(kind, ("near_field", "far_field"), f"{param}.noise_reduction.type")
    if "noise_reduction" in given:
        setup = replace(setup, kept={**setup.kept, "noise_reduction": reduction})
    if "turn_detection" in given:
        setup = replace(setup, turns=_turns(given["turn_detection"], f"{param}.turn_detection"))
    return setup


def _spoken(setup: Setup, given: Mapping[str, Any], param: str) -> Setup:
    only(given, ("format", "voice", "speed"), param)
    _check_format(given, param)
    if "voice" in given:
        setup = replace(setup, voice=one_of(given["voice"], VOICES, f"{param}.voice"))
    if "speed" in given:
        setup = replace(setup, speed=_number(given["speed"], f"{param}.speed", _SLOWEST, _FASTEST))
    return setup


def _check_format(given: Mapping[str, Any], param: str) -> None:
    """G.711 is for telephones, and not spoken here."""
    if given.get("format") is None:
        return
    param = f"{param}.format"
    found = a_mapping(given["format"], param)
    one_of(found.get("type"), ("audio/pcm",), f"{param}.type")
    if found.get("rate", 24_000) != 24_000:
        raise invalid_value(f"{param}.rate", found["rate"], ("24000",))


def _transcription(given: object, param: str) -> Mapping[str, Any] | None:
    if given is None:
        return None
    found = a_mapping(given, param)
    model = a_transcriber(found.get("model"), f"{param}.model")
    return {"model": model, "language": None, "prompt": None, **found}


def a_transcriber(given: object, param: str) -> str:
    """Return the name of a model that writes down what is said, any of which is this engine.

    Raises:
        Refused: no such model does that.
    """
    model = a_text(given, param)
    if "transcribe" not in model and "whisper" not in model and not model.startswith("audiokit"):
        raise invalid_value(param, model, ("whisper-1", "gpt-transcribe", "gpt-realtime-whisper"))
    return model


def _turns(given: object, param: str) -> TurnTaking | None:
    if given is None:
        return None
    found = a_mapping(given, param)
    kind = one_of(found.get("type"), _TURN_KINDS, f"{param}.type")
    creates_response, interrupts = (_flag(found.get(name, True), f"{param}.{name}") for name in _BOTH_VAD)
    if kind == "semantic_vad":
        only(found, ("type", "eagerness", *_BOTH_VAD), param)
        eagerness = one_of(found.get("eagerness", "auto"), _EAGERNESS, f"{param}.eagerness")
        return TurnTaking(eagerness=eagerness, creates_response=creates_response, interrupts=interrupts)
    only(found, (*_SERVER_VAD, *_BOTH_VAD), param)
    usual, number = TurnTaking(), _number
    idle = found.get("idle_timeout_ms")
    return TurnTaking(
        threshold=number(found.get("threshold", usual.threshold), f"{param}.threshold", 0.0, 1.0),
        prefix_padding_ms=int(number(found.get("prefix_padding_ms", 300), f"{param}.prefix_padding_ms", 0, 5_000)),
        silence_duration_ms=int(
            number(found.get("silence_duration_ms", 200), f"{param}.silence_duration_ms", 0, 10_000)
        ),
        idle_timeout_ms=None if idle is None else int(number(idle, f"{param}.idle_timeout_ms", 5_000, 30_000)),
        creates_response=creates_response,
        interrupts=interrupts,
    )


def _tool(given: object, param: str) -> Tool:
    tool = a_mapping(given, param)
    one_of(tool.get("type"), ("function",), f"{param}.type")  # no MCP here
    return Tool(
        name=a_text(tool.get("name"), f"{param}.name"),
        description=a_text(tool.get("description") or "", f"{param}.description"),
        parameters=a_mapping(tool.get("parameters"), f"{param}.parameters", default={"type": "object"}),
    )


def _choice(given: object, tools: tuple[Tool, ...], param: str) -> str:
    if isinstance(given, Mapping):
        return one_of(given.get("name"), [tool.name for tool in tools], f"{param}.name")
    return one_of(given, ("none", "auto", "required"), param)


def _limit(given: object, param: str) -> int | None:
    return None if given is None or given == "inf" else int(_number(given, param, 1, _MOST_TOKENS))


def _speaks(given: object, param: str) -> bool:
    if given not in (["audio"], ["text"]):
        raise Refused(
            f"Invalid modalities: {given}. Supported combinations are: ['text'] and ['audio'].",
            param=param,
            code="invalid_value",
        )
    return given == ["audio"]


def _flag(given: object, param: str) -> bool:
    if not isinstance(given, bool):
        raise Refused(f"Invalid type for '{param}': expected a boolean.", param=param, code="invalid_type")
    return given


def _number(given: object, param: str, least: float, most: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given:  # noqa: PLR0124 - JSON has NaN
        raise Refused(f"Invalid type for '{param}': expected a number.", param=param, code="invalid_type")
    if given < least:
        message = (
            f"Invalid '{param}': decimal below minimum value. Expected a value >= {least}, but got {given} instead."
        )
        raise Refused(message, param=param, code="decimal_below_min_value")
    if given > most:
        message = (
            f"Invalid '{param}': decimal above maximum value. Expected a value <= {most}, but got {given} instead."
        )
        raise Refused(message, param=param, code="decimal_above_max_value")
    return given
