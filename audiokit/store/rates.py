"""How fast something may be asked, shared by all who share a database: one row for each thing that is counted.

The arithmetic is pyrate-limiter's token bucket, whose state is one number: when the bucket will be full again. We add
that a turn may be taken ahead of its time: whoever takes one is told how long to wait for it, and need not ask again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, func, select, update

from audiokit.store.database import Database
from audiokit.store.tables import insert_once, rate

if TYPE_CHECKING:
    from pyrate_limiter import Rate

__all__ = ["Rates", "Turn"]

_BURST: Final = 0.05  # of a minute's worth may be had at once
_IN_USE: Final = 0.98  # of what is allowed: what left in its turn may arrive closer together
_UNITS: Final = 10_000  # a minute at most: the library counts whole microseconds for each
_THIS = rate.c.key == bindparam("its_key")
_LOCKED = select(rate.c.state).where(_THIS).with_for_update()  # SQLite has one writer anyway, and ignores it
_NOW = select(func.extract("epoch", func.clock_timestamp()))
_BEGIN = insert_once(rate)
_KEEP = update(rate).where(_THIS).values(state=bindparam("full_at"), expires_at=bindparam("until"))


@dataclass(frozen=True, slots=True)
class Turn:
    """When it is one's turn: from now, and since 1970 by the database's clock; ``is_taken`` says whether it is ours."""

    wait_s: float
    at_s: float
    is_taken: bool


class Rates:
    """One database. Time is the server's own on PostgreSQL, so that machines need not agree; ``clock`` is SQLite's."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def take(self, key: str, *, per_minute: int, amount: int = 1, ahead_s: float = 0.0) -> Turn:
        """Take the next turn for ``amount`` if it comes within ``ahead_s``; else say when one would come.

        In any minute, turns come to at most ``per_minute``. What is more than may be had at once is had by and by.

        Raises:
            Busy, StoreError: the database's own trouble.
        """
        allowed, units = _rate(per_minute, amount)
        with self._database.write() as connection:
            full_at, now_ms = self._looked_up(connection, key), self._now_ms(connection)
            full_at, wait_ms = _advanced(allowed, full_at, now_ms, units)
            if wait_ms > ahead_s * 1000:
                return Turn(wait_ms / 1000, (now_ms + wait_ms) / 1000, is_taken=False)
            until = datetime.fromtimestamp(full_at / 1e6, UTC)
            connection.execute(_KEEP, {"its_key": key, "full_at": full_at, "until": until})
        return Turn(wait_ms / 1000, (now_ms + wait_ms) / 1000, is_taken=True)

    def _looked_up(self, connection: Connection, key: str) -> int:
        state: Any = connection.execute(_LOCKED, {"its_key": key}).scalar_one_or_none()
        if state is None:
            connection.execute(_BEGIN[connection.dialect.name], {"key": key, "state": 0})
            state = connection.execute(_LOCKED, {"its_key": key}).scalar_one()
        return int(state)

    def _now_ms(self, connection: Connection) -> int:
        now = connection.execute(_NOW).scalar_one() if connection.dialect.name == "postgresql" else self._clock()
        return int(float(now) * 1000)


def _rate(per_minute: int, amount: int) -> tuple[Rate, int]:
    """Return the bucket, and the amount in its units. Full and refilled for a minute, it has no more than allowed."""
    from pyrate_limiter import Duration, Rate  # noqa: PLC0415 - only who has limits loads it

    unit = math.ceil(per_minute / _UNITS)
    units = per_minute // unit
    burst = max(1, int(units * _BURST))
    refill = max(1, int(units * _IN_USE) - burst)
    return Rate(refill, Duration.MINUTE, burst=burst), math.ceil(amount / unit)


def _advanced(allowed: Rate, full_at: int, now_ms: int, units: int) -> tuple[int, int]:
    """Return the state after ``units`` more, and how many ms after now the last of them may be had."""
    from pyrate_limiter import TokenBucket  # noqa: PLC0415 - the same

    bucket, at_ms = TokenBucket(), now_ms
    state: tuple[float, ...] = (full_at,)
    while units > 0:
        some = min(units, allowed.burst)
        after, decision = bucket.step([allowed], state, at_ms, some)
        if decision.allowed:
            state, units = after, units - some
        else:
            at_ms += decision.retry_after_ms or 1
    return int(state[0]), at_ms - now_ms
