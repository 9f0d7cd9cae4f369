"""What a session is set to, and how it says so. What a client may change stands in ``updates``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from audiokit.offline.realtime.wire import PCM
from audiokit.offline.tools import Tool

__all__ = ["INSTRUCTIONS", "Setup", "TurnTaking", "tool_on_wire"]

INSTRUCTIONS = "Answer what is said, briefly and plainly. Say so where you do not know."
_SEMANTIC_SILENCE_MS = {"low": 1_500, "medium": 900, "high": 500, "auto": 900}


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTaking:
    """When a turn begins and ends, and what follows; the defaults are those of every recorded session.

    ``eagerness`` is that of ``semantic_vad``, which here only waits longer or shorter; None for ``server_vad``.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 200
    idle_timeout_ms: int | None = None
    creates_response: bool = True
    interrupts: bool = True
    eagerness: str | None = None

    @property
    def silence_ms(self) -> int:
        """How long it must be quiet before a turn is over."""
        return self.silence_duration_ms if self.eagerness is None else _SEMANTIC_SILENCE_MS[self.eagerness]

    def on_wire(self) -> dict[str, Any]:
        """Return it as it stands in a session."""
        does = {"create_response": self.creates_response, "interrupt_response": self.interrupts}
        if self.eagerness is not None:
            return {"type": "semantic_vad", "eagerness": self.eagerness, **does}
        return {
            "type": "server_vad",
            "threshold": self.threshold,
            "prefix_padding_ms": self.prefix_padding_ms,
            "silence_duration_ms": self.silence_duration_ms,
            "idle_timeout_ms": self.idle_timeout_ms,
            **does,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything about a session that holds until it is changed, and that a single response may differ in.

    ``tool_choice`` is ``auto``, ``none``, ``required`` or a function's name; ``transcription`` is as it stands on the
    wire. ``kept`` is what is taken and told again, and changes nothing here.
    """

    model: str
    instructions: str = INSTRUCTIONS
    speaks: bool = True
    voice: str = "alloy"
    speed: float = 1.0
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    max_output_tokens: int | None = None
    turns: TurnTaking | None = field(default_factory=TurnTaking)
    transcription: Mapping[str, Any] | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def modalities(self) -> list[str]:
        """How it answers; one way at a time."""
        return ["audio" if self.speaks else "text"]

    @property
    def most_tokens(self) -> int | str:
        """The limit of an answer as it stands on the wire."""
        return "inf" if self.max_output_tokens is None else self.max_output_tokens

    def on_wire(self, session_id: str, *, expires_at: int) -> dict[str, Any]:
        """Return the session as it stands in ``session.created`` and ``session.updated``."""
        kept = {"tracing": None, "truncation": "auto", "prompt": None, "include": None, "noise_reduction": None}
        kept |= self.kept
        include, noise_reduction = kept.pop("include"), kept.pop("noise_reduction")
        first = {name: kept.pop(name) for name in ("tracing", "truncation", "prompt")}
        return {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": self.model,
            "output_modalities": self.modalities,
            "instructions": self.instructions,
            "tools": [tool_on_wire(tool) for tool in self.tools],
            "tool_choice": self._choice(),
            "max_output_tokens": self.most_tokens,
            **first,
            "expires_at": expires_at,
            "audio": {
                "input": {
                    "format": dict(PCM),
                    "transcription": None if self.transcription is None else dict(self.transcription),
                    "noise_reduction": noise_reduction,
                    "turn_detection": None if self.turns is None else self.turns.on_wire(),
                },
                "output": {"format": dict(PCM), "voice": self.voice, "speed": self.speed},
            },
            "include": include,
            **kept,
        }

    def _choice(self) -> Any:
        if self.tool_choice in {"auto", "none", "required"}:
            return self.tool_choice
        return {"type": "function", "name": self.tool_choice}


def tool_on_wire(tool: Tool) -> dict[str, Any]:
    """Return a function as a session tells it."""
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
