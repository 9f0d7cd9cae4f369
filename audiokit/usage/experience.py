"""How long the latest answers of a kind were, to foresee what the next one may cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import bindparam, func, select

from audiokit.store.database import Database
from audiokit.store.tables import entry as entries

__all__ = ["Experience"]

_LOOK_BACK = 1_000  # entries, of all kinds: so a look takes the same few milliseconds whatever the ledger holds
_ENOUGH = 5  # answers of a kind, to go by them
_HOLDS_FOR_S = 300.0
_LATEST = select(entries).order_by(entries.c.at.desc()).limit(_LOOK_BACK).subquery()
_LONGEST = select(
    func.count(),
    func.max(func.coalesce(_LATEST.c.text_out_tokens, 0)),
    func.max(func.coalesce(_LATEST.c.audio_out_tokens, 0)),
).where(
    _LATEST.c.outcome == "answered",
    _LATEST.c.corrects.is_(None),
    _LATEST.c.kind == bindparam("of_kind"),
    _LATEST.c.page == bindparam("of_page"),
    _LATEST.c.model_asked == bindparam("of_model"),
    _LATEST.c.text_out_tokens.is_not(None) | _LATEST.c.audio_out_tokens.is_not(None),
)
_Kind = tuple[str, str, str]


class Experience:
    """Of this installation. Safe to share between threads; ``clock`` is steady seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._known: dict[_Kind, tuple[float, tuple[int, int] | None]] = {}
        self._lock = threading.Lock()

    def longest(self, kind: str, page: str, model: str) -> tuple[int, int] | None:
        """Return the most tokens of text and of sound in one of the latest answers; None where there were few.

        ``kind`` is that of the ledger's entries. What was found holds for some minutes.
        """
        key = (kind, page, model)
        with self._lock:
            until, found = self._known.get(key, (0.0, None))
        if self._clock() >= until:
            found = self._look(*key)
            with self._lock:
                self._known[key] = self._clock() + _HOLDS_FOR_S, found
        return found

    def _look(self, kind: str, page: str, model: str) -> tuple[int, int] | None:
        with self._database.read() as connection:
            of = {"of_kind": kind, "of_page": page, "of_model": model}
            n, text, audio = connection.execute(_LONGEST, of).one()
        return (int(text), int(audio)) if n >= _ENOUGH else None
