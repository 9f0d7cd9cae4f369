"""How a person wants a live session to be, and what that makes of the session's setup."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from audiokit.converse.conversation import Conversation
from audiokit.converse.history import as_turns, carried
from audiokit.converse.instructions import LANGUAGES, instructions_for
from audiokit.converse.live.presets import PRESETS, Preset
from audiokit.errors import InputError, NotAllowed
from audiokit.speech.realtime import TurnTaking
from audiokit.speech.requests import Heard, Turn

__all__ = ["LiveOptions", "history_of", "instructions_of"]

_HISTORY_TOKENS = 8_000  # of words; the model has room for more, and every reply would pay for it again
_MOST_CHARS = 8_000
_SPEEDS = (0.25, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOptions:
    """What is chosen before a session begins; the voice and the tier are the conversation's.

    ``turn_taking``, ``uses_tools`` and ``instructions`` None are the preset's. ``language`` is what is spoken and
    ``other`` the second one where the preset has two (ISO 639-1). ``budget_nanousd`` None is no limit. ``home`` is the
    person's time zone, for who asks what time it is.
    """

    preset: str = "assistant"
    turn_taking: TurnTaking | None = None
    uses_tools: bool | None = None
    instructions: str | None = None
    language: str | None = None
    other: str | None = None
    speed: float = 1.0
    budget_nanousd: int | None = None
    home: str | None = None

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise InputError(f"There is no way of talking called {self.preset[:32]!r}. Choose one from the list.")
        if not _SPEEDS[0] <= self.speed <= _SPEEDS[1]:
            raise InputError(f"The speed can be from {_SPEEDS[0]:g} to {_SPEEDS[1]:g} times the usual one.")
        if self.instructions is not None and len(self.instructions) > _MOST_CHARS:
            raise InputError(f"The instructions are too long. {_MOST_CHARS} characters are the limit.")

    @property
    def way(self) -> Preset:
        """The preset."""
        return PRESETS[self.preset]

    @property
    def turns(self) -> TurnTaking:
        """Who decides that a turn is over."""
        return self.turn_taking or self.way.turn_taking

    @property
    def calls(self) -> bool:
        """Whether functions are offered."""
        return self.way.uses_tools if self.uses_tools is None else self.uses_tools

    def written(self) -> str:
        """Return the options as text that :meth:`read` takes, for a signed address; what is as usual is left out."""
        usual = asdict(LiveOptions())
        return json.dumps({name: value for name, value in asdict(self).items() if value != usual[name]})

    @classmethod
    def read(cls, text: str) -> LiveOptions:
        """Return what was written.

        Raises:
            InputError: this is nothing that was.
        """
        try:
            values = json.loads(text) if text else {}
            if (how := values.get("turn_taking")) is not None:
                values["turn_taking"] = TurnTaking(how)
            return cls(**values)
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError("These settings cannot be read. Load the page again, then start.") from error


def instructions_of(conversation: Conversation, options: LiveOptions) -> str:
    """Return what the model is told: the person's own words or the preset's, the languages, and the summary so far."""
    heading = conversation.heading
    language, other = (LANGUAGES.get(code or "", code) for code in (options.language, options.other))
    words = options.instructions or (heading.options.instructions if options.preset == "assistant" else None)
    told = words or options.way.instructions
    told = told.replace("{language}", language or "the language that is spoken").replace("{other}", other or "English")
    speaks = None if options.way.languages else options.language or heading.options.language
    own = replace(heading.options, instructions=told, language=speaks, translates=False)
    return instructions_for(replace(heading, options=own))


def history_of(conversation: Conversation, *, endpoint: str, now: datetime) -> tuple[Turn, ...]:
    """Return the words of what was said before, as far as they have room, the latest kept."""
    ways = carried(conversation, endpoint=endpoint, now=now, listens=False, by_id=False, room_tokens=_HISTORY_TOKENS)
    return as_turns(ways, _nobody_listens)


def _nobody_listens(_: object) -> Heard:
    raise NotAllowed("Earlier sound does not go along in a live session.")
