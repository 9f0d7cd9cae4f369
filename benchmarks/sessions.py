"""A hundred signed-in people on one replica, each of whom types a turn every half minute: how fast the page responds.

``p95_ms`` is from what was typed leaving the client to the page being drawn with it, by Streamlit's own protocol over
its own WebSocket; the offline engine answers. Clients and server share the machine. The first half minute, in which
everybody comes, is not counted but for ``first_page_ms``.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks._one_replica import COOKIE_SECRET, Replica, replica
from benchmarks._visits import Visit, signed_cookies, visiting

__all__ = ["run"]

_EVERY_S = 30.0
_COMING_S = 0.3  # between one person and the next
_SEED = 20261121
_ASKED = (
    "What can you do?",
    "What is twelve times seven?",
    "What day is it today?",
    "Please repeat that",
    "How far is it from here to the sea?",
)


@dataclass(slots=True)
class _Seen:
    """What all visits saw together, in seconds."""

    opened: list[float] = field(default_factory=list)
    typed: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run(sessions: int = 100, seconds: float = 120.0) -> dict[str, float]:
    """Have so many sessions for so long, and say what they saw and what the replica needed."""
    with tempfile.TemporaryDirectory() as name, replica(Path(name)) as served:
        return asyncio.run(_all(served, sessions, seconds))


async def _all(served: Replica, sessions: int, seconds: float) -> dict[str, float]:
    seen = _Seen()
    await _stay(served, 0, time.monotonic() + 5, _Seen(), asyncio.Event())  # what the first visit of all loads
    before_mb, at_hand, dice = served.rss_mb, asyncio.Event(), random.Random(_SEED)  # noqa: S311 - when, not secrets
    until = time.monotonic() + sessions * _COMING_S + seconds + 5
    tasks = list[asyncio.Task[None]]()
    for number in range(sessions):
        tasks.append(asyncio.create_task(_stay(served, number + 1, until, seen, at_hand, dice.uniform(0, _EVERY_S))))
        await asyncio.sleep(_COMING_S)
    while len(seen.opened) < sessions and time.monotonic() < until:  # noqa: ASYNC110 - it is no single thing that happens
        await asyncio.sleep(0.1)
    open_mb = served.rss_mb
    at_hand.set()
    began, cpu_s, children_cpu_s = time.monotonic(), served.cpu_s, served.children_cpu_s
    own_s = time.process_time()
    await asyncio.sleep(seconds)
    lasted, used_s = time.monotonic() - began, served.cpu_s - cpu_s
    figures = {
        "cpu_cores": used_s / lasted,
        "engine_cpu_cores": (served.children_cpu_s - children_cpu_s) / lasted,
        "clients_cpu_cores": (time.process_time() - own_s) / lasted,
        "cpu_per_turn_ms": used_s * 1000 / max(1, len(seen.typed)),
        "session_mb": (open_mb - before_mb) / sessions,
        "session_after_turns_mb": (served.rss_mb - before_mb) / sessions,
        "rss_mb": served.rss_mb,
    }
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {**_figures(seen, sessions), **figures}


def _figures(seen: _Seen, sessions: int) -> dict[str, float]:
    typed_ms = np.array(seen.typed or [np.nan]) * 1000
    return {
        "sessions": float(sessions),
        "n_turns": float(len(seen.typed)),
        "n_answered": float(len(seen.answered)),
        "n_errors": float(len(seen.errors)),
        "p50_ms": float(np.percentile(typed_ms, 50)),
        "p95_ms": float(np.percentile(typed_ms, 95)),
        "max_ms": float(typed_ms.max()),
        "first_page_ms": float(np.percentile(np.array(seen.opened or [np.nan]) * 1000, 50)),
        "answered_p95_ms": float(np.percentile(np.array(seen.answered or [np.nan]) * 1000, 95)),
    }


async def _stay(
    served: Replica, number: int, until: float, seen: _Seen, at_hand: asyncio.Event, wait_s: float = 0.0
) -> None:
    """Come, and type a turn every half minute; where ``wait_s`` says, from when all are there on."""
    cookies = signed_cookies(served.address, COOKIE_SECRET, f"person{number}")
    async with visiting(served.address, cookies) as visit:
        seen.opened.append(await visit.open())
        if number:
            await at_hand.wait()
            await asyncio.sleep(wait_s)
        turn = number
        while time.monotonic() < until:
            began = time.monotonic()
            await _turn(visit, _ASKED[turn % len(_ASKED)], seen)
            turn += 1
            if not number:
                return
            await asyncio.sleep(max(0.0, _EVERY_S - (time.monotonic() - began)))


async def _turn(visit: Visit, words: str, seen: _Seen) -> None:
    try:
        await visit.answered()  # at once, unless the turn before is not answered yet
        seen.typed.append(await visit.type(words))
        seen.answered.append(await visit.answered())
    except TimeoutError:
        seen.errors.append("nothing came")
    seen.errors += visit.errors
    visit.errors.clear()
