"""How an answer is made: what is not yet heard is heard, then it is thought about, then said at a pace.

Hearing and speaking wait for their turn at the one worker process that does each. Waiting is first come, first served,
in threads of their own, so that thirty sessions neither starve each other nor whoever else needs a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from audiokit.audio.wav import from_pcm16
from audiokit.errors import AudiokitError
from audiokit.offline.calling import wanted_calls
from audiokit.offline.chat import made_call
from audiokit.offline.counting import call_tokens, spoken_text_tokens, text_tokens
from audiokit.offline.engine import Engine, Heard
from audiokit.offline.messages import Message, Turn
from audiokit.offline.realtime.conversation import messages
from audiokit.offline.realtime.items import Item, Said, Sound
from audiokit.offline.realtime.pace import Pace
from audiokit.offline.realtime.reply import Reply
from audiokit.offline.realtime.setup import Setup
from audiokit.offline.refusals import Refused, as_refusal
from audiokit.offline.speak import SAMPLE_RATE_HZ, TOKEN_BYTES, Spoken
from audiokit.offline.tools import Call

__all__ = ["Ears", "Room", "Spawn", "answer", "next_spoken"]

Room = Callable[[], Awaitable[None]]
"""Waits until what was told has left."""

_FIRST_SIZES_BYTES, _SIZE_BYTES = (4_800, 7_200), 12_000
_HEARING = RunVar[CapacityLimiter]("realtime-hearing")
_SPEAKING = RunVar[CapacityLimiter]("realtime-speaking")


class Spawn(Protocol):
    """Starts something that ends with the session at the latest."""

    def __call__(self, work: Coroutine[Any, Any, Any], /) -> asyncio.Task[Any]:
        """Return its task."""


class Ears:
    """Hears every sound once, whoever asks and however often."""

    def __init__(self, engine: Engine, spawn: Spawn) -> None:
        self._engine, self._spawn = engine, spawn
        self._tasks = dict[Sound, asyncio.Task[Heard | AudiokitError]]()

    async def hear(self, sound: Sound) -> Heard:
        """Return what is heard in it, and keep it there.

        Raises:
            AudiokitError: the engine cannot hear.
        """
        if sound.heard is None:
            if sound not in self._tasks:
                self._tasks[sound] = self._spawn(self._hear(sound))
            found = await asyncio.shield(self._tasks[sound])
            self._tasks.pop(sound, None)
            if isinstance(found, AudiokitError):
                raise found
            sound.heard = found
        return sound.heard

    async def _hear(self, sound: Sound) -> Heard | AudiokitError:
        clip = from_pcm16(sound.pcm16, SAMPLE_RATE_HZ)
        try:
            return await to_thread.run_sync(self._engine.hear, clip, abandon_on_cancel=True, limiter=_limiter(_HEARING))
        except AudiokitError as error:
            return error


async def answer(reply: Reply, engine: Engine, ears: Ears, *, pace: Pace, room: Room) -> None:
    """Make ``reply``, until it is done or was ended by somebody else."""
    try:
        for sound in _sounds(reply.read):
            await ears.hear(sound)
        plan = await to_thread.run_sync(_planned, reply.setup, messages(reply.setup, reply.read), engine)
        if reply.is_over:
            return
        if plan.calls:
            _call(reply, plan.calls)
        elif reply.setup.speaks:
            await _speak(reply, plan, engine, pace=pace, room=room)
        else:
            _write(reply, plan.text)
    except Refused as refused:
        reply.fail(refused)
    except AudiokitError as error:
        reply.fail(as_refusal(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What to answer with."""

    text: str = ""
    speed: float = 1.0
    language: str = "en"
    calls: tuple[Call, ...] = ()


def _planned(setup: Setup, said: list[Message], engine: Engine) -> _Plan:
    if len(said) == 1:
        said = [*said, Message(role="user", text="")]
    turn = Turn.of(said, engine.now())
    if wanted := wanted_calls(setup.tools, setup.tool_choice, turn):
        return _Plan(calls=tuple(made_call(one) for one in wanted))
    thought = engine.think(said)
    return _Plan(text=thought.text, speed=thought.speed, language=thought.language)


def _call(reply: Reply, calls: tuple[Call, ...]) -> None:
    limit = reply.setup.max_output_tokens
    for call in calls:
        left = None if limit is None else limit - reply.text_tokens
        if left is not None and call_tokens([call]) > left:
            size = len(call.arguments) * max(0, left - text_tokens(call.name)) // call_tokens([call])
            reply.call(replace(call, arguments=call.arguments[:size]))
            reply.run_out()
        else:
            reply.call(call)
    reply.complete()


def _write(reply: Reply, text: str) -> None:
    limit, words = reply.setup.max_output_tokens, text.split(" ")
    while limit is not None and len(words) > 1 and text_tokens(" ".join(words)) > limit:
        words.pop()
    kept = " ".join(words)
    reply.begin_message()
    reply.write(kept)
    if kept == text:
        reply.complete()
    else:
        reply.run_out()


async def _speak(reply: Reply, plan: _Plan, engine: Engine, *, pace: Pace, room: Room) -> None:
    """Say it clause by clause; at a limit the sound ends in mid-word, as recorded of chat."""
    limit = reply.setup.max_output_tokens
    most_bytes = None if limit is None else max(1, limit - spoken_text_tokens(plan.text)) * TOKEN_BYTES
    spoken = engine.say(plan.text, reply.setup.voice, reply.setup.speed * plan.speed, plan.language)
    n_bytes, has_begun = 0, False
    try:
        while (clause := await next_spoken(spoken)) is not None and not reply.is_over:
            if not has_begun:
                reply.begin_message()
                has_begun = True
            reply.announce(clause.text)
            for piece in _pieces(clause.pcm16, n_bytes):
                await room()
                await pace.wait_for(n_bytes / 2 / SAMPLE_RATE_HZ)
                if reply.is_over:
                    return
                piece = piece if most_bytes is None else piece[: most_bytes - n_bytes]  # noqa: PLW2901
                n_bytes += len(piece)
                reply.speak(piece)
                if n_bytes == most_bytes:
                    reply.run_out()
                    return
        reply.complete()
    finally:
        with suppress(ValueError):  # a clause is being made in its thread, which ends with it
            spoken.close()  # type: ignore[attr-defined]


async def next_spoken(spoken: Iterator[Spoken]) -> Spoken | None:
    """Wait for the mouth, and return the next clause; None where all is said."""
    return await to_thread.run_sync(next, spoken, None, limiter=_limiter(_SPEAKING))


def _pieces(pcm16: bytes, n_sent: int) -> Iterator[bytes]:
    """Yield sound in the sizes of recorded streams: small ones first."""
    sizes = iter(_FIRST_SIZES_BYTES if not n_sent else ())
    start = 0
    while start < len(pcm16):
        size = next(sizes, _SIZE_BYTES)
        yield pcm16[start : start + size]
        start += size


def _sounds(items: Sequence[Item]) -> list[Sound]:
    return [sound for item in items if isinstance(item, Said) for sound in item.sounds]


def _limiter(of: RunVar[CapacityLimiter]) -> CapacityLimiter:
    """Return the queue of this event loop; a limiter serves in order."""
    try:
        return of.get()
    except LookupError:
        limiter = CapacityLimiter(1)
        of.set(limiter)
        return limiter
