"""A day of visits in a quarter of an hour: whether memory, threads or open files grow with them.

Each visitor is somebody else's: they open a page, talk, drop a recording or a document, have something analysed or
spoken, take it away, and go; some come back to what they said. Streamlit remembers 128 visits that have gone for two
minutes each, and pools fill, so the first minutes are not counted. Twice a minute everybody rests, and what the process
has then is what is kept for nobody: a line through the second half of these says what grows, and how sure that is.

A day is taken to be a thousand visits: a hundred people who come ten times each (``days``).
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import numpy as np
from websockets.exceptions import WebSocketException

from audiokit.audio.wav import wav_header
from audiokit.offline.engine import Engine
from benchmarks._hands import Hands, NotThere, by_hand
from benchmarks._one_replica import COOKIE_SECRET, Replica, replica
from benchmarks._visits import signed_cookies

__all__ = ["run"]

_A_DAY = 1000
_REST_EVERY_S, _SETTLE_S = 30.0, 1.0
_LEAVES_EARLY, _COMES_BACK = 0.2, 0.3
_SEED = 20261121
_SAYING = "I love the number seven, and I hate to wait."
_LINES = "Welcome to the museum.\nThis hall is from nineteen hundred and two."
_DOCUMENT = b"The museum opens at nine. It closes at five.\n\nTickets are free on Sundays, and cost five euros else.\n"
_TROUBLES = (OSError, TimeoutError, WebSocketException, NotThere, httpx2.HTTPError)

Sample = tuple[float, int, float, int, int]
"""Seconds since the beginning, visits so far, and at rest: megabytes, threads, open files."""


@dataclass(slots=True)
class _Day:
    """What happens, and what was seen of it. Visits begin while ``is_open`` is set."""

    served: Replica
    recording: bytes
    began: float = field(default_factory=time.monotonic)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    n_inside: int = 0
    done: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)

    @property
    def now_s(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began


def run(seconds: float = 720.0, warm_up: float = 240.0, visitors: int = 6) -> dict[str, float]:
    """Have so many people at a time come and go: for ``warm_up`` seconds, then for ``seconds`` that count."""
    engine = Engine()
    pcm16 = b"".join(engine.speak(_SAYING, "marin"))
    engine.close()
    with tempfile.TemporaryDirectory() as name, replica(Path(name), AUDIOKIT_WORKER="app") as served:
        day = asyncio.run(_whole(served, wav_header(len(pcm16)) + pcm16, warm_up + seconds, visitors))
    return _figures(day, warm_up)


def _figures(day: _Day, warm_up: float) -> dict[str, float]:
    counted = [one for one in day.samples if one[0] >= warm_up] or day.samples
    half = counted[len(counted) // 2 :]
    n_visits, done = counted[-1][1] - counted[0][1], day.done
    figures = {"n_visits": float(n_visits), "days": n_visits / _A_DAY, "n_all_visits": float(day.samples[-1][1])}
    figures |= {f"n_{what}": float(done[what]) for what in ("turns", "uploads", "downloads", "jobs", "troubles")}
    for column, name in ((2, "rss_mb"), (3, "threads"), (4, "handles")):
        slope, give = _slope(half, column)
        figures |= {f"{name}_per_1000_visits": slope, f"{name}_give_or_take": give}
        figures |= {f"{name}_at_first": float(counted[0][column]), f"{name}_at_last": float(counted[-1][column])}
    return figures


def _slope(samples: list[Sample], column: int) -> tuple[float, float]:
    """Return what is added by a thousand visits, and half the width of its 95 % interval (least squares)."""
    rows = np.array(samples, dtype=float)
    if len(rows) < 4 or not np.ptp(rows[:, 1]):
        return float("nan"), float("nan")
    visits, values = rows[:, 1] - rows[:, 1].mean(), rows[:, column]
    slope = float(visits @ values / (visits @ visits))
    left = values - values.mean() - slope * visits
    error = float(np.sqrt(left @ left / (len(rows) - 2) / (visits @ visits)))
    return slope * 1000, error * _student(len(rows) - 2) * 1000


def _student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t (Abramowitz and Stegun, 26.7.5, two terms)."""
    z = 1.959964
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


async def _whole(served: Replica, recording: bytes, seconds: float, visitors: int) -> _Day:
    day = _Day(served, recording)
    people = [asyncio.create_task(_people(day, seconds, number)) for number in range(visitors)]
    while day.now_s < seconds:
        day.is_open.set()
        await asyncio.sleep(_REST_EVERY_S)
        await _rest(day)
    day.is_open.set()
    await asyncio.gather(*people)
    return day


async def _rest(day: _Day) -> None:
    """Let nobody in until all have gone, and look."""
    day.is_open.clear()
    while day.n_inside:  # noqa: ASYNC110 - it is no single thing that happens
        await asyncio.sleep(0.05)
    await asyncio.sleep(_SETTLE_S)
    seen = (day.served.rss_mb, day.served.n_threads, day.served.n_handles)
    day.samples.append((day.now_s, day.done["visits"], *seen))
    print("{:7.0f} s {:6d} visits {:8.1f} MB {:4d} threads {:4d} files".format(*day.samples[-1]), file=sys.stderr)


async def _people(day: _Day, seconds: float, number: int) -> None:
    """Come as one person after the other."""
    dice, n = random.Random(_SEED + number), 0  # noqa: S311 - who does what, not secrets
    ways: tuple[tuple[float, Callable[..., Awaitable[None]]], ...] = (
        (0.82, _talk), (0.07, _recording), (0.05, _document), (0.03, _analysis), (0.03, _programme)
    )  # fmt: skip
    while day.now_s < seconds:
        await day.is_open.wait()
        n += 1
        (way,) = dice.choices([one for _, one in ways], [share for share, _ in ways])
        day.n_inside += 1
        try:
            await way(day, signed_cookies(day.served.address, COOKIE_SECRET, f"person{number}x{n}"), dice)
        except _TROUBLES as error:
            day.done["troubles"] += 1
            print(f"trouble: {way.__name__}: {type(error).__name__} {error}"[:300], file=sys.stderr)
        finally:
            day.n_inside -= 1


async def _talk(day: _Day, cookies: dict[str, str], dice: random.Random) -> None:
    """Type a turn, mostly hear its answer, and perhaps come back to it."""
    query = ""
    for _ in range(1 + (dice.random() < _COMES_BACK)):
        async with by_hand(day.served.address, cookies, query=query) as visit:
            await visit.answered()
            await visit.type("What is twelve times seven?")
            day.done["turns"] += 1
            if dice.random() >= _LEAVES_EARLY:
                with suppress(TimeoutError):
                    await visit.answered()
            query = visit.query
        day.done["visits"] += 1


async def _recording(day: _Day, cookies: dict[str, str], _dice: random.Random) -> None:
    """Drop a recording into a conversation, and think better of it."""
    async with by_hand(day.served.address, cookies) as visit:
        await _dropped(day, visit, "said.wav", day.recording)
        await visit.press("Discard")
    day.done["visits"] += 1


async def _document(day: _Day, cookies: dict[str, str], _dice: random.Random) -> None:
    """Drop a document, and see what a programme of it would cost."""
    async with by_hand(day.served.address, cookies, "spoken_summaries") as visit:
        await _dropped(day, visit, "museum.txt", _DOCUMENT)
    day.done["visits"] += 1


async def _analysis(day: _Day, cookies: dict[str, str], _dice: random.Random) -> None:
    """Have a recording analysed, and take it away."""
    async with by_hand(day.served.address, cookies, "sentiment_analysis") as visit:
        await _dropped(day, visit, "said.wav", day.recording)
        await visit.press("Analyse")
        await _taken(day, visit, "CSV")
    day.done["visits"] += 1


async def _programme(day: _Day, cookies: dict[str, str], _dice: random.Random) -> None:
    """Have lines of one's own spoken, and take the sound away."""
    async with by_hand(day.served.address, cookies, "spoken_summaries") as visit:
        await visit.choose("Make it from", 1)
        await visit.write("…or write them here", _LINES)
        await visit.press("Make a script of these lines")
        await visit.press("Generate sound")
        await _taken(day, visit, "Download MP3")
    day.done["visits"] += 1


async def _dropped(day: _Day, visit: Hands, name: str, data: bytes) -> None:
    await visit.drop([(name, data)])
    day.done["uploads"] += 1


async def _taken(day: _Day, visit: Hands, label: str) -> None:
    """Wait until what was begun is there, and fetch it."""
    await visit.until(lambda page: page.has("link_button", label))
    day.done["jobs"] += 1
    assert await visit.fetch(label)
    day.done["downloads"] += 1
