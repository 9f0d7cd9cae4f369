"""What stands fixed for one live session: for whom it is, where it can be held, and what that costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from audiokit.catalog.prices import Price
from audiokit.catalog.roles import Choice
from audiokit.converse.answering_at import voice_of
from audiokit.converse.conversation import Conversation
from audiokit.converse.live.keeping import Keeping
from audiokit.converse.live.options import LiveOptions, instructions_of
from audiokit.converse.live.slices import Slice, Slices, slice_nanousd
from audiokit.converse.tools.registry import Toolbox
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.place import Place
from audiokit.speech.realtime import LiveSetup
from audiokit.speech.requests import Turn

__all__ = ["TRANSLATIONS", "Line", "Talk"]

TRANSLATIONS = "realtime/translations"
"""Where sessions are held that only translate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One place where the session can be held, and who is there.

    ``writer`` writes down what the person says, None: nobody there does. Prices are None where they are not known.
    """

    place: Place
    choice: Choice
    price: Price | None
    writer: Choice | None
    writer_price: Price | None

    @property
    def slice(self) -> Slice:
        """What to hold for a minute of it."""
        return Slice(
            provider=self.place.endpoint.provider,
            model=self.choice.model_name,
            amount_nanousd=slice_nanousd(self.price, self.writer_price),
        )

    @property
    def only_translates(self) -> bool:
        """Whether sessions there know no turns and no functions."""
        return self.choice.endpoint == TRANSLATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One live session before it begins. ``lines`` are asked in their order; ``reach`` gives an endpoint's socket.

    ``pool`` runs what would hold up the sound. ``slices`` hold its money; ``note`` says why it is less than was wished.
    ``clock`` is in steady seconds.
    """

    options: LiveOptions
    keeping: Keeping
    lines: tuple[Line, ...]
    toolbox: Toolbox | None
    reach: Callable[[Endpoint], Endpoint]
    pool: Executor
    slices: Slices
    note: str | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def setup(self, line: Line, conversation: Conversation, history: tuple[Turn, ...]) -> LiveSetup:
        """Return how the session is to be at one of its places."""
        return LiveSetup(
            model=line.choice.model_name,
            instructions=instructions_of(conversation, self.options),
            voice=voice_of(line.place, conversation.heading.options, line.choice),
            turn_taking=self.options.turns,
            language=None if self.options.way.languages > 1 else self.options.language,
            tools=self.toolbox.tools if self.toolbox else (),
            speed=self.options.speed,
            transcribe_model=line.writer.model_name if line.writer else None,
            history=history,
            into=self.options.other,
        )
