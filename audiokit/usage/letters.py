"""Notices on their way out of the house: each goes once by each way, tried again only where it cannot have arrived.

Any number of processes may look for what is due; a letter is taken by one conditional UPDATE before it is sent. What
was under way when its process died is not sent again: nobody knows whether it arrived, and it stands in the app.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from audiokit.errors import StoreError
from audiokit.store.columns import Instant, utc_now
from audiokit.store.database import Database
from audiokit.store.tables import notice as notices
from audiokit.store.tables import notice_letter as letters
from audiokit.usage.notices import Notice, notice_of

__all__ = ["Letters", "NotSent", "Postman", "Way"]

_log = logging.getLogger(__name__)
_YOUNG = timedelta(days=2)  # what is older is no news
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
_LOOK_EVERY_S = 30.0


class NotSent(Exception):
    """A letter did not go out; ``may_have_arrived``: nobody knows; ``is_final``: another try would be in vain."""

    def __init__(self, why: str, *, may_have_arrived: bool = False, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_over = may_have_arrived or is_final


class Way(Protocol):
    """How a notice leaves the house."""

    @property
    def name(self) -> str:
        """What it is called, for good."""

    def send(self, notice: Notice) -> None:
        """Send it; may take some seconds.

        Raises:
            NotSent: it did not go out, as far as is known.
        """


_WRITTEN: Any = (
    select(notices.c.id, bindparam("way"), literal("waiting"), bindparam("moment", type_=Instant))
    .where(notices.c.at >= bindparam("since"))
)  # fmt: skip
_WRITE = {
    name: dialect.insert(letters)
    .from_select(["notice_id", "way", "state", "due_at"], _WRITTEN)
    .on_conflict_do_nothing()
    for name, dialect in {"sqlite": sqlite, "postgresql": postgresql}.items()
}
_DUE = (
    select(notices, letters.c.n_tries)
    .join(letters, letters.c.notice_id == notices.c.id)
    .where(letters.c.way == bindparam("of_way"), letters.c.state == "waiting", letters.c.due_at <= bindparam("moment"))
    .order_by(letters.c.due_at)
)
_NEWS = select(notices.c.id).where(
    notices.c.at >= bindparam("since"),
    notices.c.id.not_in(select(letters.c.notice_id).where(letters.c.way == bindparam("of_way"))),
)
_ITS_ID, _ITS_WAY = letters.c.notice_id == bindparam("of_notice"), letters.c.way == bindparam("of_way")
_TAKE = (
    update(letters)
    .where(_ITS_ID, _ITS_WAY, letters.c.state == "waiting")
    .values(state="sending", n_tries=letters.c.n_tries + 1)
)
_SETTLE = update(letters).where(_ITS_ID, _ITS_WAY)


class Letters:
    """``ways`` are those that are set up; without any, nothing leaves."""

    def __init__(self, database: Database, ways: Sequence[Way], *, now: Callable[[], datetime] = utc_now) -> None:
        self._database, self._ways, self._now = database, tuple(ways), now

    @property
    def has_ways(self) -> bool:
        """Whether anything ever leaves."""
        return bool(self._ways)

    def send_due(self) -> int:
        """Send what is due now; return how many went out."""
        return sum(self._send_by(way) for way in self._ways)

    def _send_by(self, way: Way) -> int:
        self._write(way)
        with self._database.read() as connection:
            due = connection.execute(_DUE, {"of_way": way.name, "moment": self._now()}).all()
        return sum(self._sent(way, notice_of(row), row.n_tries) for row in due)

    def _write(self, way: Way) -> None:
        """Write a letter for each notice that has none yet."""
        news = {"since": self._now() - _YOUNG, "of_way": way.name}
        with self._database.read() as connection:
            if connection.execute(_NEWS, news).first() is None:
                return
        values = {"since": news["since"], "way": way.name, "moment": self._now()}
        with self._database.write() as connection:
            connection.execute(_WRITE[connection.dialect.name], values)

    def _sent(self, way: Way, notice: Notice, n_tries: int) -> bool:
        if not self._taken(way, notice):
            return False
        try:
            way.send(notice)
        except NotSent as error:
            over = error.is_over or n_tries >= len(_PAUSES)
            _log.warning("a notice did not go out by %s: %s", way.name, error)
            due_at = self._now() if over else self._now() + _PAUSES[n_tries]
            self._settle(way, notice, state="given up" if over else "waiting", due_at=due_at, trouble=str(error))
            return False
        self._settle(way, notice, state="sent", trouble=None)
        return True

    def _taken(self, way: Way, notice: Notice) -> bool:
        """Take a letter, unless another process has."""
        with self._database.write() as connection:
            return connection.execute(_TAKE, {"of_notice": notice.id, "of_way": way.name}).rowcount == 1

    def _settle(self, way: Way, notice: Notice, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(_SETTLE.values(**values), {"of_notice": notice.id, "of_way": way.name})


class Postman:
    """A thread that looks for letters twice a minute, if there is a way for them; close it to end it."""

    def __init__(self, letters: Letters, *, look_every_s: float = _LOOK_EVERY_S) -> None:
        self._letters, self._look_every_s = letters, look_every_s
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, once."""
        with self._lock:
            if self._thread is None and self._letters.has_ways and not self._is_closed.is_set():
                self._thread = threading.Thread(target=self._run, name="postman", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End, after the letter that is being sent."""
        self._is_closed.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while not self._is_closed.is_set():
            try:
                self._letters.send_due()
            except StoreError:  # the next look may find it well
                _log.warning("letters could not be looked for")
            self._is_closed.wait(self._look_every_s)
