"""What was generated once, by the digest of what it was made of: the same is never paid for again, whoever asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.tables import insert_once
from audiokit.store.tables import made as table

__all__ = ["FEWEST_WORDS", "Made", "MadeClip", "TimedText"]

FEWEST_WORDS: Final = 150
"""Before as much was said, a voice's rate is not known: about a minute."""

_COUNTED_EVERY_S: Final = 10.0

TimedText = tuple[str, float, float]
"""A word, and the seconds at which it begins and ends."""

_ITS_KEY = table.c.key == bindparam("its_key")
_FIND = select(table).where(_ITS_KEY)
_KEEP = insert_once(table)
_INSERT = insert(table)
_TIME = update(table).where(_ITS_KEY).values(timings=bindparam("placed"))
_FORGET = delete(table).where(_ITS_KEY)
_RATES = (
    select(table.c.voice, table.c.model, func.sum(table.c.n_words), func.sum(table.c.duration_s))
    .where(table.c.duration_s > 0)
    .group_by(table.c.voice, table.c.model)
    .having(func.sum(table.c.n_words) >= bindparam("fewest"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeClip:
    """Sound that was paid for. ``digest`` names the blob; ``cost_nanousd`` None is not known.

    ``heard`` is what was said by the reply's own account, None where it gave none. ``timings`` may come later; they are
    none until then.
    """

    key: str
    digest: str
    media_type: str = "audio/wav"
    duration_s: float
    n_words: int
    heard: str | None = None
    voice: str
    model: str
    cost_nanousd: int | None = None
    timings: tuple[TimedText, ...] = ()
    created_at: datetime = field(default_factory=utc_now)


class Made:
    """The rows of what was generated. The sound itself is a blob, and may be gone while its row is there."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._known: tuple[float, Mapping[tuple[str, str], float]] | None = None

    def find(self, key: str) -> MadeClip | None:
        """Return what was made of this; None if nothing was."""
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"its_key": key}).mappings().one_or_none()
        if row is None:
            return None
        timings = tuple((str(text), float(start_s), float(end_s)) for text, start_s, end_s in row["timings"] or ())
        return MadeClip(**{**row, "timings": timings})

    def keep(self, clip: MadeClip) -> None:
        """Keep ``clip``, unless something is kept under its key already: the first stands."""
        with self._database.write() as connection:
            connection.execute(_KEEP[connection.dialect.name], asdict(clip))

    def replace(self, clip: MadeClip) -> None:
        """Keep ``clip`` in place of what was kept under its key, if anything was."""
        with self._database.write() as connection:
            connection.execute(_FORGET, {"its_key": clip.key})
            connection.execute(_INSERT, asdict(clip))

    def time(self, key: str, timings: tuple[TimedText, ...]) -> None:
        """Keep when each word of a clip is said."""
        with self._database.write() as connection:
            connection.execute(_TIME, {"its_key": key, "placed": timings})

    def forget(self, key: str) -> None:
        """Forget what was made; it is no error if nothing was. Its blob is not touched."""
        with self._database.write() as connection:
            connection.execute(_FORGET, {"its_key": key})

    def rates(self, *, fewest_words: int = FEWEST_WORDS) -> Mapping[tuple[str, str], float]:
        """Return the words a minute of each voice and model that has said enough to tell, as (voice, model).

        They hardly change, and every line asks for them: so they are counted every few seconds, not every time.
        """
        now = self._clock()
        if fewest_words == FEWEST_WORDS and self._known is not None and now < self._known[0] + _COUNTED_EVERY_S:
            return self._known[1]
        counted = self._counted(fewest_words)
        if fewest_words == FEWEST_WORDS:
            self._known = now, counted
        return counted

    def _counted(self, fewest_words: int) -> Mapping[tuple[str, str], float]:
        with self._database.read() as connection:
            rows = connection.execute(_RATES, {"fewest": fewest_words}).all()
        return {(voice, model): 60 * int(n_words) / float(seconds) for voice, model, n_words, seconds in rows}
