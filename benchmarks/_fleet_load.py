"""What a fleet is given to do, for ``fleet_kills``: conversations, programmes and analyses, over and over.

Conversations go the whole way, through the proxy and a replica; jobs are begun, and looked at, by this process.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from audiokit.audio.wav import wav_header
from audiokit.converse.conversation import State
from audiokit.errors import AudiokitError
from audiokit.offline.engine import Engine
from audiokit.studio import Studio
from audiokit.summaries.kept import Progress
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Persona, Shape
from audiokit.usage.budgets import Every, ScopeKind
from benchmarks._visits import Visit, visiting

__all__ = ["Load", "Purse"]

_VISITORS, _PROGRAMMES = 3, 1  # of one person two jobs run at a time: the other one is an analysis
_N_LINES = 12
_LOOK_S = 0.5
_TOLD_S = 30.0
_BETWEEN_TRIES_S = 2.0
_BETWEEN_ANALYSES_S = 10.0  # the provider's ears are on this machine too
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Purse:
    """The budget of a page, which is raised a little now and then, and looked at each time.

    It may spend ``limit_nanousd``; by ``overspent_nanousd`` it was ever seen beyond.
    """

    def __init__(self, studio: Studio, page: str, step_nanousd: int) -> None:
        self._studio, self._step_nanousd = studio, step_nanousd
        self.page, self.limit_nanousd = page, 0
        self.overspent_nanousd = self.n_raised = 0
        self._put(step_nanousd)

    def look(self) -> int:
        """See whether more was spent than might be, and return how much was."""
        budgets = self._studio.usage.budgets
        (standing,) = budgets.standings(tuple(one for one in budgets.all() if one.scope_id == self.page))
        self.overspent_nanousd = max(self.overspent_nanousd, standing.spent_nanousd - self.limit_nanousd)
        return standing.spent_nanousd

    def raise_it(self) -> None:
        """Let a little more be spent than was so far, where it does not reach for that yet."""
        if (limit := self.look() + self._step_nanousd) > self.limit_nanousd:
            self._put(limit)
            self.n_raised += 1

    def _put(self, limit_nanousd: int) -> None:
        self.limit_nanousd = limit_nanousd  # first: whoever looks meanwhile sees no more than is allowed in a moment
        self._studio.usage.budgets.put(ScopeKind.PAGE, self.page, Every.MONTH, limit_nanousd)


@dataclass(slots=True)
class Load:
    """Keeps a fleet busy from :meth:`start` to :meth:`finish`, and sees what is stuck."""

    studio: Studio
    person_id: str
    address: str
    purses: tuple[Purse, ...]
    n_turns: int = 0
    n_gone_on_with: int = 0
    n_programmes: int = 0
    n_analyses: int = 0
    n_unfinished: int = 0
    n_failed: int = 0
    longest_stuck_s: float = 0.0
    _ends: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _moved: dict[str, tuple[object, float]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _until: float = float("inf")

    def start(self) -> None:
        """Begin."""
        works: list[Callable[[], None]] = [self._converse, self._analyse, self._spend]
        works += [self._programme] * _PROGRAMMES
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def finish(self, patience_s: float) -> None:
        """Begin nothing more, and wait until what is under way is done, or patience is over."""
        self._until = time.monotonic() + patience_s
        self._ends.set()
        for thread in self._threads:
            thread.join(max(0.0, self._until - time.monotonic()) + 10)

    def _saw(self, what: str, progress: object) -> None:
        """Note how far something has come; what does not change is stuck."""
        now = time.monotonic()
        known = self._moved.get(what)
        if known is None or known[0] != progress:
            self._moved[what] = progress, now
        else:
            if (stuck_s := now - known[1]) > max(self.longest_stuck_s, _TOLD_S):
                print(f"stuck for {stuck_s:.0f} s: {what} at {progress}", file=sys.stderr)
            self.longest_stuck_s = max(self.longest_stuck_s, stuck_s)

    def _told(self, trouble: str | None) -> None:
        """Count what came to no good end."""
        if trouble is not None:
            self.n_failed += 1
            print(f"failed: {trouble}", file=sys.stderr)

    def _programme(self) -> None:
        shape = Shape(format="announcement", personas=(Persona(name="Ann", voice="marin"),))
        while not self._ends.is_set():
            lines = [Line(text=f"This is the line {_words(next(self._numbers))}.") for _ in range(_N_LINES)]
            with suppress(AudiokitError):  # what the moment of a kill refuses: the next one is begun
                begun = self.studio.summaries.library.of_lines(self.person_id, "Lines", lines, shape)
                self.studio.summaries.making.speak(self.person_id, begun.id)
                self._until_spoken(begun.id)
                self.n_programmes += 1

    def _until_spoken(self, programme_id: str) -> None:
        while time.monotonic() < self._until:
            programme, going = self.studio.summaries.making.look(self.person_id, programme_id)
            self._saw(programme_id, (programme.n_spoken, programme.state, going and (going.stage, going.is_waiting)))
            if programme.state is Progress.PAUSED and not self._ends.is_set():  # its budget is raised by and by
                self._go_on(programme_id)
            elif not programme.state.is_under_way:
                self._told(None if programme.state is Progress.PAUSED else programme.trouble)
                return
            time.sleep(_LOOK_S)
        self.n_unfinished += 1

    def _go_on(self, programme_id: str) -> None:
        time.sleep(_BETWEEN_TRIES_S)
        with suppress(AudiokitError):
            self.studio.summaries.making.go_on(self.person_id, programme_id)
            self.n_gone_on_with += 1

    def _analyse(self) -> None:
        engine = Engine()
        while not self._ends.is_set():
            pcm16 = b"".join(engine.speak(f"I love the number {_words(next(self._numbers))}.", "marin"))
            with suppress(AudiokitError):  # what the moment of a kill refuses: the next one is begun
                wav = wav_header(len(pcm16)) + pcm16
                begun = self.studio.sentiment.gathering.begin(self.person_id, [("said.wav", wav)])
                self.studio.sentiment.making.start(self.person_id, begun.id)
                self._until_analysed(begun.id)
                self.n_analyses += 1
            self._ends.wait(_BETWEEN_ANALYSES_S)
        engine.close()

    def _until_analysed(self, batch_id: str) -> None:
        while time.monotonic() < self._until:
            batch, going = self.studio.sentiment.making.look(self.person_id, batch_id)
            self._saw(batch_id, [*(one.state for one in batch.recordings), going and going.stage])
            if going is None:
                for one in batch.recordings:
                    self._told(one.trouble)
                return
            time.sleep(_LOOK_S)
        self.n_unfinished += 1

    def _spend(self) -> None:
        """Look at the budget, raise it a little, and see how long turns wait."""
        for n in itertools.count():
            if self._ends.wait(_LOOK_S) and not self._sending():
                return
            if time.monotonic() > self._until:
                self.n_unfinished += len(self._sending())
                return
            with suppress(AudiokitError):
                for turn_id in self._sending():
                    self._saw(turn_id, State.SENDING)
                for purse in self.purses:
                    purse.look()
                    if n % 20 == 19:
                        purse.raise_it()

    def _sending(self) -> list[str]:
        """Return the replies that are awaited; a conversation that is looked at lets go of those that were lost."""
        converse = self.studio.converse
        return [
            turn.id
            for heading in converse.headings(self.person_id)[:12]
            for turn in converse.open(self.person_id, heading.id).turns
            if turn.state is State.SENDING
        ]

    def _converse(self) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(self._visit() for _ in range(_VISITORS)))

        asyncio.run(all_of_them())

    async def _visit(self) -> None:
        """Come, type turns until the line breaks, and come again."""
        while not self._ends.is_set():
            with suppress(OSError, TimeoutError, WebSocketException):
                async with visiting(self.address, {}) as visit:
                    await visit.open()
                    while not self._ends.is_set():
                        await self._turn(visit)
            await asyncio.sleep(_LOOK_S)

    async def _turn(self, visit: Visit) -> None:
        async with asyncio.timeout(30):
            await visit.answered()
            await visit.type(f"What is seven times {_words(next(self._numbers))}?")
        self.n_turns += 1
        is_refused = any("budget" in error.lower() for error in visit.errors)
        visit.errors.clear()
        await asyncio.sleep(1.0)
        if is_refused:
            raise TimeoutError  # begin a new conversation, in which nothing waits to be sent again


def _words(number: int) -> str:
    return " ".join(_NUMBERS[int(digit)] for digit in str(number))
