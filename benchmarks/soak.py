"""A day of visits in some minutes: whether memory, threads or open files grow with them.

Each visit is somebody else's: it opens the page, types a turn, mostly hears its answer, and goes; some come back to
what they said. What grows is fitted by a straight line over the last two thirds of the time, per thousand visits.
Streamlit remembers 128 visits that have gone for two minutes each: until then memory grows, and that is not counted.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from websockets.exceptions import WebSocketException

from benchmarks._one_replica import COOKIE_SECRET, Replica, replica
from benchmarks._visits import signed_cookies, visiting

__all__ = ["run"]

_SAMPLE_S = 2.0
_LEAVES_EARLY, _COMES_BACK = 0.2, 0.3
_SEED = 20261121


@dataclass(slots=True)
class _Seen:
    """What was seen from outside: each sample is visits so far, megabytes, threads and open files."""

    n_visits: int = 0
    n_troubles: int = 0
    samples: list[tuple[int, float, int, int]] = field(default_factory=list)


def run(seconds: float = 150.0, visitors: int = 6) -> dict[str, float]:
    """Have so many people at a time come and go for so long."""
    seen = _Seen()
    with tempfile.TemporaryDirectory() as name, replica(Path(name)) as served:
        asyncio.run(_all(served, seen, seconds, visitors))
        idle = served.rss_mb, served.n_threads, served.n_handles
    return {**_figures(seen), "rss_mb": idle[0], "threads": float(idle[1]), "handles": float(idle[2])}


def _figures(seen: _Seen) -> dict[str, float]:
    rows = np.array(seen.samples[len(seen.samples) // 3 :] or [(0, 0.0, 0, 0)], dtype=float)
    visits = rows[:, 0]
    spread = np.ptp(visits) > 0

    def per_thousand(column: int) -> float:
        return float(np.polyfit(visits, rows[:, column], 1)[0] * 1000) if spread else float("nan")

    return {
        "n_visits": float(seen.n_visits),
        "n_troubles": float(seen.n_troubles),
        "rss_mb_per_1000_visits": per_thousand(1),
        "threads_per_1000_visits": per_thousand(2),
        "handles_per_1000_visits": per_thousand(3),
        "first_rss_mb": float(rows[0, 1]),
        "last_rss_mb": float(rows[-1, 1]),
    }


async def _all(served: Replica, seen: _Seen, seconds: float, visitors: int) -> None:
    until = time.monotonic() + seconds
    coming = [asyncio.create_task(_people(served, seen, until, number)) for number in range(visitors)]
    while time.monotonic() < until:
        await asyncio.sleep(_SAMPLE_S)
        seen.samples.append((seen.n_visits, served.rss_mb, served.n_threads, served.n_handles))
    await asyncio.gather(*coming)


async def _people(served: Replica, seen: _Seen, until: float, number: int) -> None:
    """Come as one person after the other."""
    dice, n = random.Random(_SEED + number), 0  # noqa: S311 - who does what, not secrets
    while time.monotonic() < until:
        n += 1
        cookies = signed_cookies(served.address, COOKIE_SECRET, f"person{number}x{n}")
        try:
            query = await _visit(served.address, cookies, "", leaves_early=dice.random() < _LEAVES_EARLY)
            seen.n_visits += 1
            if dice.random() < _COMES_BACK:
                await _visit(served.address, cookies, query, leaves_early=False)
                seen.n_visits += 1
        except (OSError, TimeoutError, WebSocketException):
            seen.n_troubles += 1


async def _visit(address: str, cookies: dict[str, str], query: str, *, leaves_early: bool) -> str:
    async with visiting(address, cookies, query) as visit:
        await visit.open()
        await visit.answered()
        await visit.type("What is twelve times seven?")
        if not leaves_early:
            with suppress(TimeoutError):
                await visit.answered()
        return visit.query
