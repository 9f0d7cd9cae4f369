"""The functions that a model calls while it talks: run off the loop, shown as they run, answered in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from audiokit.converse.conversation import CallMade
from audiokit.converse.tools.registry import Toolbox
from audiokit.speech.realtime import Session
from audiokit.speech.requests import ToolCall

__all__ = ["Calling"]

_MAX_ROUNDS = 4  # then the model must answer


class Calling:
    """Runs what is asked for. ``tell`` takes messages for the person; ``made`` are the calls of the turn so far.

    ``toolbox`` None: nothing is offered, and nothing that is asked for all the same is run.
    """

    def __init__(self, toolbox: Toolbox | None, pool: Executor, tell: Callable[[Mapping[str, Any]], None]) -> None:
        self._toolbox, self._pool, self._tell = toolbox, pool, tell
        self._asked: list[ToolCall] = []
        self._running: asyncio.Task[None] | None = None
        self._n_rounds = 0
        self.made: list[CallMade] = []

    @property
    def is_running(self) -> bool:
        """Whether something is being called."""
        return self._running is not None and not self._running.done()

    def new_turn(self) -> None:
        """Count rounds anew: the person has said something."""
        self._n_rounds = 0

    def ask(self, call: ToolCall) -> None:
        """Have something called once the answer that asks for it is over."""
        self._asked.append(call)

    def start(self, session: Session, may_respond: Callable[[], bool]) -> bool:
        """Run what was asked for, and tell the model what came of it; return whether there was anything.

        It answers then, unless the person is speaking.
        """
        calls, self._asked = self._asked, []
        if not calls or self._toolbox is None:
            return False
        self._n_rounds += 1
        running = self._run(self._toolbox, session, calls, may_respond)
        self._running = asyncio.create_task(running, name="live tools")
        return True

    def taken(self) -> tuple[CallMade, ...]:
        """Return the calls so far, and begin anew."""
        made, self.made = tuple(self.made), []
        return made

    def stop(self) -> None:
        """Let go of what runs, or was to; a function that has begun ends by itself."""
        self._asked.clear()
        if self._running is not None:
            self._running.cancel()

    async def ended(self) -> None:
        """Wait until nothing runs any more."""
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(
        self, toolbox: Toolbox, session: Session, calls: list[ToolCall], may_respond: Callable[[], bool]
    ) -> None:
        for call in calls:
            self._tell({"type": "tool", "name": call.name, "failed": None})
            run = await asyncio.get_running_loop().run_in_executor(self._pool, toolbox.run, call)
            made = CallMade(
                name=run.name, arguments=run.arguments, output=run.output, failed=run.failed, total_ms=run.total_ms
            )
            self.made.append(made)
            self._tell({"type": "tool", "name": call.name, "failed": run.failed})
            then_respond = call is calls[-1] and may_respond()
            await session.give(call.id, run.output, then_respond=then_respond, may_call=self._n_rounds < _MAX_ROUNDS)
