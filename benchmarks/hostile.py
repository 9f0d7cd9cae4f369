"""Files made to break us, through every way into the app: how long, in how much memory, and what others wait."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import insert

from audiokit.converse.conversation import Options
from audiokit.errors import AudiokitError
from audiokit.process.worker import Worker
from audiokit.settings import Settings
from audiokit.store.columns import utc_now
from audiokit.store.tables import person
from audiokit.studio import Studio, open_studio
from benchmarks._bombs import DOCUMENTS, SOUNDS

__all__ = ["Dropped", "admitted", "as_document", "as_recording", "as_take", "dropped", "small_wav"]

_REAL = Path(__file__).resolve().parents[2] / "shared" / "real" / "malformed"
_ATTACKER, _OTHER = "mallory", "ada"
_AT_ONCE = 3  # visits of the one who attacks
_BEAT_S = 0.02

Way = Callable[[Studio, str, str, bytes], str | None]
"""One way in: the person, the file's name and its bytes; returns the sentence, or None where it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What became of one file, in so many seconds; ``crash`` is what should never have been raised."""

    way: str
    name: str
    took_s: float
    sentence: str | None
    crash: str | None = None


def as_take(studio: Studio, person_id: str, _name: str, data: bytes) -> str | None:
    """Say it in a conversation."""
    conversation = studio.converse.start(person_id, Options())
    return studio.converse.keep_take(person_id, conversation.id, data).failure


def as_recording(studio: Studio, person_id: str, name: str, data: bytes) -> str | None:
    """Have it analysed."""
    return studio.sentiment.gathering.begin(person_id, [(name, data)]).recordings[0].trouble


def as_document(studio: Studio, person_id: str, name: str, data: bytes) -> str | None:
    """Have it read for a programme."""
    programme = studio.summaries.gathering.begin(person_id)
    return studio.summaries.gathering.add_files(person_id, programme.id, [(name, data)]).sources[0].trouble


def admitted(studio: Studio, *person_ids: str) -> None:
    """Write people down, whom the tables ask for."""
    rows = [{"id": person_id, "name": person_id, "created_at": utc_now()} for person_id in person_ids]
    with studio.database.write() as connection:
        connection.execute(insert(person), rows)


def dropped(studio: Studio, way: Way, person_id: str, name: str, data: bytes) -> Dropped:
    """Drop a file, and return what became of it, whatever was raised."""
    started, sentence, crash = time.perf_counter(), None, None
    try:
        sentence = way(studio, person_id, name, data)
    except AudiokitError as error:
        sentence = str(error)
    except Exception as error:  # noqa: BLE001 - what is measured is whether there are any
        crash = f"{type(error).__name__}: {error}"[:200]
    took_s = time.perf_counter() - started
    return Dropped(way=way.__name__, name=name, took_s=took_s, sentence=sentence, crash=crash)


def small_wav() -> bytes:
    """Return a second of a quiet hum, which is no speech, and is judged in no time."""
    import numpy as np  # noqa: PLC0415 - a second to load

    from audiokit.audio.clip import Clip  # noqa: PLC0415 - the same
    from audiokit.audio.wav import to_wav  # noqa: PLC0415 - the same

    hum = 0.01 * np.sin(2 * np.pi * 100 * np.arange(24_000) / 24_000)
    return to_wav(Clip(hum.astype(np.float32)[:, None], 24_000))


def run() -> dict[str, float]:
    """Return seconds, megabytes, and what another person waits for a small recording and for anything at all."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUDIOKIT_DATA_DIR"] = folder
        studio = open_studio(Settings.read())
        try:
            return _measured(studio)
        finally:
            studio.close()


def _measured(studio: Studio) -> dict[str, float]:
    small = small_wav()
    admitted(studio, _ATTACKER, _OTHER)
    for _ in range(3):  # the processes start
        dropped(studio, as_take, _OTHER, "a.wav", small)
        dropped(studio, as_document, _OTHER, "a.txt", b"Hello there.")
    files = list(_files())
    with _watched(studio) as watched, _asking(studio, small) as waits, ThreadPoolExecutor(_AT_ONCE) as visits:
        found = list(visits.map(lambda one: dropped(studio, one[0], _ATTACKER, one[1], one[2]()), files))
    for one in sorted(found, key=lambda one: -one.took_s)[:10] + [one for one in found if one.crash]:
        told = one.crash or one.sentence or "taken"
        print(f"{one.took_s:7.2f} s  {one.way:13} {one.name:40.40} {told[:110]}", file=sys.stderr)
    return {
        "files": len(found),
        "refused_with_a_sentence": sum(one.sentence is not None for one in found),
        "crashes": sum(one.crash is not None for one in found),
        "slowest_s": max(one.took_s for one in found),
        "app_growth_mb": watched.app_mb,
        "worker_peak_mb": watched.worker_mb,
        "longest_pause_of_the_app_ms": 1000 * watched.pause_s,
        "other_person_p50_ms": _at(waits, 0.5),
        "other_person_p95_ms": _at(waits, 0.95),
        "other_person_longest_ms": _at(waits, 1.0),
        "other_person_asked": len(waits),
    }


def _files() -> Iterator[tuple[Way, str, Callable[[], bytes]]]:
    collection: Mapping[str, Callable[[], bytes]] = {
        path.name: path.read_bytes for path in sorted(_REAL.rglob("*")) if path.is_file()
    }
    for name, make in {**SOUNDS, **collection}.items():
        yield as_take, name, make
        yield as_recording, name, make
    for name, make in {**DOCUMENTS, **collection}.items():
        yield as_document, name, make


def _at(waits: list[float], share: float) -> float:
    return 1000 * sorted(waits)[min(len(waits) - 1, int(share * len(waits)))] if waits else 0.0


@dataclass(slots=True)
class _Watched:
    app_mb: float = 0.0
    worker_mb: float = 0.0
    pause_s: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def _watched(studio: Studio) -> Iterator[_Watched]:
    """Look at the memory of our processes again and again, and at how late one comes to look."""
    workers: list[Worker] = [*studio.door._workers, *studio.summaries.gathering.reader._workers]  # noqa: SLF001
    watched, before_mb = _Watched(), _resident_mb(os.getpid())

    def watch() -> None:
        last = time.perf_counter()
        while not watched.over.wait(_BEAT_S):
            now = time.perf_counter()
            watched.pause_s, last = max(watched.pause_s, now - last - _BEAT_S), now
            watched.app_mb = max(watched.app_mb, _resident_mb(os.getpid()) - before_mb)
            for worker in workers:
                if (process_id := worker.process_id) is not None:
                    watched.worker_mb = max(watched.worker_mb, _resident_mb(process_id))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield watched
    finally:
        watched.over.set()
        thread.join()


@contextmanager
def _asking(studio: Studio, small: bytes) -> Iterator[list[float]]:
    """Have another person drop a small recording and a small document, again and again."""
    waits, over = list[float](), threading.Event()

    def ask() -> None:
        ways = (partial(as_take, studio, _OTHER, "a.wav", small), partial(as_document, studio, _OTHER, "a.txt", b"Hi."))
        while not over.wait(0.1):
            for way in ways:
                started = time.perf_counter()
                way()
                waits.append(time.perf_counter() - started)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()


def _resident_mb(process_id: int) -> float:
    with suppress(OSError):
        pages = int(Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0
