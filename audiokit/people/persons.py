"""Who uses the product. On one machine that is one person, who need not sign in; else whoever a provider vouches for.

What may be changed of a person, and by whom, is in :mod:`audiokit.people.register`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, select

from audiokit.errors import NotAllowed, NotFound
from audiokit.people.roles import Action, Role, require
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.tables import insert_once, person

__all__ = ["COLUMNS", "LOCAL", "Person", "Persons", "person_of"]

_REMEMBERED_S = 5.0  # what another process has changed is known here that much later
_MOST_REMEMBERED = 10_000
_NOBODY = "There is no such person here."
_NOT_ALONE = "People sign in here now. Sign in as yourself."
_SIGNED_OUT = "You have been signed out. Sign in again."


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who owns conversations and sound.

    ``issuer`` vouches for who signs in, None for the one person of a machine; ``seen_at`` is when they last signed in.
    Whoever signed in before ``signed_out_at`` has to do so again. The role of one ``is_role_fixed`` is an admin's word,
    and no longer the provider's.
    """

    id: str
    name: str
    role: Role = Role.MEMBER
    email: str | None = None
    team: str | None = None
    issuer: str | None = None
    is_blocked: bool = False
    is_role_fixed: bool = False
    seen_at: datetime | None = None
    signed_out_at: datetime | None = None


LOCAL = Person("local", "You", Role.ADMIN)
"""Whoever is at a machine where nobody signs in; they look after it."""

COLUMNS = tuple(person.c[name] for name in Person.__dataclass_fields__)
_BY_ID = select(*COLUMNS).where(person.c.id == bindparam("person_id"))
_ALL = select(*COLUMNS).order_by(person.c.created_at, person.c.id)
_ADD = insert_once(person)


def person_of(row: RowMapping | Mapping[str, Any]) -> Person:
    """Return the person of a row of :data:`COLUMNS`. The one of a machine is its admin, whatever an old row says."""
    found = dict(row)
    role = Role.ADMIN if found["id"] == LOCAL.id else Role(found["role"])
    return Person(**{**found, "role": role})


class Persons:
    """Everyone who is known here. Where people sign in, nobody is let in as the one of a machine: not ``has_local``.

    ``clock`` is monotonic seconds.
    """

    def __init__(
        self,
        database: Database,
        *,
        has_local: bool = True,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._now, self._clock = database, now, clock
        self._has_local = has_local
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Person]] = {}

    def get(self, person_id: str) -> Person:
        """Return the person of that id.

        Raises:
            NotFound: nobody has it.
        """
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"person_id": person_id}).mappings().one_or_none()
        if row is None:
            raise NotFound(_NOBODY, person_id=person_id)
        return person_of(row)

    def all(self) -> tuple[Person, ...]:
        """Return everybody, who came first first."""
        with self._database.read() as connection:
            return tuple(person_of(row) for row in connection.execute(_ALL).mappings())

    def local(self) -> Person:
        """Return the one person of this machine, added at the first call; several first calls at once add one."""
        try:
            return self.get(LOCAL.id)
        except NotFound:
            row = {"id": LOCAL.id, "name": LOCAL.name, "created_at": self._now(), "role": LOCAL.role.value}
            with self._database.write() as connection:
                connection.execute(_ADD[connection.dialect.name], row)
            return self.get(LOCAL.id)

    def standing(self, person_id: str) -> Person:
        """Return a person as they were at most five seconds ago: for what is asked at every call and request.

        Raises:
            NotFound: there is no such person.
        """
        now = self._clock()
        with self._lock:
            known = self._known.get(person_id)
        if known is not None and now < known[0]:
            return known[1]
        found = self.get(person_id)
        with self._lock:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[person_id] = now + _REMEMBERED_S, found
        return found

    def permit(self, person_id: str, action: Action) -> None:
        """Pass where this person may do that at the moment.

        Raises:
            NotAllowed: they may not.
            NotFound: there is no such person.
        """
        if person_id == LOCAL.id and not self._has_local:
            raise NotAllowed(_NOT_ALONE)
        require(self.standing(person_id), action)

    def admit(self, person_id: str, signed_in_at: datetime) -> Person:
        """Return a person who is let in because they signed in at that time.

        Raises:
            NotAllowed: they are blocked, or have been signed out everywhere since.
        """
        self.permit(person_id, Action.SEE_OWN)
        who = self.standing(person_id)
        if who.signed_out_at is not None and signed_in_at <= who.signed_out_at:
            raise NotAllowed(_SIGNED_OUT, person_id=person_id)
        return who

    def epoch(self, person_id: str) -> int:
        """Return what changes when a person is signed out everywhere; 0 before the first time, and for nobody.

        Raises:
            NotAllowed: they are not let in at all.
        """
        try:
            who = self.standing(person_id)
        except NotFound:  # whoever that is, nothing is theirs
            return 0
        self.permit(person_id, Action.SEE_OWN)
        return 0 if who.signed_out_at is None else round(who.signed_out_at.timestamp() * 1e6)

    def forget(self, person_id: str) -> None:
        """Look anew at the next question: this person has changed."""
        with self._lock:
            self._known.pop(person_id, None)
