"""What we ask for, as values. How it looks on the wire is in :mod:`audiokit.speech.bodies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audiokit.audio.measuring.figures import Figures

__all__ = [
    "MAX_BASE64_BYTES",
    "MAX_SOUND_BYTES",
    "Caller",
    "Converse",
    "Heard",
    "InputFormat",
    "KnownVoice",
    "ModelTurn",
    "PersonTurn",
    "Request",
    "Spared",
    "Speak",
    "Telling",
    "Tool",
    "ToolCall",
    "ToolResult",
    "Transcribe",
    "Turn",
]


MAX_BASE64_BYTES = 20_000_000
"""The seeds name 20 MB; whether the limit counts bytes or base64 is not established, so base64 must fit."""

MAX_SOUND_BYTES = MAX_BASE64_BYTES * 3 // 4


class InputFormat(StrEnum):
    """The only two containers that Chat Completions takes (400 ``invalid_value`` for all others, seen 2026-09-25)."""

    WAV = "wav"
    MP3 = "mp3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a call is made; it goes to the ledger and never to the provider.

    ``again_for`` is the model that said the same before, and not as it is written.
    """

    person_id: str
    page: str
    conversation_id: str | None = None
    turn_id: str | None = None
    again_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Sound to listen to: a whole file in a container that the model takes.

    ``silence_s`` is how much silence was taken from it before; None where nobody knows. ``figures`` are for the ledger
    only: what it was like when it came in, None where nobody measured it, or another call tells of it.
    """

    data: bytes
    format: InputFormat
    duration_s: float
    silence_s: float | None = None
    figures: Figures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTurn:
    """What a person said: words, sound, or both."""

    words: str | None = None
    sound: Heard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A function call that the model asks for; ``arguments`` is the JSON text as it came, which may be cut or wrong."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTurn:
    """What the model said before: by its audio id while the provider still knows it, else in words.

    ``calls`` are the functions it asked for; a :class:`ToolResult` for each of them must follow at once.
    ``duration_s`` is how long it spoke, where that is known: what goes along by its id is billed by it.
    """

    words: str
    audio_id: str | None = None
    calls: tuple[ToolCall, ...] = ()
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a function gave back, or why it failed, in words for the model."""

    call_id: str
    output: str


Turn = PersonTurn | ModelTurn | ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may call; ``parameters`` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    strict: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """How many tokens more would go along of a conversation, had it not been compacted; of text perhaps fewer."""

    audio_tokens: int
    text_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Converse:
    """Answer a conversation. ``voice`` None asks for words only.

    The model may call any of ``tools``, or none; ``forced_tool`` forces that one function call.
    ``temperature`` None leaves the provider's default, which is right: at 0 these models end in endless noise.
    ``spared`` is for the ledger only; None where nothing was compacted, or nobody knows. ``only_whole`` says that an
    answer is worth nothing if it is cut, as that of a forced function is: no budget gives it less room.
    """

    model: str
    turns: tuple[Turn, ...]
    instructions: str
    voice: str | None = None
    max_completion_tokens: int = 4096
    temperature: float | None = None
    tools: tuple[Tool, ...] = ()
    forced_tool: Tool | None = None
    spared: Spared | None = None
    only_whole: bool = False

    @property
    def is_aloud(self) -> bool:
        """Whether the answer is to be spoken; the arguments of a function are not."""
        return self.voice is not None and self.forced_tool is None

    @property
    def may_be_cut(self) -> bool:
        """Whether an answer that stops early is still worth something."""
        return not self.only_whole and self.forced_tool is None

    @property
    def listens(self) -> bool:
        """Whether any sound is sent along."""
        return any(isinstance(turn, PersonTurn) and turn.sound for turn in self.turns)


class Telling(StrEnum):
    """What a transcription is to tell; which models can is known to :class:`audiokit.catalog.models.Model`."""

    WORDS = "words"
    TIMES = "times"  # of each word and segment
    SPEAKERS = "speakers"  # of each segment, with its times


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVoice:
    """A voice to be recognised: 2 to 10 s of it alone, and the name that it is to have in the reply."""

    name: str
    sound: Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribe:
    """Write down what is said in ``sound``. ``language`` is ISO 639-1; None lets the model find out.

    A model that cannot tell more than words refuses to, or tells words; see ``Reply.timed_words``. ``known_voices``,
    four at most, are for one that tells speakers apart: what it calls "A" in one reply may be "B" in the next.
    """

    model: str
    sound: Heard
    language: str | None = None
    telling: Telling = Telling.WORDS
    known_voices: tuple[KnownVoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Read ``text`` aloud, as WAV."""

    model: str
    text: str
    voice: str
    instructions: str | None = None
    speed: float = 1.0


Request = Converse | Transcribe | Speak
