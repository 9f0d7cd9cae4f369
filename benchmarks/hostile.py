"""Files made to break us, dropped on the pages of a running app: how long, in how much memory, and what others wait.

All that is in the collection and all our bombs go through Streamlit's own uploader, by several visits of one person at
a time; another person opens the page, types a turn, and drops a small recording meanwhile, again and again. A crash is
an exception on a page or in the log, a line that breaks, or a file of which nothing is said.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks._bombs import DOCUMENTS, SOUNDS
from benchmarks._dropping import PAGES, Told, dropped, fitting
from benchmarks._hands import by_hand
from benchmarks._one_replica import COOKIE_SECRET, Replica, below, replica
from benchmarks._visits import signed_cookies
from benchmarks._ways_in import small_wav

__all__ = ["Drop", "Seen", "attacked", "run"]

_REAL = Path(__file__).resolve().parents[2] / "shared" / "real" / "malformed"
_LOOK_S = 0.1
_BETWEEN_S = 0.5  # the visits of another person
_SHOWN = 12

Drop = tuple[str, Mapping[str, Callable[[], bytes]]]
"""A page, and files that are dropped there together: by their names, what makes each."""


@dataclass(slots=True)
class Seen:
    """What was seen while files were dropped: of each, of another person's waits in seconds, and of memory."""

    told: list[Told] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    others_troubles: list[str] = field(default_factory=list)
    app_mb: float = 0.0
    peak_mb: float = 0.0
    worker_mb: float = 0.0

    @property
    def crashes(self) -> list[Told]:
        """Those of which something happened that never should."""
        return [one for one in self.told if one.crash is not None]


def run(at_once: int = 3) -> dict[str, float]:
    """Drop all of it, by so many visits at a time."""
    with tempfile.TemporaryDirectory() as name, replica(Path(name)) as served:
        seen = asyncio.run(attacked(served, list(_drops()), at_once))
        n_logged = (Path(name) / "app.log").read_text("utf-8", "replace").count("Traceback")
    for one in sorted(seen.told, key=lambda one: -one.took_s)[:_SHOWN] + seen.crashes:
        told = f"CRASH {one.crash}" if one.crash else one.sentence or "taken"
        print(f"{one.took_s:7.2f} s  {one.page:18} {one.name:40.40} {told[:110]}", file=sys.stderr)
    waits_ms = np.array(seen.waits or [np.nan]) * 1000
    return {
        "n_files": len(seen.told),
        "n_sentences": sum(one.sentence is not None for one in seen.told),
        "n_taken": sum(one.sentence is None and one.crash is None for one in seen.told),
        "n_crashes": len(seen.crashes) + n_logged,
        "slowest_s": max(one.took_s for one in seen.told),
        "others_asked": len(seen.waits),
        "others_troubles": len(seen.others_troubles),
        "others_p50_ms": float(np.percentile(waits_ms, 50)),
        "others_p95_ms": float(np.percentile(waits_ms, 95)),
        "others_longest_ms": float(waits_ms.max()),
        "before_mb": seen.app_mb,
        "peak_mb": seen.peak_mb,
        "worker_peak_mb": seen.worker_mb,
    }


async def attacked(served: Replica, drops: Sequence[Drop], at_once: int) -> Seen:
    """Have one person drop files by so many visits, while another one comes and goes."""
    seen, cookies = Seen(), signed_cookies(served.address, COOKIE_SECRET, "mallory")
    other = signed_cookies(served.address, COOKIE_SECRET, "ada")
    await _comes(served.address, other, Seen())  # what the first visit of all loads
    seen.app_mb, left = served.rss_mb, iter(drops)

    async def drop_on() -> None:
        for page, files in left:
            made = await asyncio.to_thread(_made, files)
            seen.told += await dropped(served.address, cookies, page, fitting(page, made))

    beside = [asyncio.create_task(_watch(served, seen)), asyncio.create_task(_keep_coming(served.address, other, seen))]
    await asyncio.gather(*(drop_on() for _ in range(at_once)))
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    return seen


def _drops() -> Iterator[Drop]:
    """Yield what is dropped where: each bomb alone, the collection many at a time where a zone takes many."""
    collection: dict[str, Callable[[], bytes]] = {
        path.name: path.read_bytes for path in sorted(_REAL.rglob("*")) if path.is_file()
    }
    for page, (_, most, _) in PAGES.items():
        for name, make in (DOCUMENTS if page == "spoken_summaries" else SOUNDS).items():
            yield page, {name: make}
        names = list(collection)
        for start in range(0, len(names), most):
            yield page, {name: collection[name] for name in names[start : start + most]}


def _made(files: Mapping[str, Callable[[], bytes]]) -> dict[str, bytes]:
    return {name: make() for name, make in files.items()}


async def _keep_coming(address: str, cookies: Mapping[str, str], seen: Seen) -> None:
    while True:
        try:
            await _comes(address, cookies, seen)
        except Exception as error:  # noqa: BLE001 - what is measured is whether there are any
            seen.others_troubles.append(f"{type(error).__name__}: {error}")
        await asyncio.sleep(_BETWEEN_S)


async def _comes(address: str, cookies: Mapping[str, str], seen: Seen) -> None:
    """Open the page, type a turn, and on another page drop a small recording."""
    began = time.monotonic()
    async with by_hand(address, cookies) as visit:
        seen.waits.append(time.monotonic() - began)
        seen.waits.append(await visit.type("What is twelve times seven?"))
    async with by_hand(address, cookies) as visit:
        seen.waits.append(await visit.drop([("hum.wav", small_wav())], "A recording"))
        seen.others_troubles += visit.exceptions


async def _watch(served: Replica, seen: Seen) -> None:
    while True:
        seen.peak_mb = max(seen.peak_mb, served.rss_mb)
        seen.worker_mb = max(seen.worker_mb, *map(_resident_mb, below(served.pid)), 0.0)
        await asyncio.sleep(_LOOK_S)


def _resident_mb(process_id: int) -> float:
    try:
        pages = int(Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1])
    except OSError:  # it ended
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
