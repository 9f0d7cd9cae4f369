"""Each way into the app for somebody's bytes, at the services behind the pages: what became of a file that came so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import insert

from audiokit.converse.conversation import Options
from audiokit.errors import AudiokitError
from audiokit.store.columns import utc_now
from audiokit.store.tables import person
from audiokit.studio import Studio

__all__ = ["Dropped", "Way", "admitted", "as_document", "as_recording", "as_take", "dropped", "small_wav"]

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
