"""Models that are asked in place of others: for everybody here, or for one person, whose own word goes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.tables import model_switch

__all__ = ["EVERYBODY", "Switch", "Switches"]

EVERYBODY = ""
"""In a person's place: the whole installation."""
_REMEMBERED_S = 5.0  # what another process has switched is known here that much later
_ALL = select(model_switch)
_THIS = (model_switch.c.person_id == bindparam("owner")) & (model_switch.c.old_model == bindparam("its_old"))
_FORGET = delete(model_switch).where(_THIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One model that is asked in place of another; ``person_id`` is EVERYBODY where that is for all."""

    person_id: str
    old_model: str
    new_model: str
    at: datetime


class Switches:
    """Kept in the database, and remembered for a few seconds: every call asks. ``clock`` is monotonic seconds."""

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._now, self._clock = database, now, clock
        self._lock = threading.Lock()
        self._known: Mapping[tuple[str, str], Switch] = {}
        self._known_until = clock()

    def all(self) -> tuple[Switch, ...]:
        """Return every switch."""
        return tuple(self._read().values())

    def set(self, person_id: str, old_model: str, new_model: str) -> None:
        """Have ``new_model`` asked in place of ``old_model`` from now on; one for the same is replaced.

        Switching back is switching a model to itself, or :meth:`forget`.
        """
        values = {"person_id": person_id, "old_model": old_model, "new_model": new_model, "at": self._now()}
        with self._database.write() as connection:
            hold(connection, f"switch {person_id}/{old_model}")
            connection.execute(_FORGET, {"owner": person_id, "its_old": old_model})
            connection.execute(insert(model_switch), values)
        self._expire()

    def forget(self, person_id: str, old_model: str) -> None:
        """Have a model asked by its own name again. It is no error if it is."""
        with self._database.write() as connection:
            connection.execute(_FORGET, {"owner": person_id, "its_old": old_model})
        self._expire()

    def model_for(self, person_id: str, model: str, *, forbids: Callable[[str], bool] = lambda _: False) -> str:
        """Return which model is asked where ``model`` would be; itself where nobody switched it.

        A person's own switch goes before everybody's, except to a model that ``forbids`` says is not to be asked.
        Switches follow one another; of those that lead in a circle, the last word counts, a person's own before
        everybody's. So asking for what is returned gives the same again.
        """
        known = self._read()
        passed = dict[str, Switch]()
        while model not in passed:
            own = known.get((person_id, model))
            found = own if own and not forbids(own.new_model) else known.get((EVERYBODY, model))
            if found is None:
                return model
            passed[model] = found
            model = found.new_model
        return _last_word(list(passed.values())[list(passed).index(model) :])

    def _read(self) -> Mapping[tuple[str, str], Switch]:
        with self._lock:
            if self._clock() < self._known_until:
                return self._known
        with self._database.read() as connection:
            rows = [Switch(**row) for row in connection.execute(_ALL).mappings()]
        known = {(row.person_id, row.old_model): row for row in rows}
        with self._lock:
            self._known, self._known_until = known, self._clock() + _REMEMBERED_S
        return known

    def _expire(self) -> None:
        with self._lock:
            self._known_until = self._clock()


def _last_word(circle: list[Switch]) -> str:
    return max(circle, key=lambda one: (one.person_id != EVERYBODY, one.at, one.new_model)).new_model
